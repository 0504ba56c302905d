import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComponentError } from "../diagnostics/component-error.ts";
import type { ValueType } from "../types/component-types.ts";
import {
  bool,
  char,
  codecOf,
  enums,
  f32,
  f64,
  flags,
  list,
  map,
  option,
  record,
  result,
  s8,
  s16,
  s32,
  s64,
  string,
  TestGuest,
  tuple,
  u8,
  u16,
  u32,
  u64,
  variant,
} from "./test-guest.ts";
import { typeMismatch } from "./type-mismatch.ts";

const item = record({ name: string, "max-score": f64 });
const shape = variant({ circle: f64, none: undefined, box: tuple(u8, u8) });

const mismatches: ReadonlyArray<[type: ValueType, value: unknown, message: string]> = [
  [bool, 1, "expected bool, got number 1"],
  [bool, "true", 'expected bool, got string "true"'],
  [u8, 256, "expected u8, got number 256"],
  [u8, -1, "expected u8, got number -1"],
  [u8, 1.5, "expected u8, got number 1.5"],
  [u8, "1", 'expected u8, got string "1"'],
  [u8, 1n, "expected u8, got bigint 1n"],
  [s8, 128, "expected s8, got number 128"],
  [s8, -129, "expected s8, got number -129"],
  [u16, 65536, "expected u16, got number 65536"],
  [s16, 32768, "expected s16, got number 32768"],
  [u32, 2 ** 32, "expected u32, got number 4294967296"],
  [u32, Number.NaN, "expected u32, got number NaN"],
  [u32, undefined, "expected u32, got undefined"],
  [s32, 2 ** 31, "expected s32, got number 2147483648"],
  [s32, Number.POSITIVE_INFINITY, "expected s32, got number Infinity"],
  [u64, 1, "expected u64, got number 1"],
  [u64, -1n, "expected u64, got bigint -1n"],
  [u64, 2n ** 64n, "expected u64, got bigint 18446744073709551616n"],
  [s64, 2n ** 63n, "expected s64, got bigint 9223372036854775808n"],
  [f32, "x", 'expected f32, got string "x"'],
  [f64, 1n, "expected f64, got bigint 1n"],
  [f64, null, "expected f64, got null"],
  [char, "", 'expected char, got string ""'],
  [char, "ab", 'expected char, got string "ab"'],
  [char, "\ud800", 'expected char, got string "\\ud800"'],
  [string, 5, "expected string, got number 5"],
  [string, {}, "expected string, got object"],
  [string, Symbol("s"), "expected string, got symbol"],
  [string, () => {}, "expected string, got function"],
  [list(u8), "abc", 'expected list<u8>, got string "abc"'],
  [list(u8), [1, 256], "[1]: expected u8, got number 256"],
  [list(u8), Uint16Array.of(1, 300), "[1]: expected u8, got number 300"],
  [list(u8), new ArrayBuffer(2), "expected list<u8>, got ArrayBuffer"],
  [list(u8), new DataView(new ArrayBuffer(2)), "expected list<u8>, got DataView"],
  [list(f32), [1, "2"], '[1]: expected f32, got string "2"'],
  [list(string), ["a", undefined], "[1]: expected string, got undefined"],
  [list(u8, 2), [1], "expected list<u8, 2>, got array of 1"],
  [list(u8, 2), [1, -1], "[1]: expected u8, got number -1"],
  [list(item), [{ name: "a", maxScore: 1 }, 5], "[1]: expected record { name: string, max-score: f64 }, got number 5"],
  [
    list(item),
    [
      { name: "a", maxScore: 1 },
      { name: "b", maxScore: "x" },
    ],
    '[1].maxScore: expected f64, got string "x"',
  ],
  [list(item), [{ name: "a", "max-score": 1 }], "[0].maxScore: expected f64, got undefined"],
  [item, [], "expected record { name: string, max-score: f64 }, got array of 0"],
  [item, null, "expected record { name: string, max-score: f64 }, got null"],
  [tuple(u8, string), [1], "expected tuple<u8, string>, got array of 1"],
  [tuple(u8, string), { 0: 1, 1: "a" }, "expected tuple<u8, string>, got object"],
  [tuple(u8, string), [1, 2], "[1]: expected string, got number 2"],
  [flags("read", "write-all"), { writeAll: 1 }, ".writeAll: expected bool, got number 1"],
  [flags("read", "write-all"), ["read"], "expected flags { read, write-all }, got array of 1"],
  [enums("red", "green"), "blue", 'expected enum { red, green }, got string "blue"'],
  [enums("red", "green"), 0, "expected enum { red, green }, got number 0"],
  [shape, { tag: "oval" }, 'expected variant { circle(f64), none, box(tuple<u8, u8>) }, got object with tag "oval"'],
  [shape, "none", 'expected variant { circle(f64), none, box(tuple<u8, u8>) }, got string "none"'],
  [shape, { tag: "circle" }, ".val: expected f64, got undefined"],
  [shape, { tag: "none", val: 1 }, 'expected variant { circle(f64), none, box(tuple<u8, u8>) }, got object with tag "none"'],
  [shape, { tag: "box", val: [1, 300] }, ".val[1]: expected u8, got number 300"],
  [option(u8), "x", 'expected u8, got string "x"'],
  [option(option(u8)), 5, "expected option<option<u8>>, got number 5"],
  [option(option(u8)), { tag: "some", val: "x" }, '.val: expected u8, got string "x"'],
  [result(u8, string), { tag: "err", val: 1 }, ".val: expected string, got number 1"],
  [result(u8, string), 5, "expected result<u8, string>, got number 5"],
  [map(string, u8), { a: 1 }, "expected map<string, u8>, got object"],
  [map(string, u8), new Map([["a", 300]]), "[0][1]: expected u8, got number 300"],
  [map(string, u8), [["a"]], "[0]: expected tuple<string, u8>, got array of 1"],
  [string, "x".repeat(2 ** 27), `expected string, got string "${"x".repeat(40)}..."`],
];
for (const [type, value, message] of mismatches) {
  test(message, () => {
    const { cx } = new TestGuest();
    const codec = codecOf(type);
    assert.equal(codec.accepts(cx, value), false);
    const separator = message.startsWith("expected") ? ": " : "";
    assert.throws(
      () => {
        throw typeMismatch(cx, codec, value, "argument `a`");
      },
      (e: ComponentError) => e.code === "call/type-mismatch" && e.message === `argument \`a\`${separator}${message}`,
    );
  });
}

