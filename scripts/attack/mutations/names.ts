/** Of names that come from components, and of what guests are told. */
import type { Mutation } from "../mutations.ts";

const EXPORTS = { file: "packages/engine/src/link/exports.ts", test: "packages/engine/src/api/component.test.ts" };
const OUTPUT_PATHS = "scripts/attack/output-paths.test.ts";
const REFUSALS = { file: "packages/cli/src/refusals.ts", test: "packages/cli/src/refusals.test.ts" };

export const NAMES: readonly Mutation[] = [
  { threat: 12, defence: "the words for control characters in what was refused", ...REFUSALS, find: "printable(target)", replace: "target" },
  { threat: 12, defence: "the limit on what is told of refusals", ...REFUSALS, find: " || this.#told.size === MAX_TOLD", replace: " || MAX_TOLD === 0" },
  {
    threat: 20,
    defence: "exports without a prototype",
    ...EXPORTS,
    find: "exports: Record<string, unknown> = Object.create(null)",
    replace: "exports: Record<string, unknown> = {}",
  },
  {
    threat: 20,
    defence: "the other name for `then`",
    file: "packages/engine/src/link/js-name.ts",
    find: 'camel === "then" ? "then_" : camel',
    replace: "camel",
    test: EXPORTS.test,
  },
  {
    threat: 20,
    defence: "exports that become text without the guest",
    ...EXPORTS,
    find: "Object.defineProperty(exports, Symbol.toPrimitive, {",
    replace: "Object.defineProperty({}, Symbol.toPrimitive, {",
  },
  {
    threat: 20,
    defence: "core imports without a prototype",
    file: "packages/engine/src/link/instantiate.ts",
    find: "const imports: Record<string, WebAssembly.ModuleImports> = Object.create(null);",
    replace: "const imports: Record<string, WebAssembly.ModuleImports> = {};",
    test: EXPORTS.test,
  },
  {
    threat: 20,
    defence: "the check that an import is the host's own",
    file: "packages/engine/src/link/import-lookup.ts",
    find: "if (Object.hasOwn(imports, name)) return imports[name];",
    replace: "if (name in imports) return imports[name];",
    test: "scripts/attack/magic-names.test.ts",
  },
  {
    threat: 20,
    defence: "a map for configuration",
    file: "packages/runtime/src/config/config.ts",
    find: "return this.#values.get(key);",
    replace: "return (Object.fromEntries(this.#values) as Record<string, string>)[key];",
    test: "scripts/attack/magic-names.test.ts",
  },
  {
    threat: 21,
    defence: "closures where code could be made",
    file: "packages/engine/src/link/js-name.ts",
    find: 'return camel === "then" ? "then_" : camel;',
    replace: 'return new Function("name", "return name")(camel) as string;',
    test: "scripts/attack/generated-code.test.ts",
  },
  {
    threat: 21,
    defence: "quotes round names in declarations",
    file: "packages/engine/src/text/dts-names.ts",
    find: 'IDENTIFIER.test(name) && name !== "new" ? name : JSON.stringify(name)',
    replace: "name",
    test: "packages/engine/src/text/dts.test.ts",
  },
  {
    threat: 21,
    defence: "comments that a name can't end",
    file: "packages/engine/src/text/dts-names.ts",
    find: '.replace(/\\*\\//g, "*\\\\/")',
    replace: "",
    test: "packages/engine/src/text/dts.test.ts",
  },
  {
    threat: 22,
    defence: "output that goes to standard output only",
    file: "packages/cli/src/commands/inspect.ts",
    find: "const description = inspectComponent(readComponent(file));",
    replace:
      'const description = inspectComponent(readComponent(file));\n    (await import("node:fs")).writeFileSync((description.name ?? "").replaceAll("\\0", "").replace(/^.*[\\\\/]/, "../"), "");',
    test: OUTPUT_PATHS,
  },
];
