import type { Engine } from "./engine.ts";
import type { Family } from "./family.ts";
import { type Disagreement, judge } from "./judge.ts";

/** Judgements before it is small enough. */
const MAX_TRIES = 1500;

export interface Shrunk<C> {
  readonly given: C;
  readonly disagreement: Disagreement;
}

/** The smallest case that is found about which the engines disagree, too; `undefined`: alone they agree. */
export async function shrink<C extends { readonly standard: boolean }>(family: Family<C>, from: C, engines: readonly Engine[]): Promise<Shrunk<C> | undefined> {
  const judged = async (given: C): Promise<Disagreement | undefined> => (await judge(family, [given], engines))[0];
  const disagreement = await judged(from);
  if (disagreement === undefined) return undefined;
  let best: Shrunk<C> = { given: from, disagreement };
  let tries = 0;
  for (let found = true; found; ) {
    found = false;
    for (const given of family.smaller(best.given, best.disagreement.index)) {
      if (family.cost(given) >= family.cost(best.given)) continue;
      if (++tries > MAX_TRIES) return best;
      const disagreement = await judged(given);
      if (disagreement === undefined) continue;
      best = { given, disagreement };
      found = true;
      break;
    }
  }
  return best;
}
