import { Op } from "../binary/opcode.ts";
import { ModuleWriter, Type } from "../binary/writer.ts";
import type { LiftLowerContext } from "./context.ts";

/**
 * Short ASCII strings are moved fastest by a small wasm module that has the guest's memory and the JavaScript engine's
 * `wasm:js-string` functions (a third of the time of TextEncoder and TextDecoder, which are made for long texts). One
 * instance per memory costs some 20 µs, so it is made only for a memory that has seen many strings.
 */
export interface StringHelper {
  /** Writes up to the first character that is not ASCII; returns how many. */
  encode(text: string, begin: number): number;
  /** `null`: not ASCII. At most 128 bytes. */
  decode(begin: number, size: number): string | null;
}

const MANY_STRINGS = 1000;
const CAPACITY = 128;

/** One more short string passes: the helper, once there were many and where it can be had. */
export function countString(cx: LiftLowerContext): StringHelper | undefined {
  if (++cx.strings < MANY_STRINGS) return undefined;
  const { store } = cx.instance;
  const memory = cx.memory!;
  cx.helper = (store.stringHelpers ??= new WeakMap()).get(memory) as StringHelper | undefined;
  if (cx.helper === undefined) {
    cx.helper = makeHelper(cx);
    if (cx.helper === undefined) cx.strings = Number.NEGATIVE_INFINITY;
    else store.stringHelpers.set(memory, cx.helper);
  }
  return cx.helper;
}

type BuiltinsModule = new (bytes: BufferSource, options: { readonly builtins: readonly string[] }) => WebAssembly.Module;

function makeHelper({ memory, wide }: LiftLowerContext): StringHelper | undefined {
  if (wide || !(memory!.buffer instanceof ArrayBuffer)) return undefined;
  try {
    const module = new (WebAssembly.Module as unknown as BuiltinsModule)(helperModule(), { builtins: ["js-string"] });
    const { encode, decode } = new WebAssembly.Instance(module, { "": { memory: memory! } }).exports as unknown as StringHelper;
    // Exports objects are slow to look things up in.
    return { encode, decode };
  } catch {
    // An engine without WasmGC can't compile it, one without the builtins can't link it.
    return undefined;
  }
}

function helperModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const array = module.rawType(0x5e, Type.i16, 1);
  const externref = { nullable: false, index: -17 } as const;
  const length = module.importFunc("wasm:js-string", "length", module.funcType([Type.externref], [Type.i32]));
  const codeAt = module.importFunc("wasm:js-string", "charCodeAt", module.funcType([Type.externref, Type.i32], [Type.i32]));
  const fromCodes = module.importFunc(
    "wasm:js-string",
    "fromCharCodeArray",
    module.funcType([{ nullable: true, index: array }, Type.i32, Type.i32], [externref]),
  );
  module.importMemory("", "memory", { min: 0 });
  const codes = module.global({ nullable: false, index: array }, false, (code) => code.i32(CAPACITY).op(Op.gc_array_new_default, array));

  const encode = module.func(module.funcType([Type.externref, Type.i32], [Type.i32]));
  {
    const [text, begin] = [0, 1];
    const { code } = encode;
    const [units, at] = [code.local(Type.i32), code.local(Type.i32)];
    const four = [0, 1, 2, 3].map(() => code.local(Type.i32));
    code.get(text).call(length).set(units);
    // Four at a time, as long as all are ASCII.
    code.begin(Op.block).begin(Op.loop);
    code.get(at).i32(4).op(Op.i32_add).get(units).op(Op.i32_gt_u).op(Op.br_if, 1);
    for (const [i, unit] of four.entries()) code.get(text).get(at).i32(i).op(Op.i32_add).call(codeAt).set(unit);
    code.get(four[0]!);
    for (const unit of four.slice(1)) code.get(unit).op(Op.i32_or);
    code.i32(0x7f).op(Op.i32_gt_u).op(Op.br_if, 1);
    code.get(begin).get(at).op(Op.i32_add).get(four[0]!);
    for (const [i, unit] of four.entries())
      if (i > 0)
        code
          .get(unit)
          .i32(8 * i)
          .op(Op.i32_shl)
          .op(Op.i32_or);
    code.memory(Op.i32_store, 0).get(at).i32(4).op(Op.i32_add).set(at).op(Op.br, 0).end().end();
    // The rest, up to the first that is not.
    const unit = four[0]!;
    code.begin(Op.block).begin(Op.loop);
    code.get(at).get(units).op(Op.i32_ge_u).op(Op.br_if, 1);
    code.get(text).get(at).call(codeAt).tee(unit).i32(0x7f).op(Op.i32_gt_u).op(Op.br_if, 1);
    code.get(begin).get(at).op(Op.i32_add).get(unit).memory(Op.i32_store8, 0);
    code.get(at).i32(1).op(Op.i32_add).set(at).op(Op.br, 0).end().end().get(at);
  }
  const decode = module.func(module.funcType([Type.i32, Type.i32], [Type.externref]));
  {
    const [begin, size] = [0, 1];
    const { code } = decode;
    const [at, byte] = [code.local(Type.i32), code.local(Type.i32)];
    code.begin(Op.block).begin(Op.loop);
    code.get(at).get(size).op(Op.i32_ge_u).op(Op.br_if, 1);
    code.get(begin).get(at).op(Op.i32_add).memory(Op.i32_load8_u, 0).tee(byte).i32(0x7f).op(Op.i32_gt_u);
    code.begin(Op.if).op(Op.ref_null, Type.externref).op(Op.return).end();
    code.op(Op.global_get, codes).get(at).get(byte).op(Op.gc_array_set, array);
    code.get(at).i32(1).op(Op.i32_add).set(at).op(Op.br, 0).end().end();
    code.op(Op.global_get, codes).i32(0).get(size).call(fromCodes);
  }
  return module.export("encode", "func", encode.index).export("decode", "func", decode.index).encode();
}
