import { WireFailure } from "@tenon/engine";
import type { Json, Place } from "../document/document.ts";
import type { Problem } from "../document/problem.ts";
import { isListOfTexts, isObject, names, unknownKeys, wrong } from "./configuration.ts";
import type { InterposerKind } from "./kind.ts";

const EXAMPLE = '{ "fail": { "every": 3, "functions": ["set"] } }';

/** Fails calls as a broken wire does: for tests of who can live with that. */
export const failKind: InterposerKind = {
  name: "fail",
  about: "fails calls as a broken wire does: all, every so many, or those of some functions",
  power: "transform",
  check(config: Json, place: Place): readonly Problem[] {
    if (!isObject(config)) return [wrong(place, "fail", config, "an object", EXAMPLE)];
    const { every, functions } = config;
    const problems = unknownKeys(config, "fail", ["every", "functions"], place);
    if (every !== undefined && (typeof every !== "number" || !Number.isInteger(every) || every < 1))
      problems.push(wrong([...place, "fail", "every"], "every", every, "a whole number from 1", EXAMPLE));
    if (functions !== undefined && !isListOfTexts(functions))
      problems.push(wrong([...place, "fail", "functions"], "functions", functions, "a list of functions", EXAMPLE));
    return problems;
  },
  make(config) {
    const { every = 1, functions = ["*"] } = config as { readonly every?: number; readonly functions?: readonly string[] };
    let calls = 0;
    return {
      intercept({ function: label, args, next }) {
        if (!names(functions, label)) return next(...args);
        calls += 1;
        if (calls % every === 0) throw new WireFailure(`\`${label}\` is made to fail`);
        return next(...args);
      },
    };
  },
};
