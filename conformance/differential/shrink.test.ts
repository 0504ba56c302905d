import assert from "node:assert/strict";
import { test } from "node:test";
import type { Case } from "./case.ts";
import { build, expected } from "./case.ts";
import type { Engine } from "./engine.ts";
import { judgeSeeds } from "./judge-seeds.ts";
import { shrink } from "./shrink.ts";
import { VALUE_CASES } from "./value-cases.ts";

/** Says what is said to be right, except where it is not. */
function engine(name: string, isWrong: (call: string) => boolean): Engine {
  return {
    name,
    standardOnly: false,
    run: async (_, calls) => calls.map(({ text }) => ({ value: isWrong(text) ? "wrong" : "" })),
    close: async () => undefined,
  };
}

const side = { encoding: "utf16", address: "i64", inPlace: true, lie: undefined } as const;
const strings = { kind: "list", element: { kind: "string" } } as const;
const GIVEN: Case = {
  seed: 1,
  standard: false,
  params: [
    { kind: "u8" },
    {
      kind: "record",
      fields: [
        { name: "a", type: { kind: "option", some: strings } },
        { name: "b", type: { kind: "s64" } },
      ],
    },
  ],
  from: "host",
  calls: [
    [1, { a: undefined, b: 3n }],
    [2, { a: ["plain", "some é in it", ""], b: 4n }],
  ],
  answer: undefined,
  caller: side,
  callee: side,
  broken: undefined,
  async: false,
};

test("a case becomes the smallest that fails", async () => {
  const shrunk = await shrink(VALUE_CASES, GIVEN, [engine("one", () => false), engine("other", (call) => call.includes("é"))]);
  assert.deepEqual(shrunk!.given.params, [{ kind: "string" }]);
  assert.deepEqual(shrunk!.given.calls, [["é"]]);
  assert.deepEqual(shrunk!.given.caller, { encoding: "utf8", address: "i32", inPlace: false, lie: undefined });
  assert.match(shrunk!.disagreement.report, /one: \n {2}other: wrong/);
});

test("what does not fail alone is no smaller case", async () => {
  assert.equal(await shrink(VALUE_CASES, GIVEN, [engine("one", () => false), engine("other", () => false)]), undefined);
});

test("a finding has its seed, and a component", async () => {
  const seeds: number[] = [];
  const always = [engine("one", () => true)];
  const sums = await judgeSeeds(
    { ...VALUE_CASES, random: (seed) => ({ ...GIVEN, seed }) },
    { from: 7, to: 9, engines: always },
    ({ seed, component, text }) => {
      seeds.push(seed);
      assert.deepEqual([...component.subarray(0, 4)], [0, 0x61, 0x73, 0x6d]);
      assert.match(text, /one: wrong/);
    },
  );
  assert.deepEqual(seeds, [7, 8]);
  assert.equal(sums.bad, 2);
});

test("a case is the same each time", () => {
  for (const seed of [1, 2, 3, 4]) {
    assert.deepEqual(build([VALUE_CASES.random(seed)]), build([VALUE_CASES.random(seed)]));
    assert.deepEqual(expected(VALUE_CASES.random(seed)), expected(VALUE_CASES.random(seed)));
  }
});
