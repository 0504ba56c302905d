/**
 * A guest's memory with an allocator that watches over it: everything that was not allocated is full of guard bytes, and stays so.
 *
 * Addresses: [0, TABLE) is for allocations at address 0, that lie; then comes a table of what is allocated; then the image of a value (see
 * image.ts) and zeroes behind it, for lists that are read further than they reach; then the heap. Blocks are never used again.
 */
import { Op } from "../../packages/engine/src/binary/opcode.ts";
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
  const { wide, image, inPlace, lie } = options;
  const heap = heapOf(image);
  const pages = pagesOf(image);
  const module = new ModuleWriter();
  const pointer = wide ? Type.i64 : Type.i32;
  const memory = module.memory({ min: pages, is64: wide });
  const next = module.global(Type.i32, true, (code) => code.i32(heap));
  const blocks = module.global(Type.i32, true, (code) => code.i32(0));
  const calls = module.global(Type.i32, true, (code) => code.i32(0));

  const start = module.func(module.funcType([], []));
  new Emitter(start.code, wide).fill(
    (code) => code.i32(heap),
    GUARD,
    (code) => code.i32(pages * PAGE - heap),
  );

  const realloc = module.func(module.funcType([pointer, pointer, pointer, pointer], [pointer]));
  {
    const { code } = realloc;
    const emit = new Emitter(code, wide);
    const [old, oldSize, align, size] = [0, 1, 2, 3].map((param) => {
      const local = code.local(Type.i32);
      code.get(param);
      if (wide) code.op(Op.i32_wrap_i64);
      code.set(local);
      return local;
    }) as [number, number, number, number];
    const [begin, end, entry, kept] = [0, 0, 0, 0].map(() => code.local(Type.i32)) as [number, number, number, number];

    // What is given back must have been given out, as large as it is said to be. A liar can't know.
    if (lie === undefined) {
      code.get(oldSize).begin(Op.if);
      code.i32(TABLE).set(entry).begin(Op.block).begin(Op.loop);
      code.get(entry).op(Op.global_get, blocks).i32(3).op(Op.i32_shl).i32(TABLE).op(Op.i32_add).op(Op.i32_ge_u).begin(Op.if).op(Op.unreachable).end();
      emit.load(entry, 0).get(old).op(Op.i32_eq).op(Op.br_if, 1);
      code.get(entry).i32(8).op(Op.i32_add).set(entry).op(Op.br, 0).end().end();
      emit.load(entry, 4).get(old).op(Op.i32_sub).get(oldSize).op(Op.i32_ne).begin(Op.if).op(Op.unreachable).end();
      if (inPlace) {
        code.get(size).get(oldSize).op(Op.i32_le_u).begin(Op.if);
        emit.store(entry, 4, (code) => code.get(old).get(size).op(Op.i32_add));
        emit.fill(
          (code) => code.get(old).get(size).op(Op.i32_add),
          GUARD,
          (code) => code.get(oldSize).get(size).op(Op.i32_sub),
        );
        code.get(0).op(Op.return).end();
      }
      code.end();
    }

    // begin = (next + GAP + align - 1) & -align
    code
      .op(Op.global_get, next)
      .i32(GAP - 1)
      .op(Op.i32_add)
      .get(align)
      .op(Op.i32_add)
      .i32(0)
      .get(align)
      .op(Op.i32_sub)
      .op(Op.i32_and)
      .tee(begin);
    code.get(size).op(Op.i32_add).tee(end).op(Op.global_set, next);
    // More than this no test asks for.
    code.get(size).i32(0x0800_0000).op(Op.i32_gt_u).begin(Op.if).op(Op.unreachable).end();
    code.begin(Op.block).begin(Op.loop);
    code.get(end).i32(AFTER).op(Op.i32_add);
    emit.memorySize().op(Op.i32_lt_u).op(Op.br_if, 1);
    emit.grow(1);
    emit.fill(
      () => emit.memorySize().i32(PAGE).op(Op.i32_sub),
      GUARD,
      (code) => code.i32(PAGE),
    );
    code.op(Op.br, 0).end().end();
    emit.fill(
      (code) => code.get(begin),
      FRESH,
      (code) => code.get(size),
    );
    // Of the old block as much as fits.
    code.get(oldSize).get(size).get(oldSize).get(size).op(Op.i32_lt_u).op(Op.select).set(kept);
    emit
      .address((code) => code.get(begin))
      .address((code) => code.get(old))
      .address((code) => code.get(kept));
    code.op(Op.memory_copy, memory, memory);
    if (lie === undefined) {
      code.get(oldSize).begin(Op.if);
      emit.store(entry, 4, (code) => code.get(old));
      emit.fill(
        (code) => code.get(old),
        GUARD,
        (code) => code.get(oldSize),
      );
      code.end();
      code.op(Op.global_get, blocks).i32(3).op(Op.i32_shl).i32(TABLE).op(Op.i32_add).set(entry);
      code.op(Op.global_get, blocks).i32(1).op(Op.i32_add).op(Op.global_set, blocks);
      code.op(Op.global_get, blocks).i32(MAX_BLOCKS).op(Op.i32_gt_u).begin(Op.if).op(Op.unreachable).end();
      emit.store(entry, 0, (code) => code.get(begin));
      emit.store(entry, 4, (code) => code.get(end));
    } else {
      code.op(Op.global_get, calls).i32(1).op(Op.i32_add).op(Op.global_set, calls);
      code.op(Op.global_get, calls).i32(lie.from).op(Op.i32_gt_u).begin(Op.if);
      const { answer } = lie;
      if ("address" in answer) {
        if (wide) code.i64(BigInt.asIntN(64, answer.address));
        else code.i32(Number(BigInt.asIntN(32, answer.address)));
      } else {
        if ("add" in answer) code.get(begin).i32(answer.add).op(Op.i32_add);
        else emit.memorySize().get(size).op(Op.i32_sub).i32(answer.beyond).op(Op.i32_add);
        if (wide) code.op(Op.i64_extend_i32_u);
      }
      code.op(Op.return).end();
    }
    emit.address((code) => code.get(begin));
  }

  const check = module.func(module.funcType([], []));
  if (lie === undefined) writeCheck(check.code, wide, { heap, next, blocks });

  module.export("memory", "memory", memory).export("realloc", "func", realloc.index).export("check", "func", check.index);
  return withStart(module.encode(), start.index);
}

