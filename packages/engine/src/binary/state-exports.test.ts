import assert from "node:assert/strict";
import { test } from "node:test";
import { CODE_SHIFT, exportState } from "./state-exports.ts";

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const module = (...sections: number[][]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...HEADER, ...sections.flatMap(([id, ...body]) => [id!, body.length, ...body])]);

const TYPES = [1, 1, 0x60, 0, 0];
const FUNCTIONS = [3, 1, 0];
const TABLE = [4, 1, 0x70, 0, 2];
const MEMORY = [5, 1, 0, 1];
const MUTABLE = [6, 2, 0x7f, 1, 0x41, 7, 0x0b, 0x7f, 0, 0x41, 9, 0x0b];
const EXPORTS = [7, 1, 1, 0x66, 0, 0];
const ELEMENTS = [9, 1, 0, 0x41, 0, 0x0b, 1, 0];
const TRAP = [10, 1, 3, 0, 0x00, 0x0b];
const DATA = [11, 1, 0, 0x41, 0, 0x0b, 1, 0x2a];

function offsetOfTrap(bytes: Uint8Array<ArrayBuffer>): number {
  try {
    (new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f as () => void)();
  } catch (error) {
    return Number.parseInt(/wasm-function\[0\]:0x([0-9a-f]+)/.exec((error as Error).stack!)![1]!, 16);
  }
  return assert.fail("it did not trap");
}

test("memory, table and mutable globals are exported beside what was; code moves by a known number of bytes", () => {
  const source = module(TYPES, FUNCTIONS, TABLE, MEMORY, MUTABLE, EXPORTS, ELEMENTS, TRAP, DATA);
  const state = exportState(source)!;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(state.bytes));
  assert.deepEqual([state.tables.length, state.memories.length, state.globals.length], [1, 1, 1]);
  assert.equal((exports[state.globals[0]!] as WebAssembly.Global).value, 7);
  assert.equal(new Uint8Array((exports[state.memories[0]!] as WebAssembly.Memory).buffer)[0], 0x2a);
  assert.equal((exports[state.tables[0]!] as WebAssembly.Table).get(0), exports.f);
  assert.equal(state.bytes.length, source.length + CODE_SHIFT);
  assert.equal(offsetOfTrap(state.bytes), offsetOfTrap(source) + CODE_SHIFT);
});

test("imported state belongs to the module that defines it; indices count it", () => {
  const imports = [2, 2, 1, 0x61, 1, 0x67, 3, 0x7f, 1, 1, 0x61, 1, 0x6d, 2, 0, 1];
  const state = exportState(module(imports, MUTABLE))!;
  assert.deepEqual([state.memories, state.globals], [[], ["\u0000state global1"]]);
  assert.ok(WebAssembly.validate(state.bytes));
});

test("a module without an export section gets one in the right place", () => {
  const state = exportState(module(TYPES, FUNCTIONS, MEMORY, TRAP, DATA))!;
  assert.ok(WebAssembly.validate(state.bytes));
  assert.ok(WebAssembly.validate(exportState(module(MEMORY))!.bytes));
});

const refused: readonly (readonly [what: string, bytes: Uint8Array<ArrayBuffer>])[] = [
  ["a struct type", module([1, 1, 0x5f, 1, 0x7f, 1], MEMORY)],
  ["a global that is a reference", module([6, 1, 0x6f, 1, 0xd0, 0x6f, 0x0b])],
  ["a vector global", module([6, 1, 0x7b, 1, 0xfd, 0x0c, ...Array(16).fill(0), 0x0b])],
  ["a table of other references", module([4, 1, 0x6f, 0, 2])],
  ["a shared memory", module([5, 1, 3, 1, 2])],
  ["data that may be dropped", module(MEMORY, [12, 1], [11, 1, 1, 1, 0x2a])],
  ["elements that may be dropped", module(TYPES, FUNCTIONS, TABLE, [9, 1, 1, 0, 1, 0], TRAP)],
];
for (const [what, bytes] of refused) {
  test(`refused: ${what}`, () => {
    assert.ok(WebAssembly.validate(bytes));
    assert.equal(exportState(bytes), undefined);
  });
}

test("declared elements and expressions are passed over", () => {
  const declared = [9, 3, 3, 0, 1, 0, 4, 0x41, 0, 0x0b, 1, 0xd2, 0, 0x0b, 7, 0x70, 1, 0xd2, 0, 0x0b];
  const bytes = module(TYPES, FUNCTIONS, TABLE, declared, TRAP);
  assert.ok(WebAssembly.validate(bytes));
  assert.equal(exportState(bytes)!.tables.length, 1);
});

test("a module of functions alone moves as others do; one of nothing stays", () => {
  const source = module(TYPES, FUNCTIONS, EXPORTS, TRAP);
  const state = exportState(source)!;
  assert.equal(offsetOfTrap(state.bytes), offsetOfTrap(source) + CODE_SHIFT);
  assert.deepEqual([state.tables, state.memories, state.globals], [[], [], []]);
  assert.deepEqual(exportState(module())!.bytes, module());
});

test("many globals, up to the room that there is for names", () => {
  const globals = (count: number) => {
    const body = [(count & 0x7f) | 0x80, count >> 7, ...Array(count).fill([0x7f, 1, 0x41, 0, 0x0b]).flat()];
    return Uint8Array.from([...HEADER, 6, (body.length & 0x7f) | 0x80, body.length >> 7, ...body]);
  };
  for (const count of [1, 2, 100, 126, 127, 128, 129, 180]) {
    const state = exportState(globals(count))!;
    assert.equal(state.globals.length, count);
    assert.ok(WebAssembly.validate(state.bytes));
  }
  assert.equal(exportState(globals(1000)), undefined);
});
