/**
 * Requests per second of the app of `examples/visitors` with its counter in Rust and a store in a file of SQLite, beside wasmtime serve with
 * the same handler and its store in memory. wasmtime makes an instance for each request, and a store for each: it answers "1" each time.
 * The app's part is the same for all requests, and its count is on disk.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, find, type Wasmtime } from "../peers.ts";
import type { Figure } from "../report.ts";
import { type Load, memory, underLoad, withBar } from "../serve/serve.ts";

const DOCUMENT = fileURLToPath(new URL("../../examples/visitors/tenon.jsonc", import.meta.url));
const COUNTER = fileURLToPath(new URL("counter/visits.wasm", import.meta.url));
const STORES: readonly (readonly [name: string, config: object])[] = [
  ["sqlite", { backend: "sqlite", path: "./visits.db" }],
  ["memory", { backend: "memory" }],
];
const ROUNDS = 3;

export async function visitors(tenon: string, wasmtime: Wasmtime | undefined, seconds: number): Promise<Figure[]> {
  const wrk = find("wrk");
  if (wrk === undefined) return [];
  const under = (server: (port: number) => Command): Promise<Load> =>
    underLoad(wrk, server, { seconds: Math.max(1, Math.round(seconds / ROUNDS)), connections: 16, expected: /^Counter \/Ada: \d+\n$/ });
  const servers = new Map<string, (port: number) => Command>();
  const folders: string[] = [];
  try {
    for (const [name, store] of STORES) {
      const folder = mkdtempSync(join(tmpdir(), "tenon-visitors-"));
      folders.push(folder);
      servers.set(name, (port) => {
        writeFileSync(join(folder, "tenon.jsonc"), documentWith(store, port));
        return { program: process.execPath, arguments: [tenon, "run", folder] };
      });
    }
    if (wasmtime !== undefined) {
      const { program } = wasmtime;
      servers.set("wasmtime", (port) => ({ program, arguments: ["serve", "-Skeyvalue", "--addr", `127.0.0.1:${port}`, COUNTER] }));
    }
    const best = new Map<string, Load>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, server] of servers) {
        const load = await under(server);
        if (load.requests > (best.get(name)?.requests ?? 0)) best.set(name, load);
      }
    }
    const others: Record<string, number> = wasmtime === undefined ? {} : { wasmtime: best.get("wasmtime")!.requests };
    return STORES.flatMap(([name]) => {
      const load = best.get(name)!;
      const figure: Figure = { group: "visitors", name: `store: ${name}`, unit: "requests/s", values: { tenon: load.requests, ...others } };
      return [withBar(figure, 1), ...memory("visitors", name, load)];
    });
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true });
  }
}

/** The example's own document, at another port and with another store. */
function documentWith(store: object, port: number): string {
  const changes: readonly (readonly [string, string])[] = [
    ['"./rust/visits.wasm"', JSON.stringify(COUNTER)],
    ['{ "backend": "memory" }', JSON.stringify(store)],
    ['"port": 8080', `"port": ${port}`],
  ];
  return changes.reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${DOCUMENT} has no ${from}`);
      return text.replace(from, () => to);
    },
    readFileSync(DOCUMENT, "utf8"),
  );
}
