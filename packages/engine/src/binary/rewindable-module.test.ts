import assert from "node:assert/strict";
import { test } from "node:test";
import { ModuleState } from "./module-state.ts";
import { type RewindableModule, rewindableModule as rewrite, STATE_MODULE, sizeTable } from "./rewindable-module.ts";

function rewindableModule(source: Uint8Array, others = false): RewindableModule | undefined {
  const state = ModuleState.read(source);
  return state && rewrite(state, others);
}

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

test("memory, table and mutable globals are exported beside what was; the map leads back to the source", () => {
  const source = module(TYPES, FUNCTIONS, TABLE, MEMORY, MUTABLE, EXPORTS, ELEMENTS, TRAP, DATA);
  const state = rewindableModule(source)!;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(state.bytes));
  assert.deepEqual([state.tables.length, state.memories.length, state.globals.length], [1, 1, 1]);
  assert.equal((exports[state.globals[0]!] as WebAssembly.Global).value, 7);
  assert.equal(new Uint8Array((exports[state.memories[0]!] as WebAssembly.Memory).buffer)[0], 0x2a);
  assert.equal((exports[state.tables[0]!] as WebAssembly.Table).get(0), exports.f);
  assert.equal(state.codeMap.original(0, offsetOfTrap(state.bytes)), offsetOfTrap(source));
  assert.equal(state.codeMap.original(1, offsetOfTrap(state.bytes)), undefined);
  assert.equal(state.codeMap.original(0, 3), undefined);
});

test("imported state belongs to the module that defines it; indices count it", () => {
  const imports = [2, 2, 1, 0x61, 1, 0x67, 3, 0x7f, 1, 1, 0x61, 1, 0x6d, 2, 0, 1];
  const state = rewindableModule(module(imports, MUTABLE))!;
  assert.deepEqual([state.memories, state.globals], [[], ["\u0000state 3 1"]]);
  assert.ok(WebAssembly.validate(state.bytes));
});

test("a module without an export section gets one in the right place", () => {
  const state = rewindableModule(module(TYPES, FUNCTIONS, MEMORY, TRAP, DATA))!;
  assert.ok(WebAssembly.validate(state.bytes));
  assert.ok(WebAssembly.validate(rewindableModule(module(MEMORY))!.bytes));
});

const refused: readonly (readonly [what: string, bytes: Uint8Array<ArrayBuffer>])[] = [
  ["a struct type", module([1, 1, 0x5f, 1, 0x7f, 1], MEMORY)],
  ["a global that is a reference", module([6, 1, 0x6f, 1, 0xd0, 0x6f, 0x0b])],
  ["a vector global", module([6, 1, 0x7b, 1, 0xfd, 0x0c, ...Array(16).fill(0), 0x0b])],
  ["a table of other references", module([4, 1, 0x6f, 0, 2])],
  ["a shared memory", module([5, 1, 3, 1, 2])],
  ["data that is dropped", module(TYPES, FUNCTIONS, MEMORY, [12, 1], [10, 1, 5, 0, 0xfc, 9, 0, 0x0b], [11, 1, 1, 1, 0x2a])],
  ["elements that are dropped", module(TYPES, FUNCTIONS, TABLE, [9, 1, 1, 0, 1, 0], [10, 1, 5, 0, 0xfc, 13, 0, 0x0b])],
  [
    "the size of another module's memory, beside a table of its own",
    module(TYPES, [2, 1, 1, 0x61, 1, 0x6d, 2, 0, 1], FUNCTIONS, TABLE, [10, 1, 5, 0, 0x3f, 0, 0x1a, 0x0b]),
  ],
];
for (const [what, bytes] of refused) {
  test(`refused: ${what}`, () => {
    assert.ok(WebAssembly.validate(bytes));
    assert.equal(rewindableModule(bytes), undefined);
  });
}

/** `grow`: i32 → i32, `size`: → i32, and a trap after a site. */
const GROWING = (memory: number[]) =>
  module(
    [1, 2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0, 1, 0x7f],
    [3, 3, 0, 1, 1],
    memory,
    [7, 3, 4, 0x67, 0x72, 0x6f, 0x77, 0, 0, 4, 0x73, 0x69, 0x7a, 0x65, 0, 1, 1, 0x66, 0, 2],
    [10, 3, 6, 0, 0x20, 0, 0x40, 0, 0x0b, 4, 0, 0x3f, 0, 0x0b, 6, 0, 0x3f, 0, 0x1a, 0x00, 0x0b],
  );

