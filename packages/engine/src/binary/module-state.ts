/**
 * What of a core module can change at run time, and where its code asks for the size of a memory: read before the module is
 * rewritten (`rewindable-module.ts`).
 */
import { MAX_REWOUND_CODE_BYTES } from "../diagnostics/limits.ts";
import type { FunctionBody } from "./code-map.ts";
import { CodeWalker, UNKNOWN } from "./code-walker.ts";
import { skipConstExpr } from "./const-expr.ts";
import { readCoreExternType, readGlobalType, readMemoryType, readRecGroup, readTableType } from "./core-types.ts";
import * as Op from "./opcodes.ts";
import { readPreamble } from "./preamble.ts";
import { BinaryReader } from "./reader.ts";
import { contentsOf, readSectionHeader } from "./sections.ts";
import { readCoreSort } from "./sorts.ts";

export const Section = { Type: 1, Import: 2, Function: 3, Table: 4, Memory: 5, Global: 6, Export: 7, Element: 9, Code: 10 } as const;
/** Sorts as exports number them. */
export const Sort = { Func: 0, Table: 1, Memory: 2, Global: 3, Tag: 4 } as const;
const SORTS = ["func", "table", "memory", "global", "tag"];

const DROPS: ReadonlySet<number> = new Set([0xfc09, 0xfc0d]);
const TABLE_CHANGES: ReadonlySet<number> = new Set([0x26, 0xfc0c, 0xfc0e, 0xfc0f, 0xfc11]);

/** Where code asks for or changes the size of a memory. */
export interface SizeSite {
  readonly at: number;
  readonly end: number;
  readonly memory: number;
  readonly grow: boolean;
}

export interface SectionRange {
  readonly id: number;
  /** With the header. */
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

export interface MemoryEntry {
  readonly index: number;
  readonly is64: boolean;
  /** Pages at the start, of a memory that the module defines. */
  readonly min: bigint;
  /** Of one that it imports. */
  readonly import: { readonly module: string; readonly name: string } | undefined;
}

export class ModuleState {
  readonly source: Uint8Array;
  readonly sections: SectionRange[] = [];
  /** Sizes of the index spaces, by sort. */
  readonly counts: number[] = [0, 0, 0, 0, 0];
  types = 0;
  importedFunctions = 0;
  definedTables = 0;
  /** What is put back: sort and index of definitions. */
  readonly kept: { readonly sort: number; readonly index: number }[] = [];
  readonly memories: MemoryEntry[] = [];
  /** Exported memories, by name. */
  readonly memoryExports = new Map<string, number>();
  readonly bodies: FunctionBody[] = [];
  readonly sites: SizeSite[] = [];
  changesTables = false;

  private constructor(source: Uint8Array) {
    this.source = source;
  }

  /**
   * `undefined`: the module has state that can't be put back, since it lies in garbage-collected objects, in references other than
   * to functions, in memory shared with others, or in segments that code drops; or there is too much code.
   *
   * @param source a valid module
   */
  static read(source: Uint8Array): ModuleState | undefined {
    const state = new ModuleState(source);
    const reader = new BinaryReader(source);
    readPreamble(reader, "module");
    while (!reader.atEnd) {
      const from = reader.position;
      const header = readSectionHeader(reader);
      state.sections.push({ ...header, from });
      if (!state.#section(header.id, contentsOf(reader, header))) return undefined;
    }
    return state;
  }

  /** The memories whose size code asks for. */
  get askedMemories(): readonly MemoryEntry[] {
    const asked = new Set(this.sites.map(({ memory }) => memory));
    return this.memories.filter(({ index }) => asked.has(index));
  }

  #section(id: number, reader: BinaryReader): boolean {
    if (id === Section.Code) return this.#code(reader);
    if (id === Section.Function) this.counts[Sort.Func]! += reader.u32();
    if (!ENTRIES.has(id)) return true;
    for (let left = reader.u32(); left > 0; left--) if (!this.#entry(id, reader)) return false;
    return true;
  }

  #entry(id: number, reader: BinaryReader): boolean {
    switch (id) {
      case Section.Type: {
        const { types } = readRecGroup(reader);
        this.types += types.length;
        return types.every(({ composite }) => composite.kind === "func");
      }
      case Section.Import:
        return this.#import(reader);
      case Section.Table: {
        const initialized = reader.peek() === 0x40;
        if (initialized) reader.skip(2);
        const type = readTableType(reader);
        if (initialized) skipConstExpr(reader);
        this.definedTables += 1;
        this.#keep(Sort.Table);
        return type.sort === "table" && "abstract" in type.element.heap && type.element.heap.abstract === "func";
      }
      case Section.Memory: {
        const type = readMemoryType(reader);
        if (type.sort !== "memory" || type.limits.shared) return false;
        this.memories.push({ index: this.#keep(Sort.Memory), is64: type.limits.index === "i64", min: type.limits.min, import: undefined });
        return true;
      }
      case Section.Global: {
        const type = readGlobalType(reader);
        skipConstExpr(reader);
        if (type.sort !== "global" || type.shared) return false;
        if (type.mutable) this.#keep(Sort.Global);
        else this.counts[Sort.Global]! += 1;
        return !type.mutable || (typeof type.type === "string" && type.type !== "v128");
      }
      default: {
        const name = reader.name();
        const memory = readCoreSort(reader) === "memory";
        const index = reader.u32();
        if (memory) this.memoryExports.set(name, index);
        return true;
      }
    }
  }

  #import(reader: BinaryReader): boolean {
    const [module, name] = [reader.name(), reader.name()];
    const type = readCoreExternType(reader);
    const index = this.counts[SORTS.indexOf(type.sort)]!++;
    if (type.sort === "func") this.importedFunctions += 1;
    if (type.sort !== "memory") return true;
    this.memories.push({ index, is64: type.limits.index === "i64", min: 0n, import: { module, name } });
    return !type.limits.shared;
  }

  /** One more definition whose state is kept: its index. */
  #keep(sort: number): number {
    const index = this.counts[sort]!++;
    this.kept.push({ sort, index });
    return index;
  }

  #code(reader: BinaryReader): boolean {
    if (reader.bytesLeft > MAX_REWOUND_CODE_BYTES) return false;
    for (let left = reader.u32(); left > 0; left--) {
      const size = reader.u32();
      const start = reader.skip(size);
      this.bodies.push({ start, end: start + size });
      if (!this.#body(start, start + size)) return false;
    }
    return true;
  }

  #body(start: number, end: number): boolean {
    const walker = new CodeWalker(this.source, start);
    walker.locals();
    while (walker.position < end) {
      const at = walker.position;
      const opcode = walker.next();
      if (opcode === UNKNOWN || DROPS.has(opcode)) return false;
      if (TABLE_CHANGES.has(opcode)) this.changesTables = true;
      if (opcode !== Op.memory_size && opcode !== Op.memory_grow) continue;
      const memory = new CodeWalker(this.source, at + 1).u32();
      this.sites.push({ at, end: walker.position, memory, grow: opcode === Op.memory_grow });
    }
    return true;
  }
}

/** Sections whose entries are read one by one. */
const ENTRIES: ReadonlySet<number> = new Set([Section.Type, Section.Import, Section.Table, Section.Memory, Section.Global, Section.Export]);
