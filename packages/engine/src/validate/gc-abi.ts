/**
 * The canonical ABI on GC types: which core types a function's parameters and results may have. The specification has no chapter
 * on it yet; the rules are those of wasm-tools. Validated, not run.
 */
import type { CoreFieldType, CoreSubType, FuncType, ValueType } from "../types/component-types.ts";
import { coreValueName } from "../types/core-subtype.ts";
import { partsOf } from "../types/type-context.ts";
import type { CanonOptions } from "./definitions.ts";
import type { Scope } from "./scope.ts";

/** A parameter or result (never `i8` or `i16`), or a field or element. */
type CoreStorage = CoreFieldType["type"];

export function gcCoreType(scope: Scope, type: FuncType, options: CanonOptions): CoreSubType {
  const { validation } = scope;
  const core = options.coreType!;
  if (core.composite.kind !== "func") throw validation.error("`core-type` is not a function type");
  const { params, results } = core.composite;
  const counted = (noun: string, declared: number, has: number): void => {
    if (declared !== has) throw validation.error(`declared \`core-type\` has ${declared} ${noun}, but component function has ${has} ${noun}`);
  };
  const lowering = new GcLowering(scope, options);
  counted("parameters", params.length, type.params.length);
  for (const [i, param] of type.params.entries()) lowering.check(param.type, params[i]!, "argument");
  counted("results", results.length, type.result === undefined ? 0 : 1);
  if (type.result !== undefined) lowering.check(type.result, results[0]!, "argument");
  return core;
}

/** Core types of values that are numbers; small ones are packed in fields. */
const NUMBERS: Readonly<Record<string, string>> = {
  bool: "i8",
  s8: "i8",
  u8: "i8",
  s16: "i16",
  u16: "i16",
  s32: "i32",
  u32: "i32",
  char: "i32",
  s64: "i64",
  u64: "i64",
  f32: "f32",
  f64: "f64",
};

class GcLowering {
  readonly #scope: Scope;
  readonly #unit: "i8" | "i16";

  constructor(scope: Scope, { encoding }: CanonOptions) {
    this.#scope = scope;
    this.#unit = encoding === "utf16" ? "i16" : "i8";
  }

  check(type: ValueType, core: CoreStorage, role: "argument" | "field"): void {
    const { kind } = type;
    const { validation } = this.#scope;
    validation.types.spend(1);
    const wrong: (expected: string, into?: string, but?: string) => never = (expected, into = "to core", but = " type, found") =>
      validation.fail(`expected to lower component \`${kind}\` type ${into} \`${expected}\`${but} \`${coreValueName(core)}\``);
    const number = NUMBERS[kind];
    if (number !== undefined) {
      const expected = role === "argument" && (number === "i8" || number === "i16") ? "i32" : number;
      if (core !== expected) wrong(expected);
      return;
    }
    const composite = typeof core === "string" || typeof core.heap === "string" ? undefined : core.heap.composite;
    switch (kind) {
      case "string":
        if (composite?.kind !== "array" || composite.element.type !== this.#unit) wrong(`(ref null? (array (mut? ${this.#unit})))`);
        return;
      case "flags":
      case "enum":
        if (core !== "i32") wrong("i32", "into core", " type, but found");
        return;
      case "list":
        if (composite?.kind !== "array") wrong("(ref null? (array ...))", "into", ", but found");
        this.check(type.element, composite.element.type, "field");
        return;
      case "map":
        throw validation.error("GC lowering for component `map` type is not yet implemented");
      case "record":
      case "tuple": {
        if (composite?.kind !== "struct") wrong("(ref null? (struct ...))", undefined, ", but found");
        const parts = partsOf(type);
        const { fields } = composite;
        if (fields.length !== parts.length) {
          throw validation.error(`core \`struct\` has ${fields.length} fields, but component \`${kind}\` has ${parts.length} fields`);
        }
        for (const [i, part] of parts.entries()) this.check(part!, fields[i]!.type, "field");
        return;
      }
      case "variant":
      case "option":
      case "result":
        if (composite?.kind !== "struct" || composite.fields.length > 0) wrong("(ref null? (struct))", undefined, ", but found");
        return;
      default:
        // Handles, streams, futures, error contexts: opaque references.
        if (typeof core === "string" || (core.heap !== "extern" && core.heap !== "shared extern")) wrong("(ref null? extern)", "into core", " type, but found");
    }
  }
}
