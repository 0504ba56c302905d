import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_MEANT_LENGTH, MAX_MEANT_NAMES } from "../limits.ts";
import { nearest } from "./nearest.ts";

const NAMES = ["store", "stores", "counter", "basics", "a", "wasi:keyvalue/store@0.2.0"];

const cases: ReadonlyArray<[name: string, meant: string | undefined]> = [
  ["store", "store"],
  ["stroe", "store"],
  ["Store", "store"],
  ["storess", "stores"],
  ["coutner", "counter"],
  ["count", undefined],
  ["base", undefined],
  ["b", undefined],
  ["A", "a"],
  ["bc", undefined],
  ["", undefined],
  ["wasi:keyvalue/store@0.2.1", "wasi:keyvalue/store@0.2.0"],
  ["something else", undefined],
];
for (const [name, meant] of cases) test(`\`${name}\` means ${meant}`, () => assert.equal(nearest(name, NAMES), meant));

test("long names, and names beyond the first ones, aren't compared", () => {
  const long = "x".repeat(MAX_MEANT_LENGTH);
  assert.equal(nearest(long, [`${long}y`]), `${long}y`);
  assert.equal(nearest(`${long}y`, [long]), undefined);
  const many = Array.from({ length: MAX_MEANT_NAMES }, () => "something else");
  assert.equal(nearest("stroe", [...many.slice(1), "store"]), "store");
  assert.equal(nearest("stroe", [...many, "store"]), undefined);
});
