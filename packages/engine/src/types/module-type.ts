/**
 * Whether a core module, or a core definition, fits where another type is expected (Explainer.md "Type Checking"). The
 * answer is the first difference in words; validation and linking have words of their own, as the official suites state.
 */
import type { CoreExternType, CoreLimits, ModuleType } from "./component-types.ts";
import { coreTypeMatches, coreTypeName, coreValueName, sameCoreValueType } from "./core-subtype.ts";

export interface ModuleWords {
  sort(expected: string, found: string): string;
  func(expected: string, found: string): string;
  missing(kind: "import" | "export", name: string): string;
  wrong(kind: "import" | "export", name: string): string;
}

export const VALIDATION_WORDS: ModuleWords = {
  sort: (expected, found) => `expected ${expected}, found ${found}`,
  func: (expected, found) => `expected: ${expected}\nfound:    ${found}`,
  missing: (kind, name) => `missing expected ${kind} \`${name}\``,
  wrong: (kind, name) => `type mismatch in ${kind} \`${name}\``,
};

const LINK_WORDS: ModuleWords = {
  sort: (expected, found) => `expected ${expected} found ${found}`,
  func: (expected, found) => `types incompatible: expected type \`${expected}\`, found type \`${found}\``,
  missing: (kind, name) => `module ${kind} \`${name}\` not defined`,
  wrong: (kind, name) => `module ${kind} \`${name}\` has the wrong type`,
};

/** How a module differs from the type it is linked as; `undefined`: it fits. */
export function differenceInModules(actual: ModuleType, expected: ModuleType): string | undefined {
  return moduleDifference(actual, expected, LINK_WORDS);
}

/** A module may export more and import less than its type says. */
export function moduleDifference(actual: ModuleType, expected: ModuleType, words: ModuleWords): string | undefined {
  if (actual === expected) return undefined;
  const given = new Map(expected.imports.map((i) => [importKey(i.module, i.name), i.type]));
  for (const { module, name, type } of actual.imports) {
    const difference = itemDifference("import", `${module}::${name}`, given.get(importKey(module, name)), type, words);
    if (difference !== undefined) return difference;
  }
  for (const [name, type] of expected.exports) {
    const difference = itemDifference("export", name, actual.exports.get(name), type, words);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** Two names as one that no other two make. */
export function importKey(module: string, name: string): string {
  return `${module.length}:${module}${name}`;
}

function itemDifference(
  kind: "import" | "export",
  name: string,
  actual: CoreExternType | undefined,
  expected: CoreExternType,
  words: ModuleWords,
): string | undefined {
  if (actual === undefined) return words.missing(kind, name);
  const difference = coreExternDifference(actual, expected, words);
  return difference === undefined ? undefined : `${words.wrong(kind, name)}: ${difference}`;
}

export function coreExternDifference(actual: CoreExternType, expected: CoreExternType, words: ModuleWords): string | undefined {
  switch (actual.sort) {
    case "func":
    case "tag":
      if (expected.sort !== actual.sort) break;
      return coreTypeMatches(actual.type, expected.type) ? undefined : words.func(coreTypeName(expected.type), coreTypeName(actual.type));
    case "table":
      if (expected.sort !== "table") break;
      if (!sameCoreValueType(actual.element, expected.element)) {
        return `expected table element type ${coreValueName(expected.element)}, found ${coreValueName(actual.element)}`;
      }
      return limitsDifference(actual.limits, expected.limits, "table");
    case "memory":
      if (expected.sort !== "memory") break;
      return limitsDifference(actual.limits, expected.limits, "memory");
    case "global":
      if (expected.sort !== "global") break;
      if (actual.mutable !== expected.mutable) return "global types differ in mutability";
      if (actual.shared !== expected.shared) return "mismatch in the shared flag for globals";
      if (sameCoreValueType(actual.type, expected.type)) return undefined;
      return `expected global type ${coreValueName(expected.type)}, found ${coreValueName(actual.type)}`;
  }
  return words.sort(expected.sort, actual.sort);
}

export function limitsDifference(actual: CoreLimits, expected: CoreLimits, noun: "table" | "memory"): string | undefined {
  const plural = noun === "table" ? "tables" : "memories";
  if (actual.shared !== expected.shared) return `mismatch in the shared flag for ${plural}`;
  if (actual.index !== expected.index) return `mismatch in index type used for ${plural}`;
  if ((actual.pageSizeLog2 ?? 16) !== (expected.pageSizeLog2 ?? 16)) return "mismatch in page size for memories";
  const fits = actual.min >= expected.min && (expected.max === undefined || (actual.max !== undefined && actual.max <= expected.max));
  return fits ? undefined : `mismatch in ${noun} limits`;
}
