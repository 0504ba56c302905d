/** Sections of components and core modules that say what they are: names, producers, memories, sizes. */

import { readCoreModule } from "../binary/core-module.ts";
import { readLimits, readTableType } from "../binary/core-types.ts";
import { type Producer, readProducers } from "../binary/custom-section.ts";
import { readComponentNames, readCoreNames } from "../binary/name-section.ts";
import { BinaryReader } from "../binary/reader.ts";
import { contentsOf, readSectionHeader } from "../binary/sections.ts";
import type { CoreLimitsSyntax } from "../binary/syntax.ts";
import { MAX_CORE_MEMORIES, MAX_CORE_SECTION_ENTRIES, MAX_CORE_TABLES } from "../diagnostics/limits.ts";

export interface CustomSection {
  readonly name: string;
  readonly size: number;
}
/** The producers section: `language`, `processed-by`, `sdk`, each with names and versions. */
export type Producers = Readonly<Record<string, readonly Producer[]>>;
/** Of a memory in pages, of a table in elements. */
export interface LimitsDescription {
  readonly min: number;
  readonly max: number | null;
  readonly address: "i32" | "i64";
  readonly shared: boolean;
  readonly imported: boolean;
}
export interface ModuleDescription {
  readonly kind: "module";
  readonly name: string | null;
  readonly size: number;
  /** How many functions it defines, and the bytes of their code and of its data. */
  readonly functions: number;
  readonly codeSize: number;
  readonly dataSize: number;
  readonly imports: readonly { readonly module: string; readonly name: string; readonly sort: string }[];
  readonly exports: readonly { readonly name: string; readonly sort: string }[];
  readonly memories: readonly LimitsDescription[];
  readonly tables: readonly LimitsDescription[];
  readonly producers: Producers;
  readonly customSections: readonly CustomSection[];
}

const FUNCTION_SECTION = 3;
const TABLE_SECTION = 4;
const MEMORY_SECTION = 5;
const CODE_SECTION = 10;
const DATA_SECTION = 11;
const PREAMBLE_SIZE = 8;

export interface OwnSections {
  readonly name: string | null;
  readonly producers: Producers;
  readonly customSections: readonly CustomSection[];
}

/** Custom sections of a component or core module, not of what is nested in it. */
export function readCustomSections(bytes: Uint8Array, start: number, end: number, kind: "component" | "module"): OwnSections {
  let name = kind === "module" ? readCoreNames(bytes, start, end).module : undefined;
  let producers: Producers = {};
  const customSections: CustomSection[] = [];
  for (const { id, contents } of sections(bytes, start, end)) {
    if (id !== 0) continue;
    const section = contents.name();
    const range = { start: contents.position, end: contents.end };
    customSections.push({ name: section, size: contents.bytesLeft });
    if (section === "component-name" && kind === "component") name ??= readComponentNames(bytes, range).component;
    if (section === "producers") producers = Object.fromEntries(readProducers(bytes, range));
  }
  return { name: name ?? null, producers, customSections };
}

/** A core module that is valid. */
export function readModule(bytes: Uint8Array, start: number, end: number): ModuleDescription {
  const { imports, exports } = readCoreModule(bytes, start, end);
  const memories: LimitsDescription[] = [];
  const tables: LimitsDescription[] = [];
  const sizes = { functions: 0, codeSize: 0, dataSize: 0 };
  for (const { type } of imports) {
    if (type.sort === "memory") memories.push(describeLimits(type.limits, true));
    if (type.sort === "table") tables.push(describeLimits(type.limits, true));
  }
  for (const { id, contents } of sections(bytes, start, end)) {
    if (id === CODE_SECTION) sizes.codeSize = contents.bytesLeft;
    if (id === DATA_SECTION) sizes.dataSize = contents.bytesLeft;
    if (id === FUNCTION_SECTION) sizes.functions = contents.count("functions", MAX_CORE_SECTION_ENTRIES);
    if (id === MEMORY_SECTION) memories.push(...contents.vec("memories", MAX_CORE_MEMORIES, (reader) => describeLimits(readLimits(reader, "memory"), false)));
    if (id === TABLE_SECTION) tables.push(...readTables(contents));
  }
  return {
    kind: "module",
    size: end - start,
    ...sizes,
    imports: imports.map(({ module, name, type }) => ({ module, name, sort: type.sort })),
    exports: exports.map(({ name, type }) => ({ name, sort: type.sort })),
    memories,
    tables,
    ...readCustomSections(bytes, start, end, "module"),
  };
}

function* sections(bytes: Uint8Array, start: number, end: number): Generator<{ readonly id: number; readonly contents: BinaryReader }> {
  const reader = new BinaryReader(bytes, 0, start + PREAMBLE_SIZE, end);
  while (!reader.atEnd) {
    const header = readSectionHeader(reader);
    yield { id: header.id, contents: contentsOf(reader, header) };
  }
}

/** Tables up to the first with an initial value: an expression would have to be read to go on. */
function readTables(reader: BinaryReader): LimitsDescription[] {
  const tables: LimitsDescription[] = [];
  for (let left = reader.count("tables", MAX_CORE_TABLES); left > 0 && reader.peek() !== 0x40; left -= 1) {
    const type = readTableType(reader);
    if (type.sort === "table") tables.push(describeLimits(type.limits, false));
  }
  return tables;
}

function describeLimits({ min, max, index, shared }: CoreLimitsSyntax, imported: boolean): LimitsDescription {
  return { min: Number(min), max: max === undefined ? null : Number(max), address: index, shared, imported };
}
