import type { Built, Call } from "./engine.ts";

/** A kind of cases: how they are made at random, what component several of them make, and how one gets smaller. */
export interface Family<C extends { readonly standard: boolean }> {
  readonly name: string;
  /** The same seed gives the same case. */
  random(seed: number): C;
  /** Components that export the function of each case as `f0`, `f1`, ..., and what `afterwards` calls. */
  build(cases: readonly C[]): Built;
  /** The calls to make of the function `f0`, `f1`, ... of that number, in WAVE. */
  callsOf(given: C, number: number): readonly Call[];
  /** What the calls give; `undefined` when that is not known. */
  expected(given: C): readonly string[] | undefined;
  /** Things lie in one place that should be apart: what is read there depends on what is written first. */
  isUndefined(given: C): boolean;
  /** Each call is made in an instance of its own. */
  readonly fresh: boolean;
  /** Cases to try instead of one that fails, when only call `index` of it does. */
  smaller(given: C, index: number): Iterable<C>;
  cost(given: C): number;
}
