/**
 * Rewrites a core module so that all its state can be read and put back from outside:
 * - memories, tables and mutable globals are exported under names of our own;
 * - memories can't shrink, so the size that the guest sees is a global: `memory.size` reads it, `memory.grow` adds to it and grows the
 *   memory only when that is too small.
 * No index changes. Code moves: a map leads from offsets in the rewritten module back to those in the source.
 */
import { MAX_REWOUND_CODE_BYTES } from "../diagnostics/limits.ts";
import { ByteWriter } from "./byte-writer.ts";
import { CodeMap, type FunctionBody } from "./code-map.ts";
import { CodeWalker, UNKNOWN } from "./code-walker.ts";
import { skipConstExpr } from "./const-expr.ts";
import { readCoreExternType, readGlobalType, readMemoryType, readRecGroup, readTableType } from "./core-types.ts";
import { Op } from "./opcode.ts";
import { readPreamble } from "./preamble.ts";
import { BinaryReader } from "./reader.ts";
import { contentsOf, readSectionHeader } from "./sections.ts";
import { Type } from "./writer.ts";

export interface RewindableModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Names of exports. */
  readonly memories: readonly string[];
  readonly tables: readonly string[];
  readonly globals: readonly string[];
  /** Whether code changes tables. */
  readonly changesTables: boolean;
  readonly codeMap: CodeMap;
}

/** No module exports names with this prefix by accident; one that does on purpose does not compile. */
const PREFIX = "\u0000state ";

const Section = { Type: 1, Import: 2, Function: 3, Table: 4, Memory: 5, Global: 6, Export: 7, Code: 10 } as const;
const PREAMBLE_BYTES = 8;
const EXTENDED: ReadonlySet<number> = new Set([Section.Type, Section.Function, Section.Global, Section.Export]);
/** Sections with greater ids than this (tags) stand before globals, those with ids from globals to this after them. */
const LAST_ORDERED = 12;

const SORTS = ["func", "table", "memory", "global", "tag"];
const DROPS: ReadonlySet<number> = new Set([0xfc09, 0xfc0d]);
const TABLE_CHANGES: ReadonlySet<number> = new Set([0x26, 0xfc0c, 0xfc0e, 0xfc0f, 0xfc11]);

/**
 * `undefined`: the module has state that can't be put back, since it lies in garbage-collected objects, in references other than
 * to functions, in memory shared with others or that others grow, or in segments that code drops; or there is too much code.
 *
 * @param source a valid module
 */
export function rewindableModule(source: Uint8Array): RewindableModule | undefined {
  const module = new Rewriter(source);
  return module.read() ? module.write() : undefined;
}

/** Where code asks for or changes the size of a memory. */
interface SizeSite {
  readonly at: number;
  readonly end: number;
  readonly memory: number;
  readonly grow: boolean;
}

interface OwnMemory {
  readonly min: bigint;
  readonly is64: boolean;
  /** The global that holds the size that the guest sees, and the function that grows it; set for memories whose size code asks for. */
  size?: number;
  grow?: number;
}

interface SectionRange {
  readonly id: number;
  /** With the header. */
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

class Rewriter {
  readonly #source: Uint8Array;
  readonly #sections: SectionRange[] = [];
  /** Sizes of the index spaces, by sort as in exports. */
  readonly #counts = [0, 0, 0, 0, 0];
  #types = 0;
  #importedFunctions = 0;
  /** What is exported: sort and index. */
  readonly #state: { readonly sort: number; readonly index: number }[] = [];
  readonly #memories = new Map<number, OwnMemory>();
  readonly #bodies: FunctionBody[] = [];
  readonly #sites: SizeSite[] = [];
  #changesTables = false;

  constructor(source: Uint8Array) {
    this.#source = source;
  }

