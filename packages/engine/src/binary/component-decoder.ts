/**
 * Decodes a component (Binary.md): bytes in, its definitions out, one by one and on demand, so that whoever validates
 * them meets every error in binary order. Nested components arrive flat, between `component-begin` (its preamble's
 * offset) and `component-end` (the offset of its end); the outermost one has neither. Core modules are passed over.
 *
 * Ready for a stream: between definitions the only state is the stack of enclosing components, and nothing outside
 * the section at hand is looked at. A push source would collect bytes until `readSectionHeader` and the contents of
 * that section are there (of a component section its preamble, as `enter` asks), and go on from there.
 *
 * Known gaps: the bound of a value type and `shared` of thread built-ins are read as wasm-tools writes them, without
 * the byte that Binary.md has for each.
 */
import { ErrorCode } from "../diagnostics/error-code.ts";
import { MAX_COMPONENT_NESTING, MAX_FUNCTION_RESULTS, MAX_START_ARGS } from "../diagnostics/limits.ts";
import { readCanon } from "./canon.ts";
import { readCoreType } from "./core-types.ts";
import type { Features } from "./features.ts";
import { readCoreInstance, readInstance } from "./instances.ts";
import { readPreamble } from "./preamble.ts";
import { BinaryReader } from "./reader.ts";
import { contentsOf, readSectionHeader } from "./sections.ts";
import { readAlias, readExternName, readExternType, readSort } from "./sorts.ts";
import type { Definition, ExternTypeSyntax } from "./syntax.ts";
import { readType } from "./types.ts";
import { readValType } from "./value-types.ts";

/** Ids of sections (Binary.md). */
const CUSTOM = 0;
const CORE_MODULE = 1;
const CORE_INSTANCE = 2;
const CORE_TYPE = 3;
const COMPONENT = 4;
const INSTANCE = 5;
const ALIAS = 6;
const TYPE = 7;
const CANON = 8;
const START = 9;
const IMPORT = 10;
const EXPORT = 11;
const VALUE = 12;

/** A component whose end was not met yet. */
interface OpenComponent {
  /** Reads its section headers. */
  readonly reader: BinaryReader;
  hasStart: boolean;
}

export function* decodeComponent(bytes: Uint8Array, features: Features): Generator<Definition, void, void> {
  const outer: OpenComponent[] = [];
  let current = enter(new BinaryReader(bytes));
  for (;;) {
    if (current.reader.atEnd) {
      const { offset } = current.reader;
      const parent = outer.pop();
      if (parent === undefined) return;
      current = parent;
      yield { kind: "component-end", offset };
      continue;
    }
    const { reader: headers } = current;
    const section = readSectionHeader(headers);
    const reader = contentsOf(headers, section);
    const { offset } = reader;
    switch (section.id) {
      case CUSTOM: {
        const name = reader.name();
        yield { kind: "custom", name, start: reader.position, end: reader.end, offset };
        break;
      }
      case CORE_MODULE:
        yield { kind: "core-module", start: section.start, end: section.end, offset };
        break;
      case COMPONENT:
        outer.push(current);
        if (outer.length > MAX_COMPONENT_NESTING) throw reader.error(ErrorCode.TooMany, "component nesting is too deep");
        current = enter(reader);
        yield { kind: "component-begin", offset };
        break;
      case START:
        if (current.hasStart) throw reader.error(ErrorCode.MalformedSection, "component cannot have more than one start function");
        current.hasStart = true;
        yield readStart(reader);
        if (!reader.atEnd) throw reader.error(ErrorCode.MalformedSection, "unexpected content in the component start section");
        break;
      default:
        if (section.id > VALUE) throw reader.error(ErrorCode.MalformedSection, `malformed section id: ${section.id}`);
        for (let left = reader.u32(); left > 0; left--) yield readDefinition(section.id, reader, features);
        reader.finish();
    }
  }
}

function enter(reader: BinaryReader): OpenComponent {
  readPreamble(reader, "component");
  return { reader, hasStart: false };
}

/** The next element of a section that is a vector. */
function readDefinition(section: number, reader: BinaryReader, features: Features): Definition {
  const { offset } = reader;
  switch (section) {
    case CORE_INSTANCE:
      return readCoreInstance(reader);
    case CORE_TYPE:
      return { kind: "core-type", type: readCoreType(reader), offset };
    case INSTANCE:
      return readInstance(reader, features);
    case ALIAS:
      return { kind: "alias", alias: readAlias(reader), offset };
    case TYPE:
      return { kind: "type", type: readType(reader, features), offset };
    case CANON:
      return { kind: "canon", canon: readCanon(reader), offset };
    case IMPORT:
      return { kind: "import", name: readExternName(reader, features), type: readExternType(reader), offset };
    case EXPORT:
      return {
        kind: "export",
        name: readExternName(reader, features),
        sort: readSort(reader),
        index: reader.u32(),
        type: readAscribedType(reader),
        offset,
      };
    default:
      return readValue(reader);
  }
}

function readAscribedType(reader: BinaryReader): ExternTypeSyntax | undefined {
  const byte = reader.u8();
  if (byte > 0x01) throw reader.invalidLeadingByte(byte, "optional component export type");
  return byte === 0x00 ? undefined : readExternType(reader);
}

function readIndex(reader: BinaryReader): number {
  return reader.u32();
}

function readStart(reader: BinaryReader): Definition {
  const { offset } = reader;
  const func = reader.u32();
  const args = reader.vec("start function arguments", MAX_START_ARGS, readIndex);
  const at = reader.offset;
  const results = reader.u32();
  if (results > MAX_FUNCTION_RESULTS) throw reader.error(ErrorCode.TooMany, "start function results size is out of bounds", at);
  return { kind: "start", func, args, results, offset };
}

function readValue(reader: BinaryReader): Definition {
  const { offset } = reader;
  const type = readValType(reader);
  const start = reader.skip(reader.u32());
  return { kind: "value", type, bytes: reader.bytes.subarray(start, reader.position), offset };
}
