import { Op } from "../binary/opcode.ts";
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
  const string = { nullable: false, index: -17 } as const;
  const { i32, i64, f64, externref } = Type;
  const length = module.importFunc("wasm:js-string", "length", module.funcType([externref], [i32]));
  const codeAt = module.importFunc("wasm:js-string", "charCodeAt", module.funcType([externref, i32], [i32]));
  const fromCodes = module.importFunc("wasm:js-string", "fromCharCodeArray", module.funcType([{ nullable: true, index: array }, i32, i32], [string]));
  const realloc = module.importFunc("", "realloc", module.funcType([i32, i32, i32, i32], [i32]));
  module.importMemory("", "memory", { min: 0 });
  const codes = module.global({ nullable: false, index: array }, false, (code) => code.i32(CAPACITY).op(Op.gc_array_new_default, array));

  const store = module.func(module.funcType([externref], [f64]));
  store.code
    .get(0)
    .call(store.index + 1)
    .op(Op.f64_convert_i64_s);
  const storeBytes = module.func(module.funcType([externref], [i64]));
  {
    const { code } = storeBytes;
    const text = 0;
    const [units, begin, at] = [code.local(i32), code.local(i32), code.local(i32)];
    const [seen, unit] = [code.local(i32), code.local(i32)];
    // Read into the array, and ASCII? That is asked before anything is allocated.
    code.get(text).call(length).set(units);
    code.begin(Op.block).begin(Op.loop);
    code.get(at).get(units).op(Op.i32_ge_u).op(Op.br_if, 1);
    code.op(Op.global_get, codes).get(at).get(text).get(at).call(codeAt).tee(unit).op(Op.gc_array_set, array);
    code.get(seen).get(unit).op(Op.i32_or).set(seen);
    code.get(at).i32(1).op(Op.i32_add).set(at).op(Op.br, 0).end().end();
    code.get(seen).i32(0x7f).op(Op.i32_gt_u);
    code
      .begin(Op.if)
      .i64(1n << 32n)
      .op(Op.return)
      .end();
    code.i32(0).set(at);
    code.i32(0).i32(0).i32(1).get(units).call(realloc).tee(begin);
    code.op(Op.i64_extend_i32_u).get(units).op(Op.i64_extend_i32_u).op(Op.i64_add);
    code.op(Op.memory_size, 0).op(Op.i64_extend_i32_u).i64(16n).op(Op.i64_shl).op(Op.i64_gt_u);
    code.begin(Op.if).i64(-1n).op(Op.return).end();
    // Four at a time.
    code.begin(Op.block).begin(Op.loop);
    code.get(at).i32(4).op(Op.i32_add).get(units).op(Op.i32_gt_u).op(Op.br_if, 1);
    code.get(begin).get(at).op(Op.i32_add);
    for (let i = 0; i < 4; i++) {
      code.op(Op.global_get, codes).get(at).i32(i).op(Op.i32_add).op(Op.gc_array_get_u, array);
      if (i > 0)
        code
          .i32(8 * i)
          .op(Op.i32_shl)
          .op(Op.i32_or);
    }
    code.memory(Op.i32_store, 0).get(at).i32(4).op(Op.i32_add).set(at).op(Op.br, 0).end().end();
    // The rest.
    code.begin(Op.block).begin(Op.loop);
    code.get(at).get(units).op(Op.i32_ge_u).op(Op.br_if, 1);
    code.get(begin).get(at).op(Op.i32_add).op(Op.global_get, codes).get(at).op(Op.gc_array_get_u, array).memory(Op.i32_store8, 0);
    code.get(at).i32(1).op(Op.i32_add).set(at).op(Op.br, 0).end().end();
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