function writeCheck(code: CodeWriter, wide: boolean, { heap, next, blocks }: { heap: number; next: number; blocks: number }): void {
  const emit = new Emitter(code, wide);
  const [at, to, entry, last] = [0, 0, 0, 0].map(() => code.local(Type.i32)) as [number, number, number, number];
  code.i32(heap).set(at).i32(TABLE).set(entry);
  code.op(Op.global_get, blocks).i32(3).op(Op.i32_shl).i32(TABLE).op(Op.i32_add).set(last);
  code.begin(Op.block).begin(Op.loop);
  // The next block that is still there, or what lies behind the last.
  code.get(entry).get(last).op(Op.i32_eq).begin(Op.if);
  code.op(Op.global_get, next).i32(AFTER).op(Op.i32_add).set(to);
  code.op(Op.else);
  emit.load(entry, 0).set(to);
  emit.load(entry, 4).get(to).op(Op.i32_eq).begin(Op.if);
  code.get(entry).i32(8).op(Op.i32_add).set(entry).op(Op.br, 2).end();
  code.end();
  code.begin(Op.block).begin(Op.loop);
  code.get(at).get(to).op(Op.i32_ge_u).op(Op.br_if, 1);
  emit.address((code) => code.get(at));
  code.memory(Op.i32_load8_u, 0).i32(GUARD).op(Op.i32_ne).begin(Op.if).op(Op.unreachable).end();
  code.get(at).i32(1).op(Op.i32_add).set(at).op(Op.br, 0).end().end();
  code.get(entry).get(last).op(Op.i32_eq).op(Op.br_if, 1);
  emit.load(entry, 4).set(at);
  code.get(entry).i32(8).op(Op.i32_add).set(entry).op(Op.br, 0).end().end();
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
