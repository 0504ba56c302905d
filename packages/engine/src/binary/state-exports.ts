/**
 * Rewrites a core module so that all its state can be read and put back from outside: memories, tables and mutable globals are
 * exported under names of our own. No index changes, and all code moves by the same number of bytes whatever the module, so that
 * offsets in stack traces can be corrected without knowing the module.
 */
import { ByteWriter } from "./byte-writer.ts";
import { skipConstExpr } from "./const-expr.ts";
import { readCoreExternType, readGlobalType, readMemoryType, readRecGroup, readRefType, readTableType } from "./core-types.ts";
import { readPreamble } from "./preamble.ts";
import { BinaryReader } from "./reader.ts";
import { contentsOf, readSectionHeader } from "./sections.ts";
import type { CoreExternTypeSyntax } from "./syntax.ts";

/** Exports of the rewritten module. */
export interface StateExports {
  /** The rewritten module. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly memories: readonly string[];
  readonly tables: readonly string[];
  readonly globals: readonly string[];
}

/** How far code lies further back in a rewritten module. */
export const CODE_SHIFT = 4096;

/** No module exports names with this prefix by accident. */
const PREFIX = "\u0000state ";

const SORTS = ["func", "table", "memory", "global", "tag"];
const TYPE = 1;
const IMPORT = 2;
const FUNCTION = 3;
const TABLE = 4;
const MEMORY = 5;
const GLOBAL = 6;
const EXPORT = 7;
const ELEMENT = 9;
const DATA_COUNT = 12;
/** Sections that stand before the exports; custom sections do anywhere. */
const BEFORE_EXPORTS: ReadonlySet<number> = new Set([0, TYPE, IMPORT, FUNCTION, TABLE, MEMORY, 13, GLOBAL]);

/**
 * `undefined`: the module has state that can't be put back, since it lies in garbage-collected objects, in references other than
 * to functions, in memory shared with others, or in segments that code may drop.
 *
 * @param source a valid module
 */
export function exportState(source: Uint8Array): StateExports | undefined {
  const reader = new BinaryReader(source);
  readPreamble(reader, "module");
  const state = new State();
  let exportCount = 0;
  let [start, end, contents] = [source.length, source.length, new Uint8Array()];
  while (!reader.atEnd) {
    const at = reader.position;
    const header = readSectionHeader(reader);
    if (header.id === EXPORT) {
      const section = contentsOf(reader, header);
      exportCount = section.u32();
      [start, end, contents] = [at, header.end, source.slice(section.position, header.end)];
    } else if (!BEFORE_EXPORTS.has(header.id) && start === source.length) {
      [start, end] = [at, at];
    }
    if (!state.read(header.id, contentsOf(reader, header))) return undefined;
  }
  if (state.empty) return { bytes: source.slice(), tables: [], memories: [], globals: [] };
  const section = state.exportSection(exportCount, contents, end - start + CODE_SHIFT);
  if (section === undefined) return undefined;
  const bytes = new Uint8Array(source.length - (end - start) + section.length);
  bytes.set(source.subarray(0, start));
  bytes.set(section, start);
  bytes.set(source.subarray(end), start + section.length);
  const named = (sort: number) => state.entries.filter((entry) => entry.sort === sort).map(nameOf);
  return { bytes, tables: named(1), memories: named(2), globals: named(3) };
}

interface Entry {
  readonly sort: number;
  readonly index: number;
}

function nameOf({ sort, index }: Entry): string {
  return `${PREFIX}${SORTS[sort]}${index}`;
}

/** What a module defines that can change. */
class State {
  readonly entries: Entry[] = [];
  /** The index spaces' sizes so far. */
  readonly #counts = [0, 0, 0, 0, 0];

  /** Neither state nor code. */
  get empty(): boolean {
    return this.entries.length === 0 && this.#counts[0] === 0;
  }

  /** Reads a section; false: it has state that can't be put back. */
  read(id: number, reader: BinaryReader): boolean {
    if (id === DATA_COUNT) return reader.u32() === 0;
    if (id === FUNCTION) this.#counts[0]! += reader.u32();
    if (![TYPE, IMPORT, TABLE, MEMORY, GLOBAL, ELEMENT].includes(id)) return true;
    for (let left = reader.u32(); left > 0; left--) if (!this.#entry(id, reader)) return false;
    return true;
  }

  #entry(id: number, reader: BinaryReader): boolean {
    switch (id) {
      case TYPE:
        return readRecGroup(reader).types.every(({ composite }) => composite.kind === "func");
      case IMPORT: {
        reader.name();
        reader.name();
        const { sort } = readCoreExternType(reader);
        this.#counts[SORTS.indexOf(sort)]! += 1;
        return true;
      }
      case TABLE: {
        const initialized = reader.peek() === 0x40;
        if (initialized) reader.skip(2);
        const type = readTableType(reader);
        if (initialized) skipConstExpr(reader);
        return this.#add(1) && isFuncTable(type);
      }
      case MEMORY: {
        const type = readMemoryType(reader);
        return this.#add(2) && type.sort === "memory" && !type.limits.shared;
      }
      case GLOBAL: {
        const type = readGlobalType(reader);
        skipConstExpr(reader);
        if (type.sort !== "global" || type.shared) return false;
        if (!type.mutable) return this.#skip(3);
        return this.#add(3) && typeof type.type === "string" && type.type !== "v128";
      }
      default:
        return skipElementSegment(reader);
    }
  }

  #skip(sort: number): true {
    this.#counts[sort]! += 1;
    return true;
  }

  #add(sort: number): true {
    this.entries.push({ sort, index: this.#counts[sort]! });
    return this.#skip(sort);
  }

  /** The export section of that size; `undefined`: there is so much state that its names do not fit. */
  exportSection(count: number, contents: Uint8Array, size: number): Uint8Array | undefined {
    // Something must bear the name that fills the section; a module without state has a function.
    const first = this.entries[0] ?? { sort: 0, index: 0 };
    const write = (padding: number): Uint8Array => {
      const body = new ByteWriter(size).u32(count + this.entries.length + 1).bytes(contents);
      for (const entry of this.entries) body.name(nameOf(entry)).u8(entry.sort).u32(entry.index);
      body.name(PREFIX.padEnd(padding, "-")).u8(first.sort).u32(first.index);
      return new ByteWriter(size).u8(EXPORT).sized(body.view()).view();
    };
    const shortest = write(PREFIX.length).length;
    // The lengths' own encodings grow with what they measure: by a few bytes.
    for (let padding = PREFIX.length + size - shortest, tries = 0; padding >= PREFIX.length && tries < 6; padding--, tries++) {
      const section = write(padding);
      if (section.length === size) return section;
    }
    return undefined;
  }
}

function isFuncTable(type: CoreExternTypeSyntax): boolean {
  return type.sort === "table" && "abstract" in type.element.heap && type.element.heap.abstract === "func";
}

/** False: a passive segment, which code may use later or drop. */
function skipElementSegment(reader: BinaryReader): boolean {
  const flags = reader.u32();
  const active = (flags & 1) === 0;
  if (!active && (flags & 2) === 0) return false;
  if (active && flags & 2) reader.u32();
  if (active) skipConstExpr(reader);
  const expressions = (flags & 4) !== 0;
  if (flags & 3) {
    if (expressions) readRefType(reader);
    else reader.u8();
  }
  for (let left = reader.u32(); left > 0; left--) {
    if (expressions) skipConstExpr(reader);
    else reader.u32();
  }
  return true;
}
