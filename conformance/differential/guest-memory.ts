/**
 * A guest's memory with an allocator that watches over it: everything that was not allocated is full of guard bytes, and stays so.
 *
 * Addresses: [0, TABLE) is for allocations at address 0, that lie; then comes a table of what is allocated; then the image of a value (see
 * image.ts) and zeroes behind it, for lists that are read further than they reach; then the heap. Blocks are never used again.
 */
import * as Op from "../../packages/engine/src/binary/opcodes.ts";
import { type CodeWriter, ModuleWriter, Type } from "../../packages/engine/src/binary/writer.ts";

const TABLE = 1024;
const MAX_BLOCKS = 8192;
export const IMAGE = TABLE + 8 * MAX_BLOCKS;
/** Zeroes behind an image. */
const BEHIND = 4096;
const PAGE = 65536;
const GUARD = 0xa5;
/** What allocated memory holds before it is written. */
const FRESH = 0x77;
/** Guard bytes before each block, and what is looked at behind the last. */
const GAP = 8;
const AFTER = 1024;
/** More than this no test asks for. */
const MAX_BLOCK = 2 ** 27;

/** What an allocator answers instead of the truth, from its `from`-th call on. */
export interface Lie {
  readonly from: number;
  /** An address; or the true one with so much added; or one from which the block reaches so far beyond the end of memory. */
  readonly answer: { readonly address: bigint } | { readonly add: number } | { readonly beyond: number };
}

export interface MemoryOptions {
  readonly wide: boolean;
  /** Bytes of the image. */
  readonly image: number;
  /** Blocks that shrink stay where they are. */
  readonly inPlace: boolean;
  readonly lie: Lie | undefined;
}

const heapOf = (image: number): number => 16 * Math.ceil((IMAGE + image + BEHIND) / 16);
/** Of the memory when it is made. */
export const pagesOf = (image: number): number => Math.ceil(heapOf(image) / PAGE) + 2;

/** A core module that exports `memory`, `realloc`, and `check`, which traps when a byte was written that nobody allocated. */
export function memoryModule(options: MemoryOptions): Uint8Array<ArrayBuffer> {
  const { wide, image, lie } = options;
  const [heap, pages] = [heapOf(image), pagesOf(image)];
  const module = new ModuleWriter();
  const pointer = wide ? Type.i64 : Type.i32;
  const memory = module.memory({ min: pages, is64: wide });
  const global = (value: number): number => module.global(Type.i32, true, (code) => code.i32(value));
  const globals: Globals = { next: global(heap), blocks: global(0), calls: global(0) };

  const start = module.func(module.funcType([], []));
  new Emitter(start.code, wide).fill(
    (code) => code.i32(heap),
    GUARD,
    (code) => code.i32(pages * PAGE - heap),
  );
  const realloc = module.func(module.funcType([pointer, pointer, pointer, pointer], [pointer]));
  new ReallocWriter(realloc.code, options, globals).write();
  const check = module.func(module.funcType([], []));
  if (lie === undefined) writeCheck(check.code, wide, heap, globals);

  module.export("memory", "memory", memory).export("realloc", "func", realloc.index).export("check", "func", check.index);
  return withStart(module.encode(), start.index);
}

interface Globals {
  /** Where the last block ends. */
  readonly next: number;
  /** Blocks made so far: entries of the table. */
  readonly blocks: number;
  readonly calls: number;
}

/** Pushes the end of the table of blocks. */
const tableEnd = (code: CodeWriter, { blocks }: Globals): CodeWriter => code.op(Op.global_get, blocks).i32(3).op(Op.i32_shl).i32(TABLE).op(Op.i32_add);

const refuse = (code: CodeWriter): CodeWriter => code.begin(Op.if).op(Op.unreachable).end();

/** The body of `realloc`. */
class ReallocWriter {
  readonly #code: CodeWriter;
  readonly #options: MemoryOptions;
  readonly #globals: Globals;
  readonly #emit: Emitter;
  /** Parameters as 32 bits; the new block; the table's entry of the old one. */
  readonly #at: Readonly<Record<"old" | "oldSize" | "align" | "size" | "begin" | "end" | "entry", number>>;

  constructor(code: CodeWriter, options: MemoryOptions, globals: Globals) {
    this.#code = code;
    this.#options = options;
    this.#globals = globals;
    this.#emit = new Emitter(code, options.wide);
    const local = (): number => code.local(Type.i32);
    this.#at = { old: local(), oldSize: local(), align: local(), size: local(), begin: local(), end: local(), entry: local() };
  }

