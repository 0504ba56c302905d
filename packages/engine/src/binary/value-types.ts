/** `valtype` and `defvaltype` (Binary.md "Type Definitions"). */
import { MAX_ENUM_CASES, MAX_FLAG_NAMES, MAX_RECORD_FIELDS, MAX_TUPLE_TYPES, MAX_VARIANT_CASES } from "../diagnostics/limits.ts";
import type { BinaryReader } from "./reader.ts";
import type { DefinedTypeSyntax, LabelledType, PrimitiveName, ValTypeRef } from "./syntax.ts";

const PRIMITIVES: readonly (PrimitiveName | undefined)[] = ["bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "char", "string"];
const FIRST_PRIMITIVE = 0x7f;
const ERROR_CONTEXT = 0x64;

function primitive(byte: number): PrimitiveName | undefined {
  return byte === ERROR_CONTEXT ? "error-context" : PRIMITIVES[FIRST_PRIMITIVE - byte];
}

export function readValType(reader: BinaryReader): ValTypeRef {
  const name = primitive(reader.peek());
  // A negative number is no type: as an unsigned one it is out of any type space's bounds.
  if (name === undefined) return reader.s33() >>> 0;
  reader.u8();
  return name;
}

function readOptionalValType(reader: BinaryReader): ValTypeRef | undefined {
  const byte = reader.u8();
  if (byte > 0x01) throw reader.invalidLeadingByte(byte, "optional component value type");
  return byte === 0x00 ? undefined : readValType(reader);
}

export function readLabelledType(reader: BinaryReader): LabelledType {
  return { label: reader.name(), type: readValType(reader) };
}

function readCase(reader: BinaryReader): { readonly label: string; readonly type: ValTypeRef | undefined } {
  const label = reader.name();
  const type = readOptionalValType(reader);
  const zero = reader.u8();
  if (zero !== 0x00) throw reader.invalidLeadingByte(zero, "zero byte required");
  return { label, type };
}

function readLabel(reader: BinaryReader): string {
  return reader.name();
}

/** `opcode` was just read. */
export function readDefinedType(reader: BinaryReader, opcode: number): DefinedTypeSyntax {
  const name = primitive(opcode);
  if (name !== undefined) return { kind: "primitive", name };
  switch (opcode) {
    case 0x72:
      return { kind: "record", fields: reader.vec("record field", MAX_RECORD_FIELDS, readLabelledType) };
    case 0x71:
      return { kind: "variant", cases: reader.vec("variant cases", MAX_VARIANT_CASES, readCase) };
    case 0x70:
      return { kind: "list", element: readValType(reader) };
    case 0x6f:
      return { kind: "tuple", types: reader.vec("tuple types", MAX_TUPLE_TYPES, readValType) };
    case 0x6e:
      return { kind: "flags", labels: reader.vec("flag names", MAX_FLAG_NAMES, readLabel) };
    case 0x6d:
      return { kind: "enum", labels: reader.vec("enum cases", MAX_ENUM_CASES, readLabel) };
    case 0x6b:
      return { kind: "option", some: readValType(reader) };
    case 0x6a:
      return { kind: "result", ok: readOptionalValType(reader), err: readOptionalValType(reader) };
    case 0x69:
      return { kind: "own", resource: reader.u32() };
    case 0x68:
      return { kind: "borrow", resource: reader.u32() };
    case 0x67:
      return { kind: "list", element: readValType(reader), length: reader.u32() };
    case 0x66:
      return { kind: "stream", element: readOptionalValType(reader) };
    case 0x65:
      return { kind: "future", element: readOptionalValType(reader) };
    case 0x63:
      return { kind: "map", key: readValType(reader), value: readValType(reader) };
    default:
      throw reader.invalidLeadingByte(opcode, "component defined type");
  }
}
