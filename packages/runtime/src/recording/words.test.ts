import assert from "node:assert/strict";
import { test } from "node:test";
import type { FuncType, ValueType } from "@tenon/engine";
import type { Json } from "../document/document.ts";
import { argumentDifference, callInWords, differenceInWords, endInWords } from "./words.ts";

const string: ValueType = { kind: "string" };
const u32: ValueType = { kind: "u32" };
const list = (element: ValueType): ValueType => ({ kind: "list", element }) as ValueType;
const option = (some: ValueType): ValueType => ({ kind: "option", some }) as ValueType;
const tuple = (...types: ValueType[]): ValueType => ({ kind: "tuple", types }) as ValueType;
const result = (ok: ValueType | undefined, err: ValueType | undefined): ValueType => ({ kind: "result", ok, err }) as ValueType;
const entry = {
  kind: "record",
  fields: [
    { name: "player-name", type: string },
    { name: "points", type: list(u32) },
  ],
} as ValueType;
const shape = {
  kind: "variant",
  cases: [
    { name: "none", type: undefined },
    { name: "at", type: tuple(u32, u32) },
  ],
} as ValueType;

const differences: ReadonlyArray<[what: string, type: ValueType, recorded: Json, now: Json, words: string | undefined]> = [
  ["a field", entry, { "player-name": "a", points: [1] }, { "player-name": "b", points: [1] }, '`player-name`: "a" on record, now "b"'],
  ["an element within", entry, { "player-name": "a", points: [1, 2] }, { "player-name": "a", points: [1, 3] }, "`points[1]`: 2 on record, now 3"],
  ["a list that is longer", entry, { "player-name": "a", points: [1] }, { "player-name": "a", points: [1, 3] }, "`points`: [1] on record, now [1, 3]"],
  ["what is in an option", list(option(u32)), [[1], [2]], [[1], [3]], "`[1]`: 2 on record, now 3"],
  ["an option that is none", list(option(u32)), [[1]], [[]], "`[0]`: some(1) on record, now none"],
  ["what is in a case", shape, ["at", [1, 2]], ["at", [1, 3]], "`at.1`: 2 on record, now 3"],
  ["another case", shape, ["at", [1, 2]], ["none"], undefined],
  [
    "what is in an error",
    result(u32, entry),
    ["err", { "player-name": "a", points: [] }],
    ["err", { "player-name": "b", points: [] }],
    '`err.player-name`: "a" on record, now "b"',
  ],
  ["bytes", list({ kind: "u8" }), "AQI=", "AQM=", undefined],
  ["another text", string, "a", "b", undefined],
];
for (const [what, type, recorded, now, words] of differences) {
  test(`the first difference: ${what}`, () => assert.equal(differenceInWords(recorded, now, type), words));
}

const type = (params: Readonly<Record<string, ValueType>>, of: ValueType | undefined): FuncType => ({
  kind: "func",
  async: false,
  params: Object.entries(params).map(([name, each]) => ({ name, type: each })),
  result: of,
});

test("the first argument that differs is named", () => {
  const of = type({ key: string, list: list(entry) }, undefined);
  const recorded = ["k", [{ "player-name": "a", points: [1] }]];
  assert.equal(argumentDifference(recorded, recorded, of), undefined);
  assert.equal(argumentDifference(recorded, ["l", []], of), '`key`: "k" on record, now "l"');
  assert.equal(argumentDifference(recorded, ["k", [{ "player-name": "a", points: [2] }]], of), "`list[0].points[0]`: 1 on record, now 2");
});

test("calls in words", () => {
  const call = { function: "[method]bucket.get", args: [{ "#": 3 }, "k"] };
  assert.equal(callInWords(call), 'bucket.get({"#":3}, "k")');
  assert.equal(callInWords({ function: "add", args: [1, ["at", [1, 2]]] }, type({ a: u32, b: shape }, undefined)), "add(1, at((1, 2)))");
  assert.equal(callInWords({ function: "add", args: [1, 2] }, type({ a: u32 }, undefined)), "add(1, 2)");
  assert.equal(callInWords({ function: "add", args: ["x"] }, type({ a: list(u32) }, undefined)), 'add("x")');
});

const ends: ReadonlyArray<[Parameters<typeof endInWords>[0], FuncType, words: string]> = [
  [{ end: 1, result: 5 }, type({}, u32), "it gives 5"],
  [{ end: 1, result: null }, type({}, undefined), "it gives nothing"],
  [{ end: 1, result: null }, type({}, result(undefined, string)), "it gives nothing"],
  [{ end: 1, result: 5 }, type({}, result(u32, string)), "it gives 5"],
  [{ end: 1, error: "no" }, type({}, result(u32, string)), 'it gives err("no")'],
  [{ end: 1, error: null }, type({}, result(u32, undefined)), "it gives err"],
  [{ end: 1, broken: "it leads nowhere" }, type({}, u32), "its wire fails: it leads nowhere"],
  [{ end: 1, failed: "unreachable" }, type({}, u32), "it fails: unreachable"],
];
for (const [end, of, words] of ends) test(words, () => assert.equal(endInWords(end, of), words));