  write(): void {
    const code = this.#code;
    const { lie, wide } = this.#options;
    const { old, oldSize, align, size, begin } = this.#at;
    for (const [param, local] of [old, oldSize, align, size].entries()) {
      code.get(param);
      if (wide) code.op(Op.i32_wrap_i64);
      code.set(local);
    }
    if (lie === undefined) this.#findOld();
    this.#allocate();
    this.#copy();
    if (lie === undefined) this.#record();
    else this.#lie(lie);
    this.#emit.address((code) => code.get(begin));
  }

  /** What is given back must have been given out, as large as it is said to be. A liar can't know. */
  #findOld(): void {
    const code = this.#code;
    const { old, oldSize, size, entry } = this.#at;
    code.get(oldSize).begin(Op.if);
    code.i32(TABLE).set(entry).begin(Op.block).begin(Op.loop);
    refuse(tableEnd(code.get(entry), this.#globals).op(Op.i32_ge_u));
    this.#emit.load(entry, 0).get(old).op(Op.i32_eq).op(Op.br_if, 1);
    code.get(entry).i32(8).op(Op.i32_add).set(entry).op(Op.br, 0).end().end();
    refuse(this.#emit.load(entry, 4).get(old).op(Op.i32_sub).get(oldSize).op(Op.i32_ne));
    if (this.#options.inPlace) {
      code.get(size).get(oldSize).op(Op.i32_le_u).begin(Op.if);
      const end = (): CodeWriter => code.get(old).get(size).op(Op.i32_add);
      this.#emit.store(entry, 4, end);
      this.#emit.fill(end, GUARD, () => code.get(oldSize).get(size).op(Op.i32_sub));
      code.get(0).op(Op.return).end();
    }
    code.end();
  }

  /** A fresh block behind a gap, in a memory that is large enough. */
  #allocate(): void {
    const code = this.#code;
    const { align, size, begin, end } = this.#at;
    const { next } = this.#globals;
    // (next + GAP + align - 1) & -align
    code.op(Op.global_get, next).i32(GAP - 1).op(Op.i32_add).get(align).op(Op.i32_add); // biome-ignore format: as it is read
    code.i32(0).get(align).op(Op.i32_sub).op(Op.i32_and).tee(begin);
    code.get(size).op(Op.i32_add).tee(end).op(Op.global_set, next);
    refuse(code.get(size).i32(MAX_BLOCK).op(Op.i32_gt_u));
    code.begin(Op.block).begin(Op.loop);
    code.get(end).i32(AFTER).op(Op.i32_add);
    this.#emit.memorySize().op(Op.i32_lt_u).op(Op.br_if, 1);
    this.#emit.grow(1);
    this.#emit.fill(
      () => this.#emit.memorySize().i32(PAGE).op(Op.i32_sub),
      GUARD,
      () => code.i32(PAGE),
    );
    code.op(Op.br, 0).end().end();
    this.#emit.fill(
      () => code.get(begin),
      FRESH,
      () => code.get(size),
    );
  }

  /** Of the old block as much as fits. */
  #copy(): void {
    const code = this.#code;
    const { old, oldSize, size, begin } = this.#at;
    this.#emit.address(() => code.get(begin)).address(() => code.get(old));
    this.#emit.address(() => code.get(oldSize).get(size).get(oldSize).get(size).op(Op.i32_lt_u).op(Op.select));
    code.op(Op.memory_copy, 0, 0);
  }

  /** Nothing may be written to the old block any more, and the new one is known. */
  #record(): void {
    const code = this.#code;
    const { old, oldSize, begin, end, entry } = this.#at;
    const { blocks } = this.#globals;
    code.get(oldSize).begin(Op.if);
    this.#emit.store(entry, 4, () => code.get(old));
    this.#emit.fill(
      () => code.get(old),
      GUARD,
      () => code.get(oldSize),
    );
    code.end();
    tableEnd(code, this.#globals).set(entry);
    code.op(Op.global_get, blocks).i32(1).op(Op.i32_add).op(Op.global_set, blocks);
    refuse(code.op(Op.global_get, blocks).i32(MAX_BLOCKS).op(Op.i32_gt_u));
    this.#emit.store(entry, 0, () => code.get(begin));
    this.#emit.store(entry, 4, () => code.get(end));
  }

  #lie({ from, answer }: Lie): void {
    const code = this.#code;
    const { wide } = this.#options;
    const { size, begin } = this.#at;
    const { calls } = this.#globals;
    code.op(Op.global_get, calls).i32(1).op(Op.i32_add).op(Op.global_set, calls);
    code.op(Op.global_get, calls).i32(from).op(Op.i32_gt_u).begin(Op.if);
    if ("address" in answer) {
      if (wide) code.i64(BigInt.asIntN(64, answer.address));
      else code.i32(Number(BigInt.asIntN(32, answer.address)));
    } else {
      if ("add" in answer) code.get(begin).i32(answer.add).op(Op.i32_add);
      else this.#emit.memorySize().get(size).op(Op.i32_sub).i32(answer.beyond).op(Op.i32_add);
      if (wide) code.op(Op.i64_extend_i32_u);
    }
    code.op(Op.return).end();
  }
}

