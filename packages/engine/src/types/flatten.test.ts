import assert from "node:assert/strict";
import test from "node:test";
import type { FuncType, ValueType } from "./component-types.ts";
import { Flattening } from "./flatten.ts";

const u8: ValueType = { kind: "u8" };
const u32: ValueType = { kind: "u32" };
const u64: ValueType = { kind: "u64" };
const f32: ValueType = { kind: "f32" };
const f64: ValueType = { kind: "f64" };
const string: ValueType = { kind: "string" };
const tuple = (...types: ValueType[]): ValueType => ({ kind: "tuple", types });
const result = (ok?: ValueType, err?: ValueType): ValueType => ({ kind: "result", ok, err });
const many = (count: number): ValueType[] => Array.from({ length: count }, () => u32);

/** Flat types with addresses of 32 bits, as letters: `i` and `l` are integers, `f` and `d` floats. */
const flat: ReadonlyArray<[what: string, type: ValueType, letters: string | undefined]> = [
  ["u8", u8, "i"],
  ["u64", u64, "l"],
  ["string", string, "ii"],
  ["tuple", tuple(f32, f64, string), "fdii"],
  ["list of three", { kind: "list", element: tuple(u32, u64), length: 3 }, "ililil"],
  ["option", { kind: "option", some: f64 }, "id"],
  ["result, equal payloads", result(f32, f32), "if"],
  ["result of f32 or u32", result(f32, u32), "ii"],
  ["result of f32 or f64", result(f32, f64), "il"],
  ["result of f32 or u64", result(f32, u64), "il"],
  ["result of a string or f64", result(string, f64), "ili"],
  ["result with one payload", result(undefined, tuple(u32, u64)), "iil"],
  ["sixteen", tuple(...many(16)), "i".repeat(16)],
  ["seventeen", tuple(...many(17)), undefined],
  ["discriminant and sixteen", { kind: "option", some: tuple(...many(16)) }, undefined],
  ["list of 2^30", { kind: "list", element: u32, length: 2 ** 30 }, undefined],
];
const LETTERS: Record<string, string> = { i32: "i", i64: "l", f32: "f", f64: "d" };
for (const [what, type, letters] of flat) {
  test(`flat types of ${what}`, () => {
    const found = new Flattening("i32").of(type);
    assert.equal(found?.map((t) => LETTERS[t]).join(""), letters);
  });
}

test("addresses are as wide as memory's", () => assert.deepEqual(new Flattening("i64").of(string), ["i64", "i64"]));

const func = (params: ValueType[], result?: ValueType): FuncType => ({
  kind: "func",
  async: false,
  params: params.map((type, i) => ({ name: `p${i}`, type })),
  result,
});
const signatures: ReadonlyArray<[what: string, type: FuncType, direction: "lift" | "lower", async: boolean, callback: boolean, text: string]> = [
  ["lift", func([u32, string], u64), "lift", false, false, "i32,i32,i32>i64"],
  ["lift with a string result", func([], string), "lift", false, false, ">i32"],
  ["lower with a string result", func([u32], string), "lower", false, false, "i32,i32>"],
  ["lift of 17", func(many(17)), "lift", false, false, "i32>"],
  ["lower of 17 with a string result", func(many(17), string), "lower", false, false, "i32,i32>"],
  ["async lower of 4", func(many(4)), "lower", true, false, "i32,i32,i32,i32>i32"],
  ["async lower of 5 with a result", func(many(5), u32), "lower", true, false, "i32,i32>i32"],
  ["async lift with callback", func(many(5), u32), "lift", true, true, "i32,i32,i32,i32,i32>i32"],
  ["async lift without", func([], string), "lift", true, false, ">"],
];
for (const [what, type, direction, async, callback, text] of signatures) {
  test(`core signature: ${what}`, () => {
    const { params, results } = new Flattening("i32").signature(type, { address: "i32", direction, async, callback });
    assert.equal(`${params}>${results}`, text);
  });
}
