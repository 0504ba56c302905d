/** What it costs that a wire can be led elsewhere: calls through it, calls after many changes, the changes themselves. */
import { plainSuite } from "../composed/loops.ts";
import { WasmtimeLoops } from "../composed/wasmtime.ts";
import { Contestant } from "../contestant.ts";
import { printed, type Wasmtime } from "../peers.ts";
import type { Bar, Figure, Options } from "../report.ts";
import type { Repointing } from "./repoint.ts";
import type { Scale } from "./scale.ts";
import { guest } from "./wired.ts";

const REWIRES = 1000;

/** Bars of the time that calls take. */
const OF_FIXED = 1.1;
const BEYOND_FIXED_NS = 3;
const OF_BEFORE = 1.05;

const component = guest("composed");
const cases = plainSuite.loops;

export async function wires(options: Options, wasmtime: Wasmtime | undefined): Promise<Figure[]> {
  return [...(await calls(options, wasmtime)), ...changes()];
}

async function calls({ rounds, roundMilliseconds: milliseconds }: Options, wasmtime: Wasmtime | undefined): Promise<Figure[]> {
  // Each in a process of its own: what the engine below learns of one caller's calls, it applies to all callers with the same code.
  const composed = new Contestant("tenon");
  const fixed = new Contestant("tenon");
  const open = new Contestant("tenon");
  const rewired = new Contestant("tenon");
  const native = wasmtime && new WasmtimeLoops(wasmtime, component);
  try {
    await composed.setUp({ component, cases });
    await fixed.setUp({ component, cases, wiring: { kind: "fixed", rewires: 0 } });
    await open.setUp({ component, cases, wiring: { kind: "open", rewires: 0 } });
    await rewired.setUp({ component, cases, wiring: { kind: "open", rewires: REWIRES } });
    const figures: Figure[] = [];
    for (const loop of cases) {
      const times = { composed: Infinity, fixed: Infinity, open: Infinity, rewired: Infinity, wasmtime: Infinity };
      const next = native?.rounds(loop, milliseconds);
      for (let i = 0; i < rounds; i++) {
        for (const [name, contestant] of Object.entries({ composed, fixed, open, rewired }))
          times[name as keyof typeof times] = Math.min(times[name as keyof typeof times], await contestant.round({ name: loop.name, milliseconds }));
        if (next !== undefined) times.wasmtime = next();
      }
      figures.push({
        group: "a wire that can be led elsewhere",
        name: loop.name,
        unit: "ns",
        values: { tenon: times.open, "one binary": times.composed, "fixed at run time": times.fixed, ...(native && { wasmtime: times.wasmtime }) },
        bar: openBar(times, native && loop.atMost),
      });
      figures.push({
        group: `after ${REWIRES} changes`,
        name: loop.name,
        unit: "ns",
        values: { tenon: times.rewired, before: times.open },
        bar: atMost(times.rewired / times.open, OF_BEFORE, "before"),
      });
    }
    return figures.sort((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : 0));
  } finally {
    for (const contestant of [composed, fixed, open, rewired]) contestant.stop();
    native?.close();
  }
}

/** Close to a fixed wire, and below what is the bar for that. */
function openBar({ open, composed, wasmtime }: Readonly<Record<"open" | "composed" | "wasmtime", number>>, most: number | undefined): Bar {
  const beyond = open - composed;
  const close = open <= composed * OF_FIXED || beyond <= BEYOND_FIXED_NS;
  const is = `${(open / composed).toFixed(2)}x, ${beyond < 0 ? "" : "+"}${beyond.toFixed(1)} ns`;
  const text = `≤ ${OF_FIXED}x one binary or +${BEYOND_FIXED_NS} ns (is ${is})`;
  if (most === undefined) return { text, met: close };
  return { text: `${text}, ≤ ${most}x wasmtime (is ${(open / wasmtime).toFixed(2)}x)`, met: close && open <= most * wasmtime };
}

function atMost(is: number, bar: number, of: string): Bar {
  return { text: `≤ ${bar}x ${of} (is ${is.toFixed(2)}x)`, met: is <= bar };
}

/** Milliseconds for changes, in a process of their own. */
function changes(): Figure[] {
  const { cached, firstCached, fresh, firstCall, first } = printed<Repointing>(new URL("repoint.ts", import.meta.url));
  const figure = (name: string, milliseconds: number, most?: number): Figure => ({
    group: "leading an end of 9 functions elsewhere",
    name,
    unit: "ns",
    values: { tenon: milliseconds * 1e6 },
    ...(most !== undefined && { bar: { text: `≤ ${most} ms`, met: milliseconds <= most } }),
  });
  return [
    figure("to where it led before", cached, 0.05),
    figure("to a new instance, same types", firstCached, 0.05),
    figure("types seen for the first time", fresh, 2),
    figure("the first call thereafter", firstCall),
    figure("the first end of the process", first),
  ];
}

/** How many parts, of how many pages. The second is what Rust gives a part. */
const SCALES: ReadonlyArray<[parts: number, pages: number]> = [
  [1000, 1],
  [1000, 17],
];

export function scale(): Figure[] {
  return SCALES.flatMap(([parts, pages]): Figure[] => {
    const { instantiate, wire, bytes, again } = printed<Scale>(new URL("scale.ts", import.meta.url), String(parts), String(pages));
    const group = `${parts} parts of ${pages} page${pages === 1 ? "" : "s"}, ${3 * parts} wires`;
    const total = instantiate + wire;
    return [
      { group, name: "start", unit: "ms", values: { tenon: total }, bar: { text: "≤ 3 s", met: total <= 3000 } },
      { group, name: "instances alone", unit: "ms", values: { tenon: instantiate } },
      { group, name: "all wires led elsewhere", unit: "ms", values: { tenon: again } },
      { group, name: "memory per part", unit: "KB", values: { tenon: bytes / parts / 1024 } },
    ];
  });
}
