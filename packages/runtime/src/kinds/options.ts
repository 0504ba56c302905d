/** `with` of a capability: which options it has, what each may be, and the words when it is something else. */
import type { Json, JsonObject, Place } from "../document/document.ts";
import { nearest } from "../document/nearest.ts";
import type { Problem } from "../document/problem.ts";

export interface Option {
  /** A sentence for people. */
  readonly about: string;
  /** What it may be, as the end of "expected": `a port from 0 to 65535`. */
  readonly expected: string;
  readonly accepts: (value: Json) => boolean;
  /** What one could write. */
  readonly example: Json;
  readonly required?: boolean;
}

/** By name, in the order in which people read them. */
export type Options = ReadonlyMap<string, Option>;

/** Characters of a value that a message repeats. */
const MAX_SHOWN = 60;

/** For `CapabilityKind.options`. */
export function aboutOptions(options: Options): Readonly<Record<string, string>> {
  return Object.fromEntries([...options].map(([name, { about }]) => [name, about]));
}

/** What is wrong with `with`, whatever it is that is there. */
export function checkOptions(kind: string, options: Options, config: JsonObject, place: Place): Problem[] {
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(config)) {
    const option = options.get(name);
    if (option === undefined) problems.push(unknown(kind, options, name, [...place, name]));
    else if (!option.accepts(value)) problems.push(wrongOption(kind, name, value, option, [...place, name]));
  }
  for (const [name, { about, example, required }] of options) {
    if (required !== true || Object.hasOwn(config, name)) continue;
    problems.push({
      code: "document/missing-option",
      message: `\`${kind}\` needs \`${name}\`: ${about}`,
      place,
      hint: `"with": { ${JSON.stringify(name)}: ${JSON.stringify(example)} }`,
    });
  }
  return problems;
}

function unknown(kind: string, options: Options, name: string, place: Place): Problem {
  const has = options.size === 0 ? "it has none" : `it has ${[...options.keys()].map((each) => `\`${each}\``).join(", ")}`;
  const near = nearest(name, options.keys());
  const message = `\`${kind}\` has no option ${shown(name)}: ${has}`;
  return { code: "document/unknown-option", message, place, ...(near === undefined ? {} : { hint: `did you mean \`${near}\`?` }) };
}

function wrongOption(kind: string, name: string, value: Json, { expected, example }: Pick<Option, "expected" | "example">, place: Place): Problem {
  return {
    code: "document/wrong-option",
    message: `\`${name}\` of \`${kind}\` is ${shown(value)}; expected ${expected}`,
    place,
    hint: `${JSON.stringify(name)}: ${JSON.stringify(example)}`,
  };
}

type Accepted = Pick<Option, "expected" | "accepts">;

export function oneOf(values: readonly string[]): Accepted {
  return { expected: values.map((each) => JSON.stringify(each)).join(" or "), accepts: (value) => typeof value === "string" && values.includes(value) };
}

export function isText(expected: string): Accepted {
  return { expected, accepts: (value) => typeof value === "string" && value !== "" };
}

export function isTexts(of: string): Accepted {
  return { expected: `a list of ${of}`, accepts: (value) => Array.isArray(value) && value.every((each) => typeof each === "string") };
}

export function isCount(expected: string, least: number, most: number = Number.MAX_SAFE_INTEGER): Accepted {
  return { expected, accepts: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most };
}

/** A value as a message repeats it. */
export function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
