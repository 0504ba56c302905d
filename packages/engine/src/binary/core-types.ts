/** Core types as they stand in type sections of modules and components (WebAssembly 3.0 "Types", Binary.md `core:type`). */
import { ErrorCode } from "../diagnostics/error-code.ts";
import {
  MAX_FUNCTION_PARAMS,
  MAX_FUNCTION_RESULTS,
  MAX_MODULE_TYPE_DECLARATORS,
  MAX_REC_GROUP_TYPES,
  MAX_STRUCT_FIELDS,
  MAX_SUPERTYPES,
} from "../diagnostics/limits.ts";
import type { BinaryReader } from "./reader.ts";
import type {
  CoreCompositeSyntax,
  CoreExternTypeSyntax,
  CoreFieldSyntax,
  CoreHeapTypeSyntax,
  CoreLimitsSyntax,
  CoreModuleDeclarator,
  CoreRecGroupSyntax,
  CoreRefTypeSyntax,
  CoreSubTypeSyntax,
  CoreTypeSyntax,
  CoreValTypeSyntax,
} from "./syntax.ts";

const NUMBERS: readonly (CoreValTypeSyntax | undefined)[] = ["i32", "i64", "f32", "f64", "v128"];
const FIRST_NUMBER = 0x7f;

const ABSTRACT_HEAP_NAMES: Readonly<Record<number, string>> = {
  117: "nocont",
  116: "noexn",
  115: "nofunc",
  114: "noextern",
  113: "none",
  112: "func",
  111: "extern",
  110: "any",
  109: "eq",
  108: "i31",
  107: "struct",
  106: "array",
  105: "exn",
  104: "cont",
};
const SHARED = 0x65;

/** One object for each abbreviation such as `funcref`. */
const ABBREVIATIONS: readonly (CoreRefTypeSyntax | undefined)[] = Array.from({ length: 0x80 }, (_, byte) => {
  const abstract = ABSTRACT_HEAP_NAMES[byte];
  return abstract === undefined ? undefined : { nullable: true, heap: { abstract, shared: false } };
});

function readAbstractHeapType(reader: BinaryReader, noun: string): CoreHeapTypeSyntax {
  const shared = reader.peek() === SHARED;
  if (shared) reader.u8();
  const abstract = ABSTRACT_HEAP_NAMES[reader.u8()];
  if (abstract === undefined) throw reader.error(ErrorCode.InvalidLeadingByte, noun, reader.offset - 1);
  return { abstract, shared };
}

export function readHeapType(reader: BinaryReader): CoreHeapTypeSyntax {
  const start = reader.position;
  const index = reader.s33();
  if (index >= 0) return { index };
  // Abstract heap types are single bytes, not any encoding of a negative number.
  reader.position = start;
  return readAbstractHeapType(reader, "invalid heap type");
}

function readReference(reader: BinaryReader, noun: string): CoreRefTypeSyntax {
  const byte = reader.peek();
  const abbreviated = ABBREVIATIONS[byte];
  if (abbreviated !== undefined) {
    reader.u8();
    return abbreviated;
  }
  if (byte === 0x63 || byte === 0x64) {
    reader.u8();
    return { nullable: byte === 0x63, heap: readHeapType(reader) };
  }
  return { nullable: true, heap: readAbstractHeapType(reader, noun) };
}

function readRefType(reader: BinaryReader): CoreRefTypeSyntax {
  return readReference(reader, "malformed reference type");
}

export function readCoreValType(reader: BinaryReader): CoreValTypeSyntax {
  const number = NUMBERS[FIRST_NUMBER - reader.peek()];
  if (number === undefined) return readReference(reader, "invalid value type");
  reader.u8();
  return number;
}

function readField(reader: BinaryReader): CoreFieldSyntax {
  const byte = reader.peek();
  const packed = byte === 0x78 ? "i8" : byte === 0x77 ? "i16" : undefined;
  if (packed !== undefined) reader.u8();
  const type = packed ?? readCoreValType(reader);
  const mutability = reader.u8();
  if (mutability > 1) throw reader.error(ErrorCode.InvalidLeadingByte, "malformed mutability byte for field type", reader.offset - 1);
  return { type, mutable: mutability === 1 };
}

function readComposite(reader: BinaryReader, opcode: number): CoreCompositeSyntax {
  switch (opcode) {
    case 0x60:
      return {
        kind: "func",
        params: reader.vec("function params", MAX_FUNCTION_PARAMS, readCoreValType),
        results: reader.vec("function returns", MAX_FUNCTION_RESULTS, readCoreValType),
      };
    case 0x5f:
      return { kind: "struct", fields: reader.vec("struct fields", MAX_STRUCT_FIELDS, readField) };
    case 0x5e:
      return { kind: "array", element: readField(reader) };
    case 0x5d: {
      const type = reader.s33();
      if (type < 0) throw reader.error(ErrorCode.InvalidLeadingByte, "invalid continuation type");
      return { kind: "cont", type };
    }
    default:
      throw reader.invalidLeadingByte(opcode, "type");
  }
}

function readIndex(reader: BinaryReader): number {
  return reader.u32();
}

