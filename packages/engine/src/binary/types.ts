/** `type` and the declarators of component and instance types (Binary.md "Type Definitions"). */
import { ErrorCode } from "../diagnostics/error-code.ts";
import { MAX_FUNCTION_PARAMS, MAX_TYPE_DECLARATORS, MAX_TYPE_NESTING } from "../diagnostics/limits.ts";
import { readCoreType, readCoreValType } from "./core-types.ts";
import type { Features } from "./features.ts";
import type { BinaryReader } from "./reader.ts";
import { readAlias, readExternName, readExternType } from "./sorts.ts";
import type { Declarator, TypeSyntax, ValTypeRef } from "./syntax.ts";
import { readDefinedType, readLabelledType, readValType } from "./value-types.ts";

/** `resultlist`. */
export function readResultList(reader: BinaryReader): ValTypeRef | undefined {
  const byte = reader.u8();
  if (byte === 0x00) return readValType(reader);
  if (byte !== 0x01) throw reader.invalidLeadingByte(byte, "component function results");
  const count = reader.u8();
  if (count !== 0x00) throw reader.invalidLeadingByte(count, "number of results");
  return undefined;
}

function readDestructor(reader: BinaryReader): number | undefined {
  const byte = reader.u8();
  if (byte > 0x01) throw reader.invalidLeadingByte(byte, "resource destructor");
  return byte === 0x00 ? undefined : reader.u32();
}

/** Recurses into declarators, `nesting` types deep so far. */
export function readType(reader: BinaryReader, features: Features, nesting = 0): TypeSyntax {
  const { offset } = reader;
  const opcode = reader.u8();
  switch (opcode) {
    case 0x3f:
      return { kind: "resource", rep: readCoreValType(reader), dtor: readDestructor(reader) };
    case 0x40:
    case 0x43:
      return {
        kind: "func",
        async: opcode === 0x43,
        params: reader.vec("component function parameters", MAX_FUNCTION_PARAMS, readLabelledType),
        result: readResultList(reader),
      };
    case 0x41:
    case 0x42: {
      if (nesting === MAX_TYPE_NESTING) throw reader.error(ErrorCode.TooMany, "type nesting is too deep", offset);
      const kind = opcode === 0x41 ? "component-type" : "instance-type";
      const declarators: Declarator[] = [];
      const noun = opcode === 0x41 ? "component type declaration" : "instance type declaration";
      for (let left = reader.count(noun, MAX_TYPE_DECLARATORS); left > 0; left--) declarators.push(readDeclarator(reader, features, kind, nesting + 1));
      return { kind, declarators };
    }
    default:
      return readDefinedType(reader, opcode);
  }
}

function readDeclarator(reader: BinaryReader, features: Features, within: "component-type" | "instance-type", nesting: number): Declarator {
  const { offset } = reader;
  const byte = reader.u8();
  switch (byte) {
    case 0x00:
      return { kind: "core-type", type: readCoreType(reader), offset };
    case 0x01:
      return { kind: "type", type: readType(reader, features, nesting), offset };
    case 0x02:
      return { kind: "alias", alias: readAlias(reader), offset };
    case 0x03:
      if (within === "instance-type") break;
      return { kind: "import", name: readExternName(reader, features), type: readExternType(reader), offset };
    case 0x04:
      return { kind: "export", name: readExternName(reader, features), type: readExternType(reader), offset };
  }
  throw reader.invalidLeadingByte(byte, "component or instance type declaration");
}