function writeCheck(code: CodeWriter, wide: boolean, heap: number, globals: Globals): void {
  const emit = new Emitter(code, wide);
  const [at, to, entry, last] = [0, 0, 0, 0].map(() => code.local(Type.i32)) as [number, number, number, number];
  const nextEntry = (): CodeWriter => code.get(entry).i32(8).op(Op.i32_add).set(entry);
  code.i32(heap).set(at).i32(TABLE).set(entry);
  tableEnd(code, globals).set(last);
  code.begin(Op.block).begin(Op.loop);
  // Up to the next block that is still there, or beyond the last.
  code.get(entry).get(last).op(Op.i32_eq).begin(Op.if);
  code.op(Op.global_get, globals.next).i32(AFTER).op(Op.i32_add).set(to).op(Op.else);
  emit.load(entry, 0).set(to);
  emit.load(entry, 4).get(to).op(Op.i32_eq).begin(Op.if);
  nextEntry().op(Op.br, 2).end().end();
  code.begin(Op.block).begin(Op.loop);
  code.get(at).get(to).op(Op.i32_ge_u).op(Op.br_if, 1);
  emit.address(() => code.get(at));
  refuse(code.memory(Op.i32_load8_u, 0).i32(GUARD).op(Op.i32_ne));
  code.get(at).i32(1).op(Op.i32_add).set(at).op(Op.br, 0).end().end();
  code.get(entry).get(last).op(Op.i32_eq).op(Op.br_if, 1);
  emit.load(entry, 4).set(at);
  nextEntry().op(Op.br, 0).end().end();
}

/** Core code over a memory of either width, in 32-bit numbers. */
class Emitter {
  readonly #code: CodeWriter;
  readonly #wide: boolean;

  constructor(code: CodeWriter, wide: boolean) {
    this.#code = code;
    this.#wide = wide;
  }

  address(push: (code: CodeWriter) => CodeWriter): this {
    push(this.#code);
    if (this.#wide) this.#code.op(Op.i64_extend_i32_u);
    return this;
  }

  fill(to: (code: CodeWriter) => CodeWriter, byte: number, size: (code: CodeWriter) => CodeWriter): void {
    this.address(to);
    this.#code.i32(byte);
    this.address(size);
    this.#code.op(Op.memory_fill, 0);
  }

  load(entry: number, offset: number): CodeWriter {
    this.address((code) => code.get(entry));
    return this.#code.memory(Op.i32_load, 2, offset);
  }

  store(entry: number, offset: number, value: (code: CodeWriter) => CodeWriter): void {
    this.address((code) => code.get(entry));
    value(this.#code).memory(Op.i32_store, 2, offset);
  }

  /** In bytes. */
  memorySize(): CodeWriter {
    this.#code.op(Op.memory_size, 0);
    if (this.#wide) this.#code.op(Op.i32_wrap_i64);
    return this.#code.i32(16).op(Op.i32_shl);
  }

  grow(pages: number): void {
    this.address((code) => code.i32(pages));
    this.#code.op(Op.memory_grow, 0).op(Op.drop);
  }
}

const EXPORT_SECTION = 7;

/** Puts a start section behind the exports: the writer of the engine's own modules has none. */
function withStart(module: Uint8Array<ArrayBuffer>, func: number): Uint8Array<ArrayBuffer> {
  let at = 8;
  for (let last = 0; last !== EXPORT_SECTION; ) {
    last = module[at++]!;
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = module[at++]!;
      size |= (byte & 0x7f) << shift;
      more = byte > 0x7f;
    }
    at += size;
  }
  return Uint8Array.of(...module.subarray(0, at), 8, 1, func, ...module.subarray(at));
}