test("the size that the guest sees can go back; the memory keeps what it has", () => {
  const state = rewindableModule(GROWING([5, 1, 1, 1, 5]))!;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(state.bytes));
  const grow = exports.grow as (pages: number) => number;
  const size = exports.size as () => number;
  const memory = exports[state.memories[0]!] as WebAssembly.Memory;
  const global = exports[state.globals[0]!] as WebAssembly.Global;
  const pages = () => memory.buffer.byteLength / 65536;
  assert.deepEqual([size(), grow(2), size(), pages()], [1, 1, 3, 3]);
  global.value = 1;
  assert.deepEqual([size(), grow(1), size(), pages()], [1, 1, 2, 3]);
  assert.deepEqual([grow(0), grow(2), size(), pages()], [2, 2, 4, 4]);
  assert.deepEqual([grow(2), grow(-1), grow(0x7fffffff), size(), pages()], [-1, -1, -1, 4, 4]);
  assert.deepEqual([grow(1), grow(1), size()], [4, -1, 5]);
});

test("memory of 64 bits too", () => {
  const memory64 = module(
    [1, 1, 0x60, 1, 0x7e, 1, 0x7e],
    [3, 1, 0],
    [5, 1, 4, 1],
    [7, 1, 4, 0x67, 0x72, 0x6f, 0x77, 0, 0],
    [10, 1, 6, 0, 0x20, 0, 0x40, 0, 0x0b],
  );
  const state = rewindableModule(memory64)!;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(state.bytes));
  const grow = exports.grow as (pages: bigint) => bigint;
  assert.deepEqual([grow(2n), grow(0n)], [1n, 3n]);
  (exports[state.globals[0]!] as WebAssembly.Global).value = 1n;
  assert.deepEqual([grow(1n), grow(-1n), (exports[state.memories[0]!] as WebAssembly.Memory).buffer.byteLength], [1n, -1n, 3 * 65536]);
});

test("offsets after a rewritten instruction lead back too", () => {
  const offset = (bytes: Uint8Array<ArrayBuffer>): number => {
    try {
      (new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f as () => void)();
    } catch (error) {
      return Number.parseInt(/wasm-function\[2\]:0x([0-9a-f]+)/.exec((error as Error).stack!)![1]!, 16);
    }
    return assert.fail("it did not trap");
  };
  const source = GROWING([5, 1, 0, 1]);
  const state = rewindableModule(source)!;
  assert.equal(state.codeMap.original(2, offset(state.bytes)), offset(source));
});

test("declared elements, passive ones that are not dropped, and modules of nothing", () => {
  const elements = [9, 3, 3, 0, 1, 0, 1, 0, 1, 0, 7, 0x70, 1, 0xd2, 0, 0x0b];
  const bytes = module(TYPES, FUNCTIONS, TABLE, elements, TRAP);
  assert.ok(WebAssembly.validate(bytes));
  assert.equal(rewindableModule(bytes)!.tables.length, 1);
  assert.deepEqual(rewindableModule(module())!.bytes, module());
});

test("a module that imports the memory asks the one that defines it", () => {
  const definer = rewindableModule(module(MEMORY, [7, 1, 1, 0x6d, 2, 0]), true)!;
  const source = module(
    [1, 2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0, 1, 0x7f],
    [2, 1, 1, 0x61, 1, 0x6d, 2, 0, 1],
    [3, 2, 0, 1],
    [7, 2, 4, 0x67, 0x72, 0x6f, 0x77, 0, 0, 4, 0x73, 0x69, 0x7a, 0x65, 0, 1],
    [10, 2, 6, 0, 0x20, 0, 0x40, 0, 0x0b, 4, 0, 0x3f, 0, 0x0b],
  );
  const importer = rewindableModule(source, true)!;
  const { exports: a } = new WebAssembly.Instance(new WebAssembly.Module(definer.bytes));
  const imports = { a: { m: a.m! }, [STATE_MODULE]: { [sizeTable(0)]: a[sizeTable(0)]! } };
  const { exports: b } = new WebAssembly.Instance(new WebAssembly.Module(importer.bytes), imports);
  const [grow, size] = [b.grow as (pages: number) => number, b.size as () => number];
  assert.deepEqual([definer.tables, importer.globals, definer.globals.length], [[], [], 1]);
  assert.deepEqual([size(), grow(2), size()], [1, 1, 3]);
  (a[definer.globals[0]!] as WebAssembly.Global).value = 1;
  assert.deepEqual([size(), grow(1), size(), (a.m as WebAssembly.Memory).buffer.byteLength], [1, 1, 2, 3 * 65536]);
});

test("what changes tables is told", () => {
  const set = module([1, 1, 0x60, 0, 0], FUNCTIONS, TABLE, [10, 1, 8, 0, 0x41, 0, 0xd0, 0x70, 0x26, 0, 0x0b]);
  assert.ok(WebAssembly.validate(set));
  assert.equal(ModuleState.read(set)!.changesTables, true);
  assert.equal(ModuleState.read(module(TYPES, FUNCTIONS, TABLE, EXPORTS, TRAP))!.changesTables, false);
});