function readSubType(reader: BinaryReader): CoreSubTypeSyntax {
  let opcode = reader.u8();
  let final = true;
  let supertypes: number[] = [];
  if (opcode === 0x4f || opcode === 0x50) {
    final = opcode === 0x4f;
    supertypes = reader.vec("supertype idxs", MAX_SUPERTYPES, readIndex);
    opcode = reader.u8();
  }
  const shared = opcode === SHARED;
  if (shared) opcode = reader.u8();
  return { final, shared, supertypes, composite: readComposite(reader, opcode) };
}

/** `core:rectype`. */
export function readRecGroup(reader: BinaryReader): CoreRecGroupSyntax {
  const explicit = reader.peek() === 0x4e;
  if (!explicit) return { kind: "rec", explicit, types: [readSubType(reader)] };
  reader.u8();
  return { kind: "rec", explicit, types: reader.vec("rec group types", MAX_REC_GROUP_TYPES, readSubType) };
}

const HAS_MAX = 1;
const IS_SHARED = 2;
const IS_64 = 4;
const HAS_PAGE_SIZE = 8;

export function readLimits(reader: BinaryReader, sort: "memory" | "table"): CoreLimitsSyntax {
  const offset = reader.offset;
  const flags = reader.u8();
  if (flags > (sort === "memory" ? 0x0f : 0x07)) {
    throw reader.error(ErrorCode.InvalidLeadingByte, sort === "memory" ? "invalid memory limits flags" : "invalid table resizable limits flags", offset);
  }
  const min = reader.u64();
  const max = flags & HAS_MAX ? reader.u64() : undefined;
  const limits: CoreLimitsSyntax = { min, max, index: flags & IS_64 ? "i64" : "i32", shared: (flags & IS_SHARED) !== 0 };
  if (!(flags & HAS_PAGE_SIZE)) return limits;
  const pageSizeLog2 = reader.u32();
  if (pageSizeLog2 > 63) throw reader.error(ErrorCode.InvalidLeb128, "invalid custom page size", offset);
  return { ...limits, pageSizeLog2 };
}

export function readTableType(reader: BinaryReader): CoreExternTypeSyntax {
  return { sort: "table", element: readRefType(reader), limits: readLimits(reader, "table") };
}

export function readMemoryType(reader: BinaryReader): CoreExternTypeSyntax {
  return { sort: "memory", limits: readLimits(reader, "memory") };
}

export function readGlobalType(reader: BinaryReader): CoreExternTypeSyntax {
  const type = readCoreValType(reader);
  const flags = reader.u8();
  if (flags > 3) throw reader.error(ErrorCode.InvalidLeadingByte, "malformed global flags", reader.offset - 1);
  return { sort: "global", type, mutable: (flags & 1) !== 0, shared: (flags & 2) !== 0 };
}

export function readTagType(reader: BinaryReader): CoreExternTypeSyntax {
  if (reader.u8() !== 0) throw reader.error(ErrorCode.InvalidLeadingByte, "invalid tag attributes", reader.offset - 1);
  return { sort: "tag", type: reader.u32() };
}

/** `core:externtype`. */
export function readCoreExternType(reader: BinaryReader): CoreExternTypeSyntax {
  const byte = reader.u8();
  switch (byte) {
    case 0x00:
      return { sort: "func", type: reader.u32() };
    case 0x01:
      return readTableType(reader);
    case 0x02:
      return readMemoryType(reader);
    case 0x03:
      return readGlobalType(reader);
    case 0x04:
      return readTagType(reader);
    default:
      throw reader.invalidLeadingByte(byte, "external kind");
  }
}

function readModuleDeclarator(reader: BinaryReader): CoreModuleDeclarator {
  const { offset } = reader;
  const byte = reader.u8();
  switch (byte) {
    case 0x00:
      return { kind: "import", module: reader.name(), name: reader.name(), type: readCoreExternType(reader), offset };
    case 0x01:
      return { kind: "type", type: readRecGroup(reader), offset };
    case 0x02: {
      const sort = reader.u8();
      if (sort !== 0x10) throw reader.invalidLeadingByte(sort, "outer alias kind");
      const target = reader.u8();
      if (target !== 0x01) throw reader.invalidLeadingByte(target, "outer alias target");
      return { kind: "alias", count: reader.u32(), index: reader.u32(), offset };
    }
    case 0x03:
      return { kind: "export", name: reader.name(), type: readCoreExternType(reader), offset };
    default:
      throw reader.invalidLeadingByte(byte, "type definition");
  }
}

/** `core:deftype`: here, and only here, `0x50` begins a module type, so a non-final `sub` has `0x00` before it. */
export function readCoreType(reader: BinaryReader): CoreTypeSyntax {
  const byte = reader.peek();
  if (byte === 0x50) {
    reader.u8();
    return { kind: "module-type", declarators: reader.vec("module type declaration", MAX_MODULE_TYPE_DECLARATORS, readModuleDeclarator) };
  }
  if (byte === 0x00) {
    reader.u8();
    const next = reader.peek();
    if (next !== 0x50) throw reader.invalidLeadingByte(next, "non-final sub type", reader.offset);
  }
  return readRecGroup(reader);
}
