/** Options that are lists of rules for hosts: each is read, so that what is wrong is told by its place. */
import type { JsonObject, Place } from "../document/document.ts";
import type { Problem } from "../document/problem.ts";

/** `read` throws a `TypeError` that says what is wrong with a rule. */
export function checkRules(kind: string, option: string, config: JsonObject, place: Place, read: (rule: string) => unknown): Problem[] {
  const rules = Object.hasOwn(config, option) ? config[option] : [];
  if (!Array.isArray(rules)) return [];
  return rules.flatMap((rule, i) => {
    if (typeof rule !== "string") return [];
    try {
      read(rule);
      return [];
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return [{ code: "document/wrong-option", message: `\`${option}\` of \`${kind}\`: ${error.message}`, place: [...place, option, i] }];
    }
  });
}
