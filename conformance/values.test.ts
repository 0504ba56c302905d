import assert from "node:assert/strict";
import { test } from "node:test";
import { matches, matchesResults, type TaggedValue, toJs } from "./values.ts";

const u32 = (value: number): TaggedValue => ({ type: "u32", value: String(value) });

const cases: ReadonlyArray<[tagged: TaggedValue, js: unknown, others: readonly unknown[]]> = [
  [u32(7), 7, [8, 7n, "7", undefined]],
  [{ type: "s64", value: "-1" }, -1n, [-1, 1n]],
  [{ type: "f32", value: "2147483648" }, -0, [0, 1]],
  [{ type: "f64", value: "4609434218613702656" }, 1.5, [1]],
  [{ type: "list", value: [{ type: "u8", value: "1" }] }, Uint8Array.of(1), [Uint8Array.of(2), [], undefined]],
  [{ type: "list", value: [u32(1), u32(2)] }, [1, 2], [[1], [2, 1], { length: 2, 0: 1, 1: 2 }]],
  [{ type: "record", value: [["a-b", u32(1)]] }, { aB: 1 }, [{ aB: 2 }, { "a-b": 1 }, null]],
  [{ type: "variant", value: { case: "some-case", payload: u32(1) } }, { tag: "some-case", val: 1 }, [{ tag: "some-case" }, { tag: "other", val: 1 }]],
  [{ type: "variant", value: { case: "c" } }, { tag: "c" }, [{ tag: "c", val: 1 }]],
  [{ type: "option", value: u32(1) }, 1, [undefined, 2]],
  [{ type: "option", value: null }, undefined, [null, 0]],
  [{ type: "result", value: { Ok: null } }, { tag: "ok", val: undefined }, [{ tag: "err", val: undefined }]],
  [{ type: "flags", value: ["a-b"] }, { aB: true }, [{}, { aB: false }, { aB: true, c: true }]],
  [{ type: "enum", value: "dark-green" }, "dark-green", ["darkGreen"]],
];
for (const [tagged, js, others] of cases) {
  test(`${JSON.stringify(tagged)} as JavaScript`, () => {
    assert.deepEqual(toJs(tagged), js);
    assert.ok(matches(tagged, js));
    for (const other of others) assert.ok(!matches(tagged, other), `matches ${String(other)}`);
  });
}

test("a function's results: none, its `ok` plain, its `err` as the runner caught it", () => {
  assert.ok(matchesResults([], undefined));
  assert.ok(!matchesResults([], 0));
  assert.ok(matchesResults([{ type: "result", value: { Ok: u32(1) } }], 1));
  assert.ok(!matchesResults([{ type: "result", value: { Ok: u32(1) } }], { tag: "ok", val: 1 }));
  assert.ok(matchesResults([{ type: "result", value: { Err: u32(1) } }], { tag: "err", val: 1 }));
});
