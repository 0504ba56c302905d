import * as Op from "../binary/opcodes.ts";
import { ModuleWriter, Type } from "../binary/writer.ts";
import type { LiftLowerContext } from "./context.ts";

/**
 * Short ASCII strings are moved fastest by a small wasm module that has the guest's memory and realloc and the JavaScript
 * engine's `wasm:js-string` functions: a third of the time of TextEncoder and TextDecoder, which are made for long texts. One
 * instance costs some 20 µs, so a context gets its own only after it has seen many strings.
 */
export interface StringHelper {
  /**
   * Allocates and writes a string that is ASCII. Returns the address; 2^32, with nothing allocated, when it is not ASCII; -1 when the
   * allocation is not inside the memory.
   */
  store(text: string): number;
  /** `store`, and writes address and length at `at`. Returns 0, 1 when it is not ASCII, -1. */
  storeAt(text: string, at: number): number;
  /** `null`: not ASCII. The range was checked, and has at most 128 bytes. */
  load(begin: number, size: number): string | null;
}

const MANY_STRINGS = 1000;
const CAPACITY = 128;

/** One more short string passes: the helper, once there were many and where it can be had. */
export function countString(cx: LiftLowerContext): StringHelper | undefined {
  if (++cx.strings < MANY_STRINGS) return undefined;
  cx.helper = makeHelper(cx);
  if (cx.helper === undefined) cx.strings = Number.NEGATIVE_INFINITY;
  return cx.helper;
}

type BuiltinsModule = new (bytes: BufferSource, options: { readonly builtins: readonly string[] }) => WebAssembly.Module;

function makeHelper({ memory, realloc, wide }: LiftLowerContext): StringHelper | undefined {
  if (wide || memory === undefined || !(memory.buffer instanceof ArrayBuffer)) return undefined;
  try {
    const module = new (WebAssembly.Module as unknown as BuiltinsModule)(helperModule(), { builtins: ["js-string"] });
    const imports = { memory, realloc: realloc ?? (() => 0) };
    const { store, storeAt, load } = new WebAssembly.Instance(module, { "": imports }).exports as unknown as StringHelper;
    // An exports object is slow to look things up in.
    return { store, storeAt, load };
  } catch {
    // An engine without WasmGC can't compile it, one without the builtins can't link it.
    return undefined;
  }
}

function helperModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const array = module.rawType(0x5e, Type.i16, 1);
  const wordArray = module.rawType(0x5e, Type.i64, 1);
  const string = { nullable: false, index: -17 } as const;
  const { i32, i64, f64, externref } = Type;
  const length = module.importFunc("wasm:js-string", "length", module.funcType([externref], [i32]));
  const codeAt = module.importFunc("wasm:js-string", "charCodeAt", module.funcType([externref, i32], [i32]));
  const fromCodes = module.importFunc("wasm:js-string", "fromCharCodeArray", module.funcType([{ nullable: true, index: array }, i32, i32], [string]));
  const realloc = module.importFunc("", "realloc", module.funcType([i32, i32, i32, i32], [i32]));
  module.importMemory("", "memory", { min: 0 });
  const codes = module.global({ nullable: false, index: array }, false, (code) => code.i32(CAPACITY).op(Op.gc_array_new_default, array));

  const words = module.global({ nullable: false, index: wordArray }, false, (code) => code.i32(CAPACITY / 8).op(Op.gc_array_new_default, wordArray));

  const store = module.func(module.funcType([externref], [f64]));
  store.code
    .get(0)
    .call(store.index + 1)
    .op(Op.f64_convert_i64_s);
  const storeBytes = module.func(module.funcType([externref], [i64]));
  {
    const { code } = storeBytes;
    const text = 0;
    const [units, begin, at, to] = [code.local(i32), code.local(i32), code.local(i32), code.local(i32)];
    const [unit, seen, word] = [code.local(i32), code.local(i32), code.local(i64)];
    const read = (offset: number): void => {
      code.get(text).get(at);
      if (offset > 0) code.i32(offset).op(Op.i32_add);
      code.call(codeAt).tee(unit).get(seen).op(Op.i32_or).set(seen);
      code.get(word).get(unit).op(Op.i64_extend_i32_u);
    };
    // Read into the words, eight characters in each; ASCII? That is asked before anything is allocated.
    code.get(text).call(length).set(units);
    code.begin(Op.block).begin(Op.loop);
    code.get(at).i32(8).op(Op.i32_add).get(units).op(Op.i32_gt_u).op(Op.br_if, 1);
    code.i64(0n).set(word);
    for (let i = 0; i < 8; i++) {
      read(i);
      if (i > 0) code.i64(BigInt(8 * i)).op(Op.i64_shl);
      code.op(Op.i64_or).set(word);
    }
    code.op(Op.global_get, words).get(at).i32(3).op(Op.i32_shr_u).get(word).op(Op.gc_array_set, wordArray);
    code.get(at).i32(8).op(Op.i32_add).set(at).op(Op.br, 0).end().end();
    // The last, not a whole word; the shift counts modulo 64.
    code.i64(0n).set(word).begin(Op.block).begin(Op.loop);
    code.get(at).get(units).op(Op.i32_ge_u).op(Op.br_if, 1);
    read(0);
    code.get(at).op(Op.i64_extend_i32_u).i64(3n).op(Op.i64_shl).op(Op.i64_shl).op(Op.i64_or).set(word);
    code.get(at).i32(1).op(Op.i32_add).set(at).op(Op.br, 0).end().end();
    code.get(seen).i32(0x7f).op(Op.i32_gt_u).begin(Op.if);
    code
      .i64(1n << 32n)
      .op(Op.return)
      .end();
    code.i32(0).i32(0).i32(1).get(units).call(realloc).tee(begin).tee(to);
    code.op(Op.i64_extend_i32_u).get(units).op(Op.i64_extend_i32_u).op(Op.i64_add);
    code.op(Op.memory_size, 0).op(Op.i64_extend_i32_u).i64(16n).op(Op.i64_shl).op(Op.i64_gt_u);
    code.begin(Op.if).i64(-1n).op(Op.return).end();
    code.i32(0).set(at).begin(Op.block).begin(Op.loop);
    code.get(at).i32(8).op(Op.i32_add).get(units).op(Op.i32_gt_u).op(Op.br_if, 1);
    code.get(to).op(Op.global_get, words).get(at).i32(3).op(Op.i32_shr_u).op(Op.gc_array_get, wordArray).memory(Op.i64_store, 0);
    code.get(to).i32(8).op(Op.i32_add).set(to).get(at).i32(8).op(Op.i32_add).set(at).op(Op.br, 0).end().end();
    // Of the last word: four, two and one.
    for (const [bytes, store] of [
      [4, Op.i32_store],
      [2, Op.i32_store16],
      [1, Op.i32_store8],
    ] as const) {
      code.get(units).i32(bytes).op(Op.i32_and).begin(Op.if);
      code.get(to).get(word).op(Op.i32_wrap_i64).memory(store, 0);
      code
        .get(word)
        .i64(BigInt(8 * bytes))
        .op(Op.i64_shr_u)
        .set(word)
        .get(to)
        .i32(bytes)
        .op(Op.i32_add)
        .set(to)
        .end();
    }
    code.get(begin).op(Op.i64_extend_i32_u);
  }
  const storeAt = module.func(module.funcType([externref, i32], [i32]));
  {
    const { code } = storeAt;
    const [text, at] = [0, 1];
    const stored = code.local(i64);
    code.get(at).get(text).call(storeBytes.index).tee(stored).op(Op.i32_wrap_i64).memory(Op.i32_store, 0);
    code.get(at).get(text).call(length).memory(Op.i32_store, 0, 4);
    code.get(stored).i64(32n).op(Op.i64_shr_u).op(Op.i32_wrap_i64);
  }
  const load = module.func(module.funcType([i32, i32], [externref]));
  {
    const { code } = load;
    const [begin, size] = [0, 1];
    const [at, byte] = [code.local(i32), code.local(i32)];
    code.begin(Op.block).begin(Op.loop);
    code.get(at).get(size).op(Op.i32_ge_u).op(Op.br_if, 1);
    code.get(begin).get(at).op(Op.i32_add).memory(Op.i32_load8_u, 0).tee(byte).i32(0x7f).op(Op.i32_gt_u);
    code.begin(Op.if).op(Op.ref_null, externref).op(Op.return).end();
    code.op(Op.global_get, codes).get(at).get(byte).op(Op.gc_array_set, array);
    code.get(at).i32(1).op(Op.i32_add).set(at).op(Op.br, 0).end().end();
    code.op(Op.global_get, codes).i32(0).get(size).call(fromCodes);
  }
  for (const [name, { index }] of Object.entries({ store, storeAt, load })) module.export(name, "func", index);
  return module.encode();
}
