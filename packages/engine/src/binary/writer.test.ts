import assert from "node:assert/strict";
import test from "node:test";
import { ByteWriter } from "./byte-writer.ts";
import * as Op from "./opcodes.ts";
import { ModuleWriter, Type } from "./writer.ts";

const integers: ReadonlyArray<[name: string, write: (out: ByteWriter) => ByteWriter, bytes: number[]]> = [
  ["u32 0", (out) => out.u32(0), [0]],
  ["u32 127", (out) => out.u32(127), [0x7f]],
  ["u32 128", (out) => out.u32(128), [0x80, 1]],
  ["u32 max", (out) => out.u32(0xffffffff), [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ["s32 63", (out) => out.s32(63), [0x3f]],
  ["s32 64", (out) => out.s32(64), [0xc0, 0]],
  ["s32 -64", (out) => out.s32(-64), [0x40]],
  ["s32 -65", (out) => out.s32(-65), [0xbf, 0x7f]],
  ["s32 min", (out) => out.s32(-0x80000000), [0x80, 0x80, 0x80, 0x80, 0x78]],
  ["s33 max", (out) => out.s32(0xffffffff), [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ["u64 max", (out) => out.u64(2n ** 64n - 1n), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ["s64 -1", (out) => out.s64(-1n), [0x7f]],
  ["s64 min", (out) => out.s64(-(2n ** 63n)), [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f]],
  ["name", (out) => out.name("é"), [2, 0xc3, 0xa9]],
];
for (const [name, write, bytes] of integers) {
  test(`encodes ${name}`, () => assert.deepEqual([...write(new ByteWriter(1)).view()], bytes));
}

test("a module with every section runs", () => {
  const module = new ModuleWriter();
  const nullary = module.funcType([], [Type.i32]);
  const binary = module.funcType([Type.i32, Type.i32], [Type.i32]);
  assert.equal(module.funcType([], [Type.i32]), nullary);
  const tagType = module.funcType([Type.i32], []);
  const host = module.importFunc("", "host", nullary);
  const memory = module.importMemory("", "memory", { min: 1 });
  const shared = module.importMemory("", "second", { min: 1, max: 2 });
  const global = module.importGlobal("", "global", Type.i32, true);
  const table = module.table(Type.funcref, { min: 2, max: 2 });
  const tag = module.tag(tagType);
  const add = module.func(binary);
  add.code.get(0).get(1).op(Op.i32_add);
  const target = module.global({ nullable: false, index: binary }, true, (code) => code.op(0xd2, add.index));
  const run = module.func(nullary);
  const sum = run.code.local(Type.i32);
  run.code.begin(Op.block, Type.i32).call(host).op(Op.global_get, global).op(Op.global_get, target).op(0x14, binary).tee(sum).end();
  run.code.op(Op.drop).i32(4).get(sum).memory(Op.i32_store, 2, 8, shared);
  run.code.i32(4).i32(12).i32(4).op(Op.memory_copy, memory, shared);
  run.code.i32(4).memory(Op.i32_load, 2).i32(0).op(0x25, table).op(0xd1).op(Op.i32_add);
  module.export("run", "func", run.index).export("tag", "tag", tag).export("table", "table", table).export("target", "global", target);
  module.declare(add.index).elements(table, 1, [add.index]);

  const second = new WebAssembly.Memory({ initial: 1, maximum: 2 });
  const value = new WebAssembly.Global({ value: "i32", mutable: true }, 30);
  const imports = { "": { host: () => 12, memory: new WebAssembly.Memory({ initial: 1 }), second, global: value } };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), imports);
  const exports = instance.exports as { run: () => number };
  assert.equal(exports.run(), 43);
  value.value = -13;
  assert.equal(exports.run(), 0);
  assert.equal(new Int32Array(second.buffer)[3], -1);
});

test("an import after a definition is our own mistake", () => {
  const module = new ModuleWriter();
  module.func(module.funcType([], []));
  assert.throws(() => module.importFunc("", "late", 0), /imports come before definitions/);
});