const accepted: ReadonlyArray<[type: ValueType, value: unknown, loaded?: unknown]> = [
  [u8, -0, 0],
  [list(u8), [1, 2], Uint8Array.of(1, 2)],
  [list(u8), Buffer.from("hi"), new Uint8Array(Buffer.from("hi"))],
  [list(u8), new Uint8ClampedArray([255]), Uint8Array.of(255)],
  [list(s16), [1, -2], Int16Array.of(1, -2)],
  [list(u32), Uint8Array.of(1, 2), Uint32Array.of(1, 2)],
  [list(f64), new Float32Array([0.5]), Float64Array.of(0.5)],
  [list(u64), [1n], BigUint64Array.of(1n)],
  [list(u8), new Uint8Array([9, 8, 7, 6]).subarray(1, 3), Uint8Array.of(8, 7)],
  [option(u8), null, undefined],
  [flags("a", "b"), {}, { a: false, b: false }],
  [record({ a: option(u8) }), {}, { a: undefined }],
  [map(string, u8), [["a", 1]], new Map([["a", 1]])],
  [result(undefined, u8), { tag: "ok", val: undefined }, { tag: "ok" }],
];
for (const [type, value, loaded] of accepted) {
  test(`accepted: ${type.kind} ${JSON.stringify(value, (_, x) => (typeof x === "bigint" ? `${x}n` : x))}`, () => {
    const { cx } = new TestGuest();
    const codec = codecOf(type);
    assert.equal(codec.accepts(cx, value), true);
    codec.store(cx, value, 16);
    assert.deepEqual(codec.load(cx, 16), loaded);
  });
}

test("threat 20: names that mean something to JavaScript are fields like others", () => {
  const names = ["constructor", "then", "to-string", "value-of", "has-own-property", "proto"];
  const type = record(Object.fromEntries(names.map((name) => [name, u8])));
  // biome-ignore lint/suspicious/noThenProperty: that is the point
  const value = { constructor: 1, then: 2, toString: 3, valueOf: 4, hasOwnProperty: 5, proto: 6 };
  const { cx } = new TestGuest();
  const codec = codecOf(type);
  assert.equal(codec.accepts(cx, {}), false);
  codec.store(cx, value, 16);
  const loaded = codec.load(cx, 16) as object;
  assert.deepEqual(loaded, value);
  assert.deepEqual(Object.keys(loaded), Object.keys(value));
});
