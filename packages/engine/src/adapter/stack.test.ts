/** What lies on the stack between two components: their own frames and the adapter's, all of wasm. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LiftLowerContext } from "../abi/context.ts";
import type { CoreFunction, CoreType } from "../abi/core-value.ts";
import { bool, char, enums, flags, list, map, option, own, record, result, string, tuple, u8, u32, u64, variant } from "../abi/test-guest.ts";
import * as Op from "../binary/opcodes.ts";
import { type CodeWriter, ModuleWriter, Type } from "../binary/writer.ts";
import { ComponentInstance } from "../store/component-instance.ts";
import { RuntimeResource } from "../store/runtime-resource.ts";
import { Store } from "../store/store.ts";
import type { FuncType } from "../types/component-types.ts";
import { canFuse, fuse } from "./fuse.ts";
import { func, identities, sign } from "./test-joint.ts";

const shapes: Readonly<Record<string, FuncType>> = {
  "no values": func([]),
  numbers: func([u32, u64, u8], u32),
  "bool and char": func([bool, char], bool),
  string: func([string], string),
  "plain list": func([list(u32)], u64),
  "list of strings": func([list(string)], list(string)),
  record: func([record({ id: u32, name: string, tags: list(u8) })], record({ a: u8, b: u64 })),
  tuple: func([tuple(u8, tuple(u64, string))]),
  "variant and option": func([variant({ a: string, b: u64, c: undefined }), option(string)], option(u32)),
  "enum and flags": func([enums("a", "b"), flags("x", "y")]),
  "result of lists": func([result(list(u8), string)], result(list(string), u32)),
  map: func([map(string, u32)]),
  "many parameters": func(Array(20).fill(u32), string),
  "own handle": func([own(identities[0]!)]),
};

/** A core module with a page of zeros and one function, which calls what it imports with `argument` for each parameter. */
function core(
  name: string,
  params: readonly CoreType[],
  results: readonly CoreType[],
  callee: CoreFunction,
  calleeType: readonly (readonly CoreType[])[],
  argument = 0,
): WebAssembly.Exports {
  const module = new ModuleWriter();
  const types = (of: readonly CoreType[]) => of.map((type) => Type[type]);
  const imported = module.importFunc("", "f", module.funcType(types(calleeType[0]!), types(calleeType[1]!)));
  const made = module.func(module.funcType(types(params), types(results)));
  for (const type of calleeType[0]!) constant(made.code, type, argument);
  made.code.call(imported);
  for (const _ of calleeType[1]!) made.code.op(Op.drop);
  for (const type of results) constant(made.code, type, 0);
  const realloc = module.func(module.funcType([Type.i32, Type.i32, Type.i32, Type.i32], [Type.i32]));
  realloc.code.i32(4096);
  module
    .export("memory", "memory", module.memory({ min: 1 }))
    .export(name, "func", made.index)
    .export("realloc", "func", realloc.index);
  return new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { "": { f: callee as () => void } }).exports;
}

function constant(code: CodeWriter, type: CoreType, value: number): void {
  if (type === "i32") code.i32(value);
  else if (type === "i64") code.i64(BigInt(value));
  else if (type === "f32") code.i32(value).op(Op.f32_reinterpret_i32);
  else code.i64(BigInt(value)).op(Op.f64_reinterpret_i64);
}

for (const [name, type] of Object.entries(shapes)) {
  test(`between caller and callee there are but frames of wasm: ${name}`, () => {
    const store = new Store();
    const [from, to] = [new ComponentInstance(store, "caller"), new ComponentInstance(store, "callee")];
    const resources = identities.map(({ name }) => new RuntimeResource(name!, store, to));
    const [caller, callee] = [new LiftLowerContext(from, resources), new LiftLowerContext(to, resources)];
    const signature = sign(type);
    let stack = "";
    const look = (): undefined => {
      stack = new Error().stack!;
    };
    const inner = core("callee", signature.lifted.params, signature.lifted.results, look, [[], []]);
    callee.setMemory(inner.memory as WebAssembly.Memory);
    callee.setRealloc(inner.realloc as CoreFunction);
    const memory = new WebAssembly.Memory({ initial: 1 });
    caller.setMemory(memory);
    caller.setRealloc(inner.realloc as CoreFunction);
    const joint = {
      signature,
      caller,
      callee: {
        name: "f",
        async: false,
        abi: "sync" as const,
        callback: undefined,
        signature,
        cx: callee,
        core: inner.callee as CoreFunction,
        postReturn: undefined,
      },
    };
    assert.ok(canFuse(joint));
    const [fused] = fuse([joint], store);
    const handle = type.params[0]?.type.kind === "own" ? store.kernel.add(from.record, resources[0]!.record, resources[0]!.record, 42, 0, 0) : 0;
    const outer = core("caller", [], [], fused!, [signature.lowered.params, signature.lowered.results], handle);
    (outer.caller as CoreFunction)();
    const frames = stack.split("\n").slice(1);
    const first = frames.findIndex((frame) => frame.includes("wasm://"));
    const last = frames.findLastIndex((frame) => frame.includes("wasm://"));
    // The callee, the adapter, the caller; then what called from JavaScript.
    const modules = frames.slice(first, last + 1).map((frame) => /wasm:\/\/wasm\/(?<module>[0-9a-f]+):/.exec(frame)?.groups?.module);
    assert.equal(first, 1, stack);
    assert.ok(!modules.includes(undefined), stack);
    assert.equal(new Set(modules).size, 3, stack);
    assert.equal(modules.length, 3, stack);
  });
}
