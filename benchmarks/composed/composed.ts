/** Component to component, in each engine and in wasmtime, round by round. */
import { fileURLToPath } from "node:url";
import { Contestant } from "../contestant.ts";
import type { EngineName } from "../engines.ts";
import type { Wasmtime } from "../peers.ts";
import type { Bar, Figure, Options } from "../report.ts";
import type { GuestLoop, Suite } from "./loops.ts";
import { WasmtimeLoops } from "./wasmtime.ts";

/** How often loops run to see that all hosts make the same of them. */
const TURNS = 3;

export async function componentToComponent(suites: readonly Suite[], options: Options, wasmtime: Wasmtime | undefined): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const suite of suites) figures.push(...(await measure(suite, options, wasmtime)));
  return figures;
}

async function measure(suite: Suite, options: Options, wasmtime: Wasmtime | undefined): Promise<Figure[]> {
  const component = fileURLToPath(new URL(suite.component, import.meta.url));
  const native = wasmtime && new WasmtimeLoops(wasmtime, component);
  const contestants = options.engines.map((name) => new Contestant(name));
  try {
    for (const contestant of contestants) await contestant.setUp({ component, cases: suite.loops });
    const figures: Figure[] = [];
    for (const loop of suite.loops) {
      await agree(loop, contestants, native);
      const values = await take(loop, contestants, native, options);
      figures.push({ group: suite.group, name: loop.name, unit: "ns", values, ...bar(loop, values) });
    }
    return figures;
  } finally {
    for (const contestant of contestants) contestant.stop();
    native?.close();
  }
}

async function take(
  loop: GuestLoop,
  contestants: readonly Contestant[],
  native: WasmtimeLoops | undefined,
  { rounds, roundMilliseconds: milliseconds }: Options,
): Promise<Record<string, number>> {
  const values: Record<string, number> = {};
  const next = native?.rounds(loop, milliseconds);
  for (let i = 0; i < rounds; i++) {
    for (const contestant of contestants) {
      const took = await contestant.round({ name: loop.name, milliseconds });
      values[contestant.name] = Math.min(values[contestant.name] ?? Infinity, took);
    }
    if (next !== undefined) values.wasmtime = next();
  }
  return values;
}

/** A figure for the wrong answer is worth nothing. */
async function agree(loop: GuestLoop, contestants: readonly Contestant[], native: WasmtimeLoops | undefined): Promise<void> {
  const answers = new Map<EngineName | "wasmtime", string>();
  for (const contestant of contestants) answers.set(contestant.name, await contestant.result({ name: loop.name, times: TURNS }));
  if (native !== undefined) answers.set("wasmtime", native.result(loop, TURNS));
  if (new Set(answers.values()).size > 1) throw new Error(`${loop.name}: ${[...answers].map(([host, answer]) => `${host} answers ${answer}`).join(", ")}`);
}

function bar({ atMost }: GuestLoop, { tenon, wasmtime }: Readonly<Record<string, number>>): { bar?: Bar } {
  if (atMost === undefined || tenon === undefined || wasmtime === undefined) return {};
  const is = tenon / wasmtime;
  return { bar: { text: `≤ ${atMost}x wasmtime's time (is ${is.toFixed(2)}x)`, met: is <= atMost } };
}
