/** Core and component instances (Binary.md "Instance Definitions"). */
import { MAX_INSTANTIATION_ARGS, MAX_INSTANTIATION_EXPORTS } from "../diagnostics/limits.ts";
import type { Features } from "./features.ts";
import type { BinaryReader } from "./reader.ts";
import { readCoreSort, readExternName, readSort } from "./sorts.ts";
import type { CoreSort, Definition, ExternNameSyntax, SortIndex } from "./syntax.ts";

function readCoreArg(reader: BinaryReader): { readonly name: string; readonly instance: number } {
  const name = reader.name();
  const sort = reader.u8();
  if (sort !== 0x12) throw reader.invalidLeadingByte(sort, "instantiation arg kind");
  return { name, instance: reader.u32() };
}

function readCoreInlineExport(reader: BinaryReader): { readonly name: string; readonly sort: CoreSort; readonly index: number } {
  return { name: reader.name(), sort: readCoreSort(reader), index: reader.u32() };
}

export function readCoreInstance(reader: BinaryReader): Definition {
  const { offset } = reader;
  const byte = reader.u8();
  switch (byte) {
    case 0x00:
      return {
        kind: "core-instantiate",
        module: reader.u32(),
        args: reader.vec("core instantiation arguments", MAX_INSTANTIATION_ARGS, readCoreArg),
        offset,
      };
    case 0x01:
      return { kind: "core-inline-exports", exports: reader.vec("core instantiation arguments", MAX_INSTANTIATION_ARGS, readCoreInlineExport), offset };
    default:
      throw reader.invalidLeadingByte(byte, "core instance");
  }
}

function readArg(reader: BinaryReader): { readonly name: string } & SortIndex {
  return { name: reader.name(), sort: readSort(reader), index: reader.u32() };
}

export function readInstance(reader: BinaryReader, features: Features): Definition {
  const { offset } = reader;
  const byte = reader.u8();
  switch (byte) {
    case 0x00:
      return { kind: "instantiate", component: reader.u32(), args: reader.vec("instantiation arguments", MAX_INSTANTIATION_ARGS, readArg), offset };
    case 0x01: {
      const exports: ({ readonly name: ExternNameSyntax } & SortIndex)[] = [];
      for (let left = reader.count("instantiation exports", MAX_INSTANTIATION_EXPORTS); left > 0; left--) {
        exports.push({ name: readExternName(reader, features), sort: readSort(reader), index: reader.u32() });
      }
      return { kind: "inline-exports", exports, offset };
    }
    default:
      throw reader.invalidLeadingByte(byte, "instance");
  }
}
