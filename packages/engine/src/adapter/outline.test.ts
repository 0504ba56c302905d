import assert from "node:assert/strict";
import { test } from "node:test";
import { bool, borrow, list, option, record, string, tuple, u8, u16, u32, variant } from "../abi/test-guest.ts";
import type { ValueType } from "../types/component-types.ts";
import { AREA, give, identities, same } from "./test-joint.ts";

/** `layer` on `layer` around `leaf`. */
function tower<T>(height: number, leaf: T, layer: (inner: T) => T): T {
  return height === 0 ? leaf : layer(tower(height - 1, leaf, layer));
}
const twice = (inner: ValueType): ValueType => tuple(inner, inner);
const many = <T>(count: number, make: (i: number) => T): Record<string, T> => Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, make(i)]));

/** The size of the largest module that is compiled meanwhile. */
function compiledBytes(run: () => void): number {
  const { Module } = WebAssembly;
  let most = 0;
  WebAssembly.Module = class extends Module {
    constructor(bytes: BufferSource) {
      super(bytes);
      most = Math.max(most, bytes.byteLength);
    }
  };
  try {
    run();
  } finally {
    WebAssembly.Module = Module;
  }
  return most;
}

const branches = (inner: ValueType): ValueType => variant({ a: inner, b: tuple(inner), c: tuple(tuple(inner)), d: undefined });

const wrapped = (height: number, leaf: unknown): unknown => tower(height, leaf, (inner) => [inner]);

// A value passes, so that what is outlined runs.
const cases: ReadonlyArray<[what: string, type: ValueType, value: unknown, kilobytes: number]> = [
  ["2^8 strings in tuples of two", tower(8, string, twice), tower<unknown>(8, "ab", (inner) => [inner, inner]), 30],
  ["2^14 strings, of which none passes", list(tower(14, string, twice)), [], 30],
  ["lists in tuples in lists", tower(9, string, (inner) => list(twice(inner))), tower<unknown>(3, [], (inner) => [[inner, []]]), 30],
  ["variants of variants, flat", tower(12, string, branches), tower<unknown>(12, "x", (val) => ({ tag: "a", val })), 30],
  ["another case of each", tower(12, string, branches), tower<unknown>(12, "x", (val) => ({ tag: "c", val: [[val]] })), 30],
  ["types as deep as they may be", tower(96, u8, (inner) => tuple(inner)), wrapped(96, 3), 10],
  ["lists as deep", tower(95, list(u8), (inner) => list(inner)), wrapped(95, Uint8Array.of(1, 2)), 50],
  ["options in a list as deep", list(tower(90, bool, option)), [tower<unknown>(89, { tag: "none" }, (val) => ({ tag: "some", val }))], 20],
  ["arrays of records", tower(5, record({ a: string, b: bool }), (inner) => list(inner, 3)), tower<unknown>(5, { a: "abc", b: true }, (v) => [v, v, v]), 20],
  ["10,000 cases", list(variant(many(10_000, (i) => (i % 2 === 0 ? u32 : undefined)))), [{ tag: "f9998", val: 7 }, { tag: "f9999" }], 30],
  ["1,000 payloads", list(variant(many(1000, (i) => list(u8, i + 1)))), [{ tag: "f999", val: Array(1000).fill(5) }], 100],
  ["2,000 fields", list(record(many(2000, (i) => (i % 2 === 0 ? u16 : u8)))), [many(2000, (i) => i % 256)], 80],
]; // biome-ignore format: as a table
for (const [what, type, value, most] of cases) {
  test(`code stays small: ${what}`, () => {
    const bytes = compiledBytes(() => {
      assert.equal(same({ params: [type, u8], result: type, args: [value, 9], returns: value }).trap, undefined);
    });
    assert.ok(bytes < 1000 * most, `${bytes} bytes`);
    console.log(bytes);
  });
}

test("borrows pass through functions that have the scope", () => {
  const type = tower(7, borrow(identities[0]!), twice);
  const count = 2 ** 7;
  const seen = same({
    params: [list(type)],
    definers: ["caller"],
    prepare: (world, core) => {
      for (let i = 0; i < count; i++) world.caller.view.setUint32(AREA + 4 * i, give(world, world.caller), true);
      core.args = [AREA, 1];
    },
    during: ({ store, callee, resources }) => {
      for (let index = 1; index <= count; index++) store.kernel.drop(callee.instance.record, resources[0]!.record, index);
    },
  });
  assert.equal(seen.trap, undefined);
});
