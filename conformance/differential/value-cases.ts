import { build, type Case, callsOf, expected } from "./case.ts";
import type { Family } from "./family.ts";
import { isDoubtful, randomCase } from "./random-case.ts";
import { cost, smaller } from "./smaller.ts";

/** Values of random types, also broken ones, that pass from the host through two components and back. */
export const VALUE_CASES: Family<Case> = {
  name: "values",
  random: randomCase,
  build,
  callsOf,
  expected,
  isUndefined: ({ caller, callee }) => [caller, callee].some(({ lie }) => lie !== undefined && isDoubtful(lie)),
  fresh: false,
  smaller,
  cost,
};
