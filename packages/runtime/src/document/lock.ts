/**
 * `tenon.lock`: the code that an app was last taken with, so that another one doesn't go unnoticed. JSON, sorted, a line for each
 * component: differences of two versions can be read.
 */

import { AppError, type Problem } from "./problem.ts";
import { isObject, nounOf, Source, type Value } from "./source.ts";

export interface LockedComponent {
  /** Of its bytes, in hexadecimal. */
  readonly sha256: string;
  /** Of an `npm:` reference. */
  readonly package?: { readonly name: string; readonly version: string };
}

/** By reference, as the document has it; of a nested app in a folder of its own, with that folder before it. */
export type Lock = ReadonlyMap<string, LockedComponent>;

/** @throws AppError `lock/*` with every problem */
export function parseLock(text: string, file: string): Lock {
  const source = new Source(text, file);
  const locked = new Map<string, LockedComponent>();
  const say = (code: string, place: readonly string[], message: string): void => source.say(code, place, message, { hint: "`tenon update` writes it anew" });
  const { value } = source;
  if (value !== undefined && !(isObject(value) && value.get("lock") === 1)) say("lock/version", [], "this is no lock of version 1");
  else if (isObject(value)) {
    const components = value.get("components");
    if (!isObject(components)) say("lock/form", ["components"], `\`components\` is an object, not ${components === undefined ? "absent" : nounOf(components)}`);
    else for (const [reference, each] of components) readComponent(reference, each, locked, say);
  }
  if (source.problems.length > 0) throw new AppError(source.problems);
  return locked;
}

function readComponent(
  reference: string,
  value: Value,
  locked: Map<string, LockedComponent>,
  say: (code: string, place: readonly string[], message: string) => void,
): void {
  const place = ["components", reference];
  const sha256 = isObject(value) ? value.get("sha256") : undefined;
  const npm = isObject(value) ? value.get("npm") : undefined;
  const [, name, version] = typeof npm === "string" ? (/^(@?[^@]+)@(.+)$/.exec(npm) ?? []) : [];
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) say("lock/form", place, `\`${reference}\` has no \`sha256\` of 64 hexadecimal digits`);
  else if (npm !== undefined && version === undefined) say("lock/form", place, `\`npm\` of \`${reference}\` is "package@version"`);
  else locked.set(reference, { sha256, ...(version === undefined ? {} : { package: { name: name!, version } }) });
}

/** The text of a lock; the same for the same components. */
export function lockText(lock: Lock): string {
  const lines = [...lock]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([reference, { sha256, package: from }]) => {
      const npm = from === undefined ? "" : `, "npm": ${JSON.stringify(`${from.name}@${from.version}`)}`;
      return `    ${JSON.stringify(reference)}: { "sha256": "${sha256}"${npm} }`;
    });
  const components = lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n  }`;
  return `{\n  "lock": 1,\n  "components": ${components}\n}\n`;
}

/** Components of an app that are not as they were locked. What is locked and not used is no problem. */
export function lockProblems(lock: Lock, present: Lock, file: string): readonly Problem[] {
  return [...present].flatMap(([reference, { sha256, package: from }]): Problem[] => {
    const locked = lock.get(reference);
    const say = (code: string, message: string): Problem[] => [{ code, message, place: [], file, hint: "`tenon update` says what is different, and locks it" }];
    if (locked === undefined) return say("lock/absent", `\`${reference}\` is not locked`);
    if (locked.sha256 === sha256) return [];
    const versions = from !== undefined && locked.package !== undefined && from.version !== locked.package.version;
    const how = versions ? `: ${locked.package!.version} is locked, ${from.version} is there` : "";
    return say("lock/changed", `\`${reference}\` is not the code that is locked${how}`);
  });
}
