/**
 * Rewrites a core module so that all its state can be read and put back from outside:
 * - memories, tables and mutable globals are exported under names of our own;
 * - memories can't shrink, so the size that guests see is a global of the module that defines the memory: `memory.size` reads it,
 *   `memory.grow` adds to it and grows the memory only when that is too small. Modules that import the memory reach the two functions
 *   that do so through a table, since one more import of a table moves no index.
 * No index changes. Code moves: a map leads from offsets in the rewritten module back to those in the source.
 */
import { ByteWriter } from "./byte-writer.ts";
import { CodeMap } from "./code-map.ts";
import { type MemoryEntry, type ModuleState, Section, type SectionRange, Sort } from "./module-state.ts";
import * as Op from "./opcodes.ts";
import { BinaryReader } from "./reader.ts";
import { Type } from "./writer.ts";

export interface RewindableModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Names of exports. */
  readonly memories: readonly string[];
  readonly tables: readonly string[];
  readonly globals: readonly string[];
  readonly codeMap: CodeMap;
}

/** No module imports or exports by names with this prefix by accident; one that does on purpose does not compile. */
const PREFIX = "\u0000state ";
/** The module from which sizes of imported memories are imported. */
export const STATE_MODULE: string = PREFIX;

/** The name of the table with the functions that grow and tell the size of memory `index`: of an export, and of an import. */
export function sizeTable(index: number): string {
  return `${PREFIX}size${index}`;
}

const PREAMBLE_BYTES = 8;
/** Sections that get entries, in their order in a module. */
const EXTENDED: readonly number[] = [
  Section.Type,
  Section.Import,
  Section.Function,
  Section.Table,
  Section.Global,
  Section.Export,
  Section.Element,
  Section.Code,
];
/** The place of each section among the others, by id; custom sections go anywhere. */
const ORDER = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 11, 6];
/** What ORDER gives beyond the last section. */
const END = 14;
/** In the table of a memory's size. */
const GROW = 0;
const SIZE = 1;

/**
 * @param others whether other modules may ask for the sizes of the memories that this one defines
 * @returns `undefined`: it asks for the size of an imported memory and has tables of its own, which one more import would move
 */
export function rewindableModule(state: ModuleState, others: boolean): RewindableModule | undefined {
  const imported = state.askedMemories.some((memory) => memory.import !== undefined);
  return imported && state.definedTables > 0 ? undefined : new Rewriter(state, others).write();
}

/** A memory with the functions that stand for its `memory.grow` and `memory.size`. */
interface SizedMemory extends MemoryEntry {
  readonly grow: number;
  readonly size: number;
  /** Types of those functions. */
  readonly types: number;
  /** The global that holds the size, if the module defines the memory. */
  readonly global: number;
  /** The table of the two functions: imported with the memory, or defined and exported for others. */
  readonly table: number | undefined;
}

class Rewriter {
  readonly #state: ModuleState;
  readonly #sized: readonly SizedMemory[];
  /** What is put back. */
  readonly #kept: readonly { readonly sort: number; readonly index: number }[];

