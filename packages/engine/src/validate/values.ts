/** Values (Binary.md "Start Definitions", "Value Definitions"). */
import { BinaryReader } from "../binary/reader.ts";
import type { Definition } from "../binary/syntax.ts";
import type { ValueType } from "../types/component-types.ts";
import { Comparison } from "../types/subtype.ts";
import { valueTypeOf } from "./defined-types.ts";
import type { ValidDefinition } from "./definitions.ts";
import type { Scope } from "./scope.ts";
import type { Validation } from "./validation.ts";

export function start(scope: Scope, definition: Definition & { kind: "start" }): ValidDefinition {
  const { validation } = scope;
  validation.requireValues();
  if (scope.hasStart) throw validation.error("component cannot have more than one start function");
  scope.hasStart = true;
  const { args, results } = definition;
  const { params, result } = scope.at("func", definition.func);
  if (params.length !== args.length) throw validation.error(`component start function requires ${params.length} arguments but was given ${args.length}`);
  const count = result === undefined ? 0 : 1;
  if (count !== results)
    throw validation.error(`component start function has a result count of ${results} but the function type has a result count of ${count}`);
  for (const [i, arg] of args.entries()) {
    const actual = scope.useValue(arg);
    validation.explain(
      () => `value type mismatch for component start function argument ${i}`,
      () => new Comparison(validation.types).value(actual, params[i]!.type),
    );
  }
  if (result !== undefined) scope.push("value", { type: result, used: false });
  return definition;
}

/** All values must have been used once the component ends: they are linear. */
export function checkValuesUsed(scope: Scope): void {
  const index = scope.spaces.value.findIndex((value) => !value.used);
  if (index >= 0) throw scope.validation.error(`value index ${index} was not used as part of an instantiation, start function, or export`);
}

export function valueDefinition(scope: Scope, definition: Definition & { kind: "value" }): ValidDefinition {
  const { validation } = scope;
  validation.requireValues();
  const { bytes } = definition;
  const type = valueTypeOf(scope, definition.type);
  const reader = new BinaryReader(bytes, bytes.byteOffset - validation.bytes.byteOffset);
  skipValue(validation, reader, type);
  if (!reader.atEnd) throw validation.error("value definition has bytes after the value");
  scope.push("value", { type, used: false });
  return { ...definition, type };
}

/** Passes over an encoded value (`val(t)`), checking it by its type. Depth is that of the type. */
function skipValue(validation: Validation, reader: BinaryReader, type: ValueType | undefined): void {
  if (type === undefined) return;
  const wrong = (): never => validation.fail(`invalid value of type \`${type.kind}\``);
  const below = (limit: number): number => {
    const value = reader.u32();
    return value < limit ? value : wrong();
  };
  switch (type.kind) {
    case "bool":
      reader.bool();
      return;
    case "u8":
    case "s8":
      reader.u8();
      return;
    case "u16":
    case "u32":
    case "u64":
    case "s16":
    case "s32":
    case "s64":
      if (!fits(reader, type.kind)) wrong();
      return;
    case "f32":
    case "f64": {
      const size = type.kind === "f32" ? 4 : 8;
      const at = reader.skip(size);
      const view = new DataView(reader.bytes.buffer, reader.bytes.byteOffset + at, size);
      const value = size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
      // The one NaN that there is.
      const canonical = size === 4 ? view.getUint32(0, true) === 0x7fc00000 : view.getBigUint64(0, true) === 0x7ff8000000000000n;
      if (Number.isNaN(value) && !canonical) wrong();
      return;
    }
    case "char":
      skipChar(reader, wrong);
      return;
    case "string":
      reader.name();
      return;
    case "record":
      for (const field of type.fields) skipValue(validation, reader, field.type);
      return;
    case "tuple":
      for (const part of type.types) skipValue(validation, reader, part);
      return;
    case "variant":
      skipValue(validation, reader, type.cases[below(type.cases.length)]!.type);
      return;
    case "enum":
      below(type.labels.length);
      return;
    case "flags":
      reader.skip(Math.ceil(type.labels.length / 8));
      return;
    case "option":
      if (reader.bool()) skipValue(validation, reader, type.some);
      return;
    case "result":
      skipValue(validation, reader, reader.bool() ? type.err : type.ok);
      return;
    case "list":
      // Every value takes a byte at least, so a count is bounded by the bytes that are left.
      for (let left = type.length ?? reader.u32(); left > 0; left--) skipValue(validation, reader, type.element);
      return;
    default:
      throw validation.error(`values of type \`${type.kind}\` can't be defined`);
  }
}

/** Whether the LEB128 number that follows is one of an integer type of more than a byte. */
function fits(reader: BinaryReader, kind: string): boolean {
  const bits = Number(kind.slice(1));
  if (kind[0] === "u") return reader.u64() < 1n << BigInt(bits);
  let value = 0n;
  let length = 0;
  for (let byte = 0x80; byte >= 0x80; length += 7) {
    if (length >= bits) return false;
    byte = reader.u8();
    value |= BigInt(byte & 0x7f) << BigInt(length);
  }
  value = BigInt.asIntN(length, value);
  return BigInt.asIntN(bits, value) === value;
}

/** The length of a scalar value's UTF-8 form is in its first byte. */
function skipChar(reader: BinaryReader, wrong: () => never): void {
  const first = reader.peek();
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const at = reader.skip(length);
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(reader.bytes.subarray(at, at + length));
  } catch {
    wrong();
  }
}
