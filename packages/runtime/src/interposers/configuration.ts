/** What interposers' configurations have in common: their problems, and the functions of a wire that they name. */
import type { Json, JsonObject, Place } from "../document/document.ts";
import type { Problem } from "../document/problem.ts";

export function isObject(config: Json): config is JsonObject {
  return typeof config === "object" && config !== null && !Array.isArray(config);
}

export function wrong(place: Place, kind: string, found: Json | undefined, expected: string, hint: string): Problem {
  const message = found === undefined ? `\`${kind}\` is missing: ${expected}` : `\`${kind}\` is ${expected}, not ${JSON.stringify(found)}`;
  return { code: "document/interposer", message, place, hint };
}

export function isListOfTexts(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** Keys that a configuration has and its kind doesn't. */
export function unknownKeys(config: JsonObject, kind: string, known: readonly string[], place: Place): Problem[] {
  return Object.keys(config)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      code: "document/interposer",
      message: `\`${kind}\` has no \`${key}\`: it has ${known.map((each) => `\`${each}\``).join(", ")}`,
      place: [...place, kind, key],
    }));
}

/** Whether a function is meant by one of these names: `increment`, `bucket.get`, `[method]bucket.get`, `bucket.*`, `*`. */
export function names(patterns: readonly string[], label: string): boolean {
  const bare = label.replace(/^\[\w+\]/, "");
  return patterns.some((pattern) => pattern === label || pattern === bare || (pattern.endsWith("*") && bare.startsWith(pattern.slice(0, -1))));
}