  constructor(state: ModuleState, others: boolean) {
    this.#state = state;
    const [functions, tables, , globals] = state.counts as [number, number, number, number];
    const asked = new Set(state.askedMemories);
    const sized = state.memories.filter((memory) => asked.has(memory) || (others && memory.import === undefined));
    let [nextTable, nextGlobal] = [tables, globals];
    this.#sized = sized.map((memory, i) => ({
      ...memory,
      grow: functions + 2 * i,
      size: functions + 2 * i + 1,
      types: state.types + 2 * i,
      global: memory.import === undefined ? nextGlobal++ : 0,
      table: memory.import !== undefined || others ? nextTable++ : undefined,
    }));
    this.#kept = [...state.kept, ...this.#own.map(({ global }) => ({ sort: Sort.Global, index: global }))];
  }

  /** The sized memories that the module defines. */
  get #own(): readonly SizedMemory[] {
    return this.#sized.filter((memory) => memory.import === undefined);
  }

  write(): RewindableModule {
    const { source, sections, importedFunctions } = this.#state;
    const out = new ByteWriter(source.length + 1024).bytes(source.subarray(0, PREAMBLE_BYTES));
    const map = new CodeMap(importedFunctions);
    const missing = EXTENDED.filter((id) => !sections.some((section) => section.id === id));
    const insertBefore = (order: number): void => {
      while (missing.length > 0 && ORDER[missing[0]!]! < order) this.#section(out, missing.shift()!, undefined, map);
    };
    for (const section of sections) {
      insertBefore(ORDER[section.id]!);
      if (EXTENDED.includes(section.id)) this.#section(out, section.id, section, map);
      else out.bytes(source.subarray(section.from, section.end));
    }
    insertBefore(END);
    const named = (wanted: number) => this.#kept.flatMap(({ sort, index }) => (sort === wanted ? [nameOf(sort, index)] : []));
    return { bytes: out.view().slice(), tables: named(Sort.Table), memories: named(Sort.Memory), globals: named(Sort.Global), codeMap: map };
  }

  #section(out: ByteWriter, id: number, section: SectionRange | undefined, map: CodeMap): void {
    if (id !== Section.Code) this.#extend(out, id, section);
    else if (section !== undefined || this.#sized.length > 0) this.#code(out, map);
  }

  /** Writes a section with our entries after its own. */
  #extend(out: ByteWriter, id: number, section: SectionRange | undefined): void {
    const { source } = this.#state;
    const reader = section === undefined ? undefined : new BinaryReader(source, 0, section.start, section.end);
    const own = reader?.u32() ?? 0;
    const added = new ByteWriter();
    const count = this.#entries(id, added);
    if (own + count === 0) return;
    const body = new ByteWriter().u32(own + count);
    if (reader !== undefined) body.bytes(source.subarray(reader.position, reader.end));
    out.u8(id).sized(body.bytes(added.view()).view());
  }

  /** Writes our entries of a section: their number. */
  #entries(id: number, out: ByteWriter): number {
    switch (id) {
      case Section.Type:
        for (const { is64 } of this.#sized) out.u8(0x60, 1, sizeType(is64), 1, sizeType(is64), 0x60, 0, 1, sizeType(is64));
        return 2 * this.#sized.length;
      case Section.Import: {
        const imported = this.#sized.filter((memory) => memory.import !== undefined);
        for (const { index } of imported) out.name(STATE_MODULE).name(sizeTable(index)).u8(Sort.Table, Type.funcref, 0, 2);
        return imported.length;
      }
      case Section.Function:
        for (const { types } of this.#sized) out.u32(types).u32(types + 1);
        return 2 * this.#sized.length;
      case Section.Table: {
        const tables = this.#own.filter(({ table }) => table !== undefined);
        for (const _ of tables) out.u8(Type.funcref, 1, 2, 2);
        return tables.length;
      }
      case Section.Global:
        for (const { is64, min } of this.#own) {
          out.u8(sizeType(is64), 1);
          if (is64) out.u8(Op.i64_const).s64(min).u8(Op.end);
          else out.u8(Op.i32_const).s32(Number(min)).u8(Op.end);
        }
        return this.#own.length;
      case Section.Export: {
        const tables = this.#own.filter(({ table }) => table !== undefined);
        for (const { sort, index } of this.#kept) out.name(nameOf(sort, index)).u8(sort).u32(index);
        for (const { index, table } of tables) out.name(sizeTable(index)).u8(Sort.Table).u32(table!);
        return this.#kept.length + tables.length;
      }
      default: {
        const tables = this.#own.filter(({ table }) => table !== undefined);
        // Active, of a table by its index, functions: grow and size.
        for (const { table, grow, size } of tables) out.u8(2).u32(table!).u8(Op.i32_const, GROW, Op.end, 0, 2).u32(grow).u32(size);
        return tables.length;
      }
    }
  }

  #code(out: ByteWriter, map: CodeMap): void {
    const { source, bodies, sites } = this.#state;
    const code = new ByteWriter(source.length).u32(bodies.length + 2 * this.#sized.length);
    let site = 0;
    for (const { start, end } of bodies) {
      const body = new ByteWriter(end - start + 16);
      const moves: [to: number, from: number][] = [];
      const copy = (from: number, to: number): void => {
        moves.push([body.length, from]);
        body.bytes(source.subarray(from, to));
      };
      let from = start;
      for (; site < sites.length && sites[site]!.at < end; site++) {
        const { at, end: next, memory, grow } = sites[site]!;
        copy(from, at);
        const sized = this.#sized.find(({ index }) => index === memory)!;
        body.u8(Op.call).u32(grow ? sized.grow : sized.size);
        from = next;
      }
      copy(from, end);
      code.u32(body.length);
      map.body(code.length, body.length, moves);
      code.bytes(body.view());
    }
    for (const memory of this.#sized) {
      if (memory.import === undefined) code.sized(growBody(memory)).sized(new ByteWriter().u8(0, Op.global_get).u32(memory.global).u8(Op.end).view());
      else code.sized(indirect(memory, GROW)).sized(indirect(memory, SIZE));
    }
    out.u8(Section.Code).u32(code.length);
    map.base = out.length;
    out.bytes(code.view());
  }
}

function nameOf(sort: number, index: number): string {
  return `${PREFIX}${sort} ${index}`;
}

function sizeType(is64: boolean): number {
  return is64 ? Type.i64 : Type.i32;
}

/** Calls the function of the module that defines the memory. */
function indirect({ types, table }: SizedMemory, slot: number): Uint8Array {
  const out = new ByteWriter().u8(0);
  if (slot === GROW) out.u8(Op.local_get, 0);
  return out
    .u8(Op.i32_const, slot, Op.call_indirect)
    .u32(types + slot)
    .u32(table!)
    .u8(Op.end)
    .view()
    .slice();
}

/** The function that stands for `memory.grow`: parameter 0 is the number of pages, local 1 the new size. */
function growBody({ index, is64, global }: SizedMemory): Uint8Array {
  const [add, sub, eq, less, greater, constant] = is64
    ? [Op.i64_add, Op.i64_sub, Op.i64_eq, Op.i64_lt_u, Op.i64_gt_u, Op.i64_const]
    : [Op.i32_add, Op.i32_sub, Op.i32_eq, Op.i32_lt_u, Op.i32_gt_u, Op.i32_const];
  const MINUS_ONE = 0x7f;
  const out = new ByteWriter().u8(1, 1, sizeType(is64));
  // The new size; failure when it overflows.
  out.u8(Op.global_get).u32(global).u8(Op.local_get, 0, add, Op.local_tee, 1);
  out.u8(Op.global_get).u32(global).u8(less, Op.if, 0x40, constant, MINUS_ONE, Op.return, Op.end);
  // What the memory has less than that it must get.
  out.u8(Op.local_get, 1, Op.memory_size).u32(index).u8(greater, Op.if, 0x40);
  out.u8(Op.local_get, 1, Op.memory_size).u32(index).u8(sub, Op.memory_grow).u32(index);
  out.u8(constant, MINUS_ONE, eq, Op.if, 0x40, constant, MINUS_ONE, Op.return, Op.end, Op.end);
  // The old size.
  out.u8(Op.global_get).u32(global).u8(Op.local_get, 1, Op.global_set).u32(global).u8(Op.end);
  return out.view().slice();
}