  /** False: it can't be done. */
  read(): boolean {
    const reader = new BinaryReader(this.#source);
    readPreamble(reader, "module");
    while (!reader.atEnd) {
      const from = reader.position;
      const header = readSectionHeader(reader);
      this.#sections.push({ ...header, from });
      if (!this.#section(header.id, contentsOf(reader, header))) return false;
    }
    return this.#addSizes();
  }

  #section(id: number, reader: BinaryReader): boolean {
    if (id === Section.Code) return this.#code(reader);
    if (id === Section.Function) this.#counts[0]! += reader.u32();
    if (![Section.Type, Section.Import, Section.Table, Section.Memory, Section.Global].includes(id as 1)) return true;
    for (let left = reader.u32(); left > 0; left--) if (!this.#entry(id, reader)) return false;
    return true;
  }

  #entry(id: number, reader: BinaryReader): boolean {
    switch (id) {
      case Section.Type: {
        const { types } = readRecGroup(reader);
        this.#types += types.length;
        return types.every(({ composite }) => composite.kind === "func");
      }
      case Section.Import: {
        reader.name();
        reader.name();
        const { sort } = readCoreExternType(reader);
        this.#counts[SORTS.indexOf(sort)]! += 1;
        if (sort === "func") this.#importedFunctions += 1;
        return true;
      }
      case Section.Table: {
        const initialized = reader.peek() === 0x40;
        if (initialized) reader.skip(2);
        const type = readTableType(reader);
        if (initialized) skipConstExpr(reader);
        this.#keep(1);
        return type.sort === "table" && "abstract" in type.element.heap && type.element.heap.abstract === "func";
      }
      case Section.Memory: {
        const type = readMemoryType(reader);
        if (type.sort !== "memory" || type.limits.shared) return false;
        this.#memories.set(this.#counts[2]!, { min: type.limits.min, is64: type.limits.index === "i64" });
        this.#keep(2);
        return true;
      }
      default: {
        const type = readGlobalType(reader);
        skipConstExpr(reader);
        if (type.sort !== "global" || type.shared) return false;
        if (type.mutable) this.#keep(3);
        else this.#counts[3]! += 1;
        return !type.mutable || (typeof type.type === "string" && type.type !== "v128");
      }
    }
  }

  /** One more definition whose state is kept: its index. */
  #keep(sort: number): number {
    const index = this.#counts[sort]!++;
    this.#state.push({ sort, index });
    return index;
  }

  #code(reader: BinaryReader): boolean {
    if (reader.bytesLeft > MAX_REWOUND_CODE_BYTES) return false;
    for (let left = reader.u32(); left > 0; left--) {
      const size = reader.u32();
      const start = reader.skip(size);
      const end = start + size;
      this.#bodies.push({ start, end });
      const walker = new CodeWalker(this.#source, start);
      walker.locals();
      while (walker.position < end) {
        const at = walker.position;
        const opcode = walker.next();
        if (opcode === UNKNOWN || DROPS.has(opcode)) return false;
        if (TABLE_CHANGES.has(opcode)) this.#changesTables = true;
        if (opcode !== Op.memory_size && opcode !== Op.memory_grow) continue;
        const memory = new CodeWalker(this.#source, at + 1).u32();
        this.#sites.push({ at, end: walker.position, memory, grow: opcode === Op.memory_grow });
      }
    }
    return true;
  }

  /** Gives each memory whose size code asks for a global and a function. False: another module's memory is asked for its size. */
  #addSizes(): boolean {
    for (const { memory } of this.#sites) {
      const own = this.#memories.get(memory);
      if (own === undefined) return false;
      if (own.size !== undefined) continue;
      own.size = this.#keep(3);
      own.grow = this.#counts[0]!++;
    }
    return true;
  }

