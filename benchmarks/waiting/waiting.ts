/** What calls cost that wait, many at once in one instance. */
import { printed } from "../peers.ts";
import type { Figure } from "../report.ts";
import type { Waiting } from "./wait.ts";

const CALLS = 10_000;
const MOST_KB = 4;

const kinds: ReadonlyArray<[kind: string, name: string]> = [
  ["ask", "for a host's promise"],
  ["await", "for a future"],
];

export function waiting(): Figure[] {
  return kinds.flatMap(([kind, name]): Figure[] => {
    const { start, end, heap, resident } = printed<Waiting>(new URL("wait.ts", import.meta.url), kind, String(CALLS));
    const group = `${CALLS} calls that wait ${name}`;
    const each = (what: string, bytes: number): Figure => ({
      group,
      name: what,
      unit: "KB",
      values: { tenon: bytes / CALLS / 1024 },
      bar: { text: `≤ ${MOST_KB} KB`, met: bytes / CALLS / 1024 <= MOST_KB },
    });
    return [
      { group, name: "until all wait", unit: "ms", values: { tenon: start } },
      { group, name: "until all are done", unit: "ms", values: { tenon: end }, bar: { text: "done", met: true } },
      each("heap for each", heap),
      each("resident for each", resident),
    ];
  });
}
