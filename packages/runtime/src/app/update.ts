/**
 * What it means for a part to get other code, told from the types alone: whoever was content with the old one is content with a
 * compatible one, in any app.
 */
import { type Component, differenceBetween, type ExternType } from "@tenon/engine";
import { serving } from "../document/names.ts";
import { MAX_UPDATE_DIFFERENCES } from "../limits.ts";
import { needsWire } from "./plan.ts";

export interface Verdict {
  /** `same`: by its types. `compatible`: it exports at least what it did, and imports at most that. `breaking`: neither. */
  readonly verdict: "same" | "compatible" | "breaking";
  /** In words, those that break first. */
  readonly differences: readonly string[];
}

type Sides = Pick<Component, "type">;

export function compareComponents(before: Sides, after: Sides): Verdict {
  const [old, now] = [before.type, after.type];
  const breaking = [...lost(old.exports, now.exports), ...asked(old.imports, now.imports)];
  const other = [...gained(old.exports, now.exports), ...forgone(old.imports, now.imports)];
  const all = [...breaking, ...other];
  const differences = all.slice(0, MAX_UPDATE_DIFFERENCES);
  if (all.length > differences.length) differences.push(`and ${all.length - differences.length} more`);
  return { verdict: breaking.length > 0 ? "breaking" : other.length > 0 ? "compatible" : "same", differences };
}

type Externs = ReadonlyMap<string, ExternType>;

/** Exports that are gone, or serve whom they served no more. */
function* lost(old: Externs, now: Externs): Iterable<string> {
  for (const [name, type] of old) {
    const found = serving(now.keys(), name);
    const difference = found === undefined ? undefined : differenceBetween(type, now.get(found)!);
    if (found === undefined) yield `it exports \`${name}\` no more`;
    else if (difference !== undefined) yield `it exports \`${found}\`, which doesn't fit those who use it: ${difference}`;
  }
}

/** Imports that are new, or that what is wired to the old ones doesn't serve. */
function* asked(old: Externs, now: Externs): Iterable<string> {
  for (const [name, type] of now) {
    if (!needsWire(type)) continue;
    const found = serving(old.keys(), name);
    const difference = found === undefined ? undefined : differenceBetween(type, old.get(found)!);
    if (found === undefined) yield `it imports \`${name}\`, which it didn't`;
    else if (difference !== undefined) yield `it asks more of \`${name}\`: ${difference}`;
  }
}

function* gained(old: Externs, now: Externs): Iterable<string> {
  for (const [name, type] of now) {
    const found = serving(old.keys(), name);
    if (found === undefined) yield `it exports \`${name}\`, too`;
    else if (found !== name) yield `it exports \`${name}\` instead of \`${found}\``;
    else if (differenceBetween(type, old.get(found)!) !== undefined) yield `it offers more in \`${name}\``;
  }
}

function* forgone(old: Externs, now: Externs): Iterable<string> {
  for (const [name, type] of old) {
    if (!needsWire(type)) continue;
    const found = serving(now.keys(), name);
    if (found === undefined) yield `it imports \`${name}\` no more`;
    else if (found !== name) yield `it imports \`${found}\` instead of \`${name}\``;
    else if (differenceBetween(type, now.get(found)!) !== undefined) yield `it asks less of \`${name}\``;
  }
}
