/** Sorts, aliases, and the names and types of imports and exports (Binary.md "Instance", "Alias", "Import and Export Definitions"). */
import { ErrorCode } from "../diagnostics/error-code.ts";
import { MAX_NAME_ATTRIBUTES } from "../diagnostics/limits.ts";
import type { Features } from "./features.ts";
import type { BinaryReader } from "./reader.ts";
import type { AliasSyntax, CoreSort, ExternNameSyntax, ExternTypeSyntax, Sort } from "./syntax.ts";
import { readValType } from "./value-types.ts";

const CORE_SORTS: readonly (CoreSort | undefined)[] = ["func", "table", "memory", "global", "tag"];
const SORTS: readonly (Sort | undefined)[] = [undefined, "func", "value", "type", "component", "instance"];

/** A core sort by whose export a core instance can be made, or that can be aliased from one. */
export function readCoreSort(reader: BinaryReader): CoreSort {
  const byte = reader.u8();
  const sort = CORE_SORTS[byte];
  if (sort === undefined) throw reader.invalidLeadingByte(byte, "external kind");
  return sort;
}

/** A sort that an `externtype` has: of the core sorts only modules. */
export function readSort(reader: BinaryReader): Sort {
  const byte = reader.u8();
  if (byte === 0x00) {
    const core = reader.u8();
    if (core !== 0x11) throw reader.invalidLeadingByte(core, "component external kind");
    return "core module";
  }
  const sort = SORTS[byte];
  if (sort === undefined) throw reader.invalidLeadingByte(byte, "component external kind");
  return sort;
}

/** The sort comes before the target but is judged by it: so it is read a second time. */
export function readAlias(reader: BinaryReader): AliasSyntax {
  const start = reader.position;
  const first = reader.u8();
  if (first === 0x00) reader.u8();
  const target = reader.u8();
  const { position } = reader;
  reader.position = start;
  switch (target) {
    case 0x00: {
      const sort = readSort(reader);
      reader.position = position;
      return { target: "export", sort, instance: reader.u32(), name: reader.name() };
    }
    case 0x01: {
      reader.u8();
      if (first !== 0x00) throw reader.invalidLeadingByte(first, "core instance export kind");
      const sort = readCoreSort(reader);
      reader.position = position;
      return { target: "core-export", sort, instance: reader.u32(), name: reader.name() };
    }
    case 0x02: {
      const sort = readOuterSort(reader);
      reader.position = position;
      return { target: "outer", sort, count: reader.u32(), index: reader.u32() };
    }
    default:
      reader.position = position;
      throw reader.invalidLeadingByte(target, "alias");
  }
}

/** `outeraliassort`. */
function readOuterSort(reader: BinaryReader): Sort {
  let byte = reader.u8();
  if (byte === 0x03) return "type";
  if (byte === 0x04) return "component";
  if (byte === 0x00) {
    byte = reader.u8();
    if (byte === 0x10) return "core type";
    if (byte === 0x11) return "core module";
  }
  throw reader.invalidLeadingByte(byte, "component outer alias kind");
}

const ATTRIBUTES = [
  ["implements", "implements"],
  ["versionSuffix", "versionsuffix"],
  ["externalId", "external-id"],
] as const;

/** `nameattributes`. */
export function readExternName(reader: BinaryReader, features: Features): ExternNameSyntax {
  const byte = reader.u8();
  if (byte > 0x02) throw reader.invalidLeadingByte(byte, "component name");
  if (byte === 0x02 && !features.cmImplements && !features.cmCanonNames) {
    throw reader.error(ErrorCode.FeatureDisabled, "the `cm-implements` feature is not active", reader.offset - 1);
  }
  const name: { -readonly [K in keyof ExternNameSyntax]: ExternNameSyntax[K] } = { name: reader.name() };
  if (byte < 0x02) return name;
  for (let left = reader.count("name options", MAX_NAME_ATTRIBUTES); left > 0; left--) {
    const { offset } = reader;
    const kind = reader.u8();
    const attribute = ATTRIBUTES[kind];
    if (attribute === undefined) throw reader.invalidLeadingByte(kind, "name option");
    const value = reader.name();
    const [key, word] = attribute;
    if (name[key] !== undefined) throw reader.error(ErrorCode.Invalid, `duplicate '${word}' option in name`, offset);
    name[key] = value;
  }
  return name;
}

/** `externtype`. */
export function readExternType(reader: BinaryReader): ExternTypeSyntax {
  const sort = readSort(reader);
  switch (sort) {
    case "value":
      // Binary.md has a bound here, as for types; wasm-tools, which writes all such binaries, has none.
      return { sort, bound: { type: readValType(reader) } };
    case "type":
      return { sort, bound: readTypeBound(reader) };
    default:
      return { sort: sort as "core module" | "func" | "component" | "instance", type: reader.u32() };
  }
}

function readTypeBound(reader: BinaryReader): "sub-resource" | { readonly eq: number } {
  const byte = reader.u8();
  if (byte > 0x01) throw reader.invalidLeadingByte(byte, "type bound");
  return byte === 0x01 ? "sub-resource" : { eq: reader.u32() };
}
