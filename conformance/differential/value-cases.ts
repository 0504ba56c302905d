import { build, type Case, callsOf, expected } from "./case.ts";
import type { Family } from "./family.ts";
import { randomCase } from "./random-case.ts";
import { cost, smaller } from "./smaller.ts";

/** Values of random types, also broken ones, that pass from the host through two components and back. */
export const VALUE_CASES: Family<Case> = { name: "values", random: randomCase, build, callsOf, expected, fresh: false, smaller, cost };
