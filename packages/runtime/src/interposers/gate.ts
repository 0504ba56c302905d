import { WireFailure } from "@tenon/engine";
import type { Json, Place } from "../document/document.ts";
import type { Problem } from "../document/problem.ts";
import { isListOfTexts, isObject, names, unknownKeys, wrong } from "./configuration.ts";
import type { InterposerKind } from "./kind.ts";

const EXAMPLE = '{ "gate": { "allow": ["get"], "ask": ["set"] } }';
const ANSWERS = ["allow", "ask", "deny"] as const;
type Answer = (typeof ANSWERS)[number];

/** Lets calls pass, refuses them, or asks the person at the app, by function. What is in no list is denied, unless only `deny` or `ask` is there. */
export const gateKind: InterposerKind = {
  name: "gate",
  about: "lets calls pass, refuses them, or asks the person at the app, by function",
  power: "transform",
  check(config: Json, place: Place): readonly Problem[] {
    if (typeof config === "string") return ANSWERS.some((each) => each === config) ? [] : [wrong(place, "gate", config, '"allow", "ask" or "deny"', EXAMPLE)];
    if (!isObject(config)) return [wrong(place, "gate", config, "an object", EXAMPLE)];
    const problems = unknownKeys(config, "gate", ANSWERS, place);
    for (const answer of ANSWERS) {
      const listed = config[answer];
      if (listed !== undefined && !isListOfTexts(listed)) problems.push(wrong([...place, "gate", answer], answer, listed, "a list of functions", EXAMPLE));
    }
    return problems;
  },
  make(config, { wire, ask }) {
    const answer = answerOf(config);
    return {
      intercept({ function: label, args, next }) {
        const found = answer(label);
        if (found === "allow") return next(...args);
        if (found === "deny") throw new WireFailure(`\`${label}\` is not allowed on this wire`);
        if (ask === undefined) throw new WireFailure(`\`${label}\` has to be asked for, and nobody is there to ask`);
        return ask(`${wire}: let \`${label}\` pass?`).then((yes) => {
          if (!yes) throw new WireFailure(`\`${label}\` was not let pass`);
          return next(...args);
        });
      },
    };
  },
};

function answerOf(config: Json): (label: string) => Answer {
  if (typeof config === "string") return () => config as Answer;
  const { allow, ask = [], deny = [] } = config as Readonly<Partial<Record<Answer, readonly string[]>>>;
  return (label) => {
    if (names(deny, label)) return "deny";
    if (names(ask, label)) return "ask";
    return allow === undefined || names(allow, label) ? "allow" : "deny";
  };
}
