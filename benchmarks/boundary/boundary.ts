/** Host to component: calls from JavaScript, clean and after many other shapes. */
import { fileURLToPath } from "node:url";
import { Contestant } from "../contestant.ts";
import type { Figure, Options } from "../report.ts";
import type { Measuring } from "./child.ts";

const guest = (name: string): string => fileURLToPath(new URL(`../guest/${name}.wasm`, import.meta.url));

/** Host to component. Clean: a process of its own for each case. Polluted: after the shapes, all cases in one process. */
export async function hostToComponent(options: Options, component = guest("callee")): Promise<Figure[]> {
  const names = await caseNames({ component, cases: "host" });
  const clean: Figure[] = [];
  for (const name of names) clean.push(...(await rounds([name], "host → component", { component, cases: "host" }, options)));
  const polluted = await rounds(names, "host → component, polluted", { component, cases: "host", shaper: guest("shaper") }, options);
  return [...clean, ...polluted];
}

async function caseNames(setup: Measuring): Promise<readonly string[]> {
  const contestant = new Contestant("tenon");
  try {
    return await contestant.setUp(setup);
  } finally {
    contestant.stop();
  }
}

async function rounds(names: readonly string[], group: string, setup: Measuring, options: Options): Promise<Figure[]> {
  const contestants = options.engines.map((name) => new Contestant(name));
  try {
    for (const contestant of contestants) await contestant.setUp(setup);
    const figures: Figure[] = [];
    for (const name of names) {
      const values: Record<string, number> = {};
      for (let i = 0; i < options.rounds; i++)
        for (const contestant of contestants) {
          const took = await contestant.round({ name, milliseconds: options.roundMilliseconds });
          values[contestant.name] = Math.min(values[contestant.name] ?? Infinity, took);
        }
      figures.push({ group, name, unit: "ns", values });
    }
    return figures;
  } finally {
    for (const contestant of contestants) contestant.stop();
  }
}