  write(): RewindableModule {
    const out = new ByteWriter(this.#source.length + 1024).bytes(this.#source.subarray(0, PREAMBLE_BYTES));
    const map = new CodeMap(this.#importedFunctions);
    const missing = [Section.Global, Section.Export].filter((id) => !this.#sections.some((section) => section.id === id));
    const insertBefore = (id: number): void => {
      while (missing.length > 0 && id >= missing[0]! && id <= LAST_ORDERED) this.#extend(out, missing.shift()!, undefined);
    };
    for (const section of this.#sections) {
      insertBefore(section.id);
      if (section.id === Section.Code) this.#writeCode(out, section, map);
      else if (EXTENDED.has(section.id)) this.#extend(out, section.id, section);
      else out.bytes(this.#source.subarray(section.from, section.end));
    }
    insertBefore(LAST_ORDERED);
    const named = (sort: number) => this.#state.filter((entry) => entry.sort === sort).map(({ index }) => nameOf(sort, index));
    return { bytes: out.view().slice(), tables: named(1), memories: named(2), globals: named(3), changesTables: this.#changesTables, codeMap: map };
  }

  /** Writes a section with our entries after its own. */
  #extend(out: ByteWriter, id: number, section: SectionRange | undefined): void {
    const reader = section === undefined ? undefined : new BinaryReader(this.#source, 0, section.start, section.end);
    const own = reader?.u32() ?? 0;
    const added = new ByteWriter();
    const count = this.#entries(id, added);
    if (own + count === 0) return;
    const body = new ByteWriter().u32(own + count);
    if (reader !== undefined) body.bytes(this.#source.subarray(reader.position, reader.end));
    out.u8(id).sized(body.bytes(added.view()).view());
  }

  #entries(id: number, out: ByteWriter): number {
    if (id === Section.Export) {
      for (const { sort, index } of this.#state) out.name(nameOf(sort, index)).u8(sort).u32(index);
      return this.#state.length;
    }
    const sized = [...this.#memories.values()].filter(({ size }) => size !== undefined);
    for (const [i, { min, is64 }] of sized.entries()) {
      const type = is64 ? Type.i64 : Type.i32;
      if (id === Section.Type) out.u8(0x60, 1, type, 1, type);
      else if (id === Section.Function) out.u32(this.#types + i);
      else if (is64) out.u8(type, 1, Op.i64_const).s64(min).u8(Op.end);
      else out.u8(type, 1, Op.i32_const).s32(Number(min)).u8(Op.end);
    }
    return sized.length;
  }

  #writeCode(out: ByteWriter, { id }: SectionRange, map: CodeMap): void {
    const sized = [...this.#memories].filter(([, { size }]) => size !== undefined);
    const code = new ByteWriter(this.#source.length).u32(this.#bodies.length + sized.length);
    let site = 0;
    for (const { start, end } of this.#bodies) {
      const body = new ByteWriter(end - start + 16);
      const moves: [to: number, from: number][] = [];
      let from = start;
      const copy = (to: number): void => {
        moves.push([body.length, from]);
        body.bytes(this.#source.subarray(from, to));
      };
      for (; site < this.#sites.length && this.#sites[site]!.at < end; site++) {
        const { at, end: next, memory, grow } = this.#sites[site]!;
        copy(at);
        const own = this.#memories.get(memory)!;
        if (grow) body.u8(Op.call).u32(own.grow!);
        else body.u8(Op.global_get).u32(own.size!);
        from = next;
      }
      copy(end);
      code.u32(body.length);
      map.body(code.length, body.length, moves);
      code.bytes(body.view());
    }
    for (const [memory, own] of sized) code.sized(growBody(memory, own));
    out.u8(id).u32(code.length);
    map.base = out.length;
    out.bytes(code.view());
  }
}

function nameOf(sort: number, index: number): string {
  return `${PREFIX}${SORTS[sort]}${index}`;
}

/** The function that stands for `memory.grow`: parameter 0 is the number of pages, local 1 the new size. */
function growBody(memory: number, { is64, size }: OwnMemory): Uint8Array {
  const [type, add, sub, eq, less, greater, constant] = is64
    ? [Type.i64, Op.i64_add, Op.i64_sub, Op.i64_eq, Op.i64_lt_u, Op.i64_gt_u, Op.i64_const]
    : [Type.i32, Op.i32_add, Op.i32_sub, Op.i32_eq, Op.i32_lt_u, Op.i32_gt_u, Op.i32_const];
  const MINUS_ONE = 0x7f;
  const out = new ByteWriter().u8(1, 1, type);
  // The new size; failure when it overflows.
  out.u8(Op.global_get).u32(size!).u8(Op.local_get, 0, add, Op.local_tee, 1);
  out.u8(Op.global_get).u32(size!).u8(less, Op.if, 0x40, constant, MINUS_ONE, Op.return, Op.end);
  // What the memory has less than that it must get.
  out.u8(Op.local_get, 1, Op.memory_size).u32(memory).u8(greater, Op.if, 0x40);
  out.u8(Op.local_get, 1, Op.memory_size).u32(memory).u8(sub, Op.memory_grow).u32(memory);
  out.u8(constant, MINUS_ONE, eq, Op.if, 0x40, constant, MINUS_ONE, Op.return, Op.end, Op.end);
  // The old size.
  out.u8(Op.global_get).u32(size!).u8(Op.local_get, 1, Op.global_set).u32(size!).u8(Op.end);
  return out.view().slice();
}
