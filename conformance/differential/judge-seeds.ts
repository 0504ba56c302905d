/** Judges the cases of many seeds, several in a component, and makes those smaller that the engines disagree about. */
import { inspect } from "node:util";
import type { Engine } from "./engine.ts";
import type { Family } from "./family.ts";
import { judge } from "./judge.ts";
import { shrink } from "./shrink.ts";

/** Functions of one component. */
const BATCH = 4;
/** Disagreements that are made smaller; further ones are only counted. */
const MAX_SHRUNK = 10;

export interface Finding {
  readonly seed: number;
  readonly text: string;
  readonly component: Uint8Array;
}

export interface Sums {
  cases: number;
  calls: number;
  trapped: number;
  bad: number;
  /** How many calls each engine was asked for, in words. */
  asked: string;
}

export interface Range {
  readonly from: number;
  readonly to: number;
  readonly engines: readonly Engine[];
}

export async function judgeSeeds<C extends { readonly standard: boolean }>(
  family: Family<C>,
  { from, to, engines }: Range,
  tell: (finding: Finding) => void,
): Promise<Sums> {
  const counted = engines.map((engine) => new CountingEngine(engine));
  const sums: Sums = { cases: 0, calls: 0, trapped: 0, bad: 0, asked: "" };
  for (const seeds of batches(family, from, to)) {
    const cases = seeds.map((seed) => family.random(seed));
    const found = await judge(family, cases, counted);
    sums.cases += cases.length;
    for (const [i, disagreement] of found.entries()) {
      if (disagreement === undefined) continue;
      sums.bad += 1;
      if (sums.bad > MAX_SHRUNK) continue;
      const small = await shrink(family, cases[i]!, engines);
      const shown = small ?? { given: cases[i]!, disagreement };
      const title = `${family.name}, seed ${seeds[i]}${small === undefined ? ": only together with others of its component" : ""}`;
      tell({
        seed: seeds[i]!,
        text: `${title}\n${inspect(shown.given, { depth: 20, breakLength: 140, maxStringLength: 2000 })}\n${shown.disagreement.call}\n${shown.disagreement.report}`,
        component: family.build(small === undefined ? cases : [small.given]).component,
      });
    }
  }
  sums.calls = Math.max(0, ...counted.map(({ calls }) => calls));
  sums.trapped = counted[0]?.trapped ?? 0;
  sums.asked = counted.map(({ name, calls }) => `${name} ${calls}`).join(", ");
  return sums;
}

/** Seeds whose cases share a component: those that all engines can do are apart from the others. */
function* batches<C extends { readonly standard: boolean }>(family: Family<C>, from: number, to: number): Generator<number[]> {
  for (let begin = from; begin < to; begin += 2 * BATCH) {
    const seeds = Array.from({ length: Math.min(2 * BATCH, to - begin) }, (_, i) => begin + i);
    const standard = seeds.filter((seed) => family.random(seed).standard);
    for (const batch of [standard, seeds.filter((seed) => !standard.includes(seed))]) if (batch.length > 0) yield batch;
  }
}

/** Counts what passes. */
class CountingEngine implements Engine {
  calls = 0;
  trapped = 0;
  readonly name: string;
  readonly standardOnly: boolean;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.name = engine.name;
    this.standardOnly = engine.standardOnly;
  }

  run: Engine["run"] = async (...args) => {
    const outcomes = await this.#engine.run(...args);
    this.calls += outcomes.length;
    this.trapped += outcomes.filter((outcome) => "trap" in outcome).length;
    return outcomes;
  };

  close(): Promise<void> {
    return this.#engine.close();
  }
}
