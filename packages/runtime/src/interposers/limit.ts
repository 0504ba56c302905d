import { WireFailure } from "@tenon/engine";
import type { Json, Place } from "../document/document.ts";
import { durationOf } from "../document/duration.ts";
import type { Problem } from "../document/problem.ts";
import { isObject, unknownKeys, wrong } from "./configuration.ts";
import type { InterposerKind } from "./kind.ts";

const EXAMPLE = '{ "limit": { "calls": 10, "per": "1s" } }';

/** So many calls in so long a time: those above it fail as on a broken wire. */
export const limitKind: InterposerKind = {
  name: "limit",
  about: "lets so many calls pass in a time; those above it fail",
  power: "transform",
  check(config: Json, place: Place): readonly Problem[] {
    if (!isObject(config)) return [wrong(place, "limit", config, "an object", EXAMPLE)];
    const { calls, per } = config;
    const problems = unknownKeys(config, "limit", ["calls", "per"], place);
    if (typeof calls !== "number" || !Number.isInteger(calls) || calls < 0)
      problems.push(wrong([...place, "limit"], "calls", calls, "a whole number", EXAMPLE));
    if (typeof per !== "string" || !durationOf(per)) problems.push(wrong([...place, "limit"], "per", per, "a time that is longer than none", EXAMPLE));
    return problems;
  },
  make(config, { now }) {
    const { calls, per } = config as { readonly calls: number; readonly per: string };
    const window = durationOf(per)!;
    /** A bucket that fills up evenly: no burst is larger than `calls`. */
    let room = calls;
    let filled = now();
    return {
      intercept({ args, next }) {
        const at = now();
        room = Math.min(calls, room + ((at - filled) * calls) / window);
        filled = at;
        if (room < 1) throw new WireFailure(`more than ${calls} calls in ${per}`);
        room -= 1;
        return next(...args);
      },
    };
  },
};
