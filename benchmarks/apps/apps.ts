/** Apps: calls by their wires, changes of them, a thousand parts, other code for a part. */
import { printed } from "../peers.ts";
import type { Figure } from "../report.ts";
import type { AppWires } from "./app-wires.ts";
import type { SwapFigures } from "./swap.ts";

const CALL = 1.05;
const CACHED_MS = 1;
const FIRST_MS = 10;
const START_MS = 5000;
const OPERATION_MS = 20;
const SWAP_MS = 50;

export function apps(): Figure[] {
  const figures = printed<AppWires>(new URL("app-wires.ts", import.meta.url));
  const calls = (["add", "echo"] as const).map((name): Figure => {
    const [app, engine] = figures[name];
    return {
      group: "a call by an app's wire",
      name,
      unit: "ns",
      values: { tenon: app, "the engine's wire": engine },
      bar: { text: `≤ ${CALL}x`, met: app <= CALL * engine },
    };
  });
  const within = (group: string, name: string, milliseconds: number, most: number): Figure => ({
    group,
    name,
    unit: "ms",
    values: { tenon: milliseconds },
    bar: { text: `≤ ${most} ms`, met: milliseconds <= most },
  });
  const change = "a wire led elsewhere, with its first call";
  const large = "1,000 parts, 3,000 wires";
  return [
    ...calls,
    within(change, "to a part that it led to before", figures.cached, CACHED_MS),
    within(change, "to another", figures.first, FIRST_MS),
    within(large, "start", figures.start, START_MS),
    within(large, "one operation", figures.operation, OPERATION_MS),
    { group: large, name: "each part", unit: "KB", values: { tenon: figures.bytes / 1000 } },
    ...swaps(),
  ];
}

/** With a megabyte of state, and eight callers. */
function swaps(): Figure[] {
  const { idle, called } = printed<Readonly<Record<"idle" | "called", readonly SwapFigures[]>>>(new URL("swap.ts", import.meta.url));
  return idle.map(({ to, change, first }, i) => ({
    group: "1 MB of state to another language",
    name: `to ${to}`,
    unit: "ms",
    values: { tenon: change, "the first": first, "callers wait": called[i]!.waited },
    bar: { text: `≤ ${SWAP_MS} ms`, met: change <= SWAP_MS },
  }));
}
