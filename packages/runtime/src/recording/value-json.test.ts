/** Every component value comes back from its JSON, also through text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ValueType } from "@tenon/engine";
import { camelCase } from "@tenon/engine/wave";
import fc from "fast-check";
import type { Json } from "../document/document.ts";
import { fromJson, type Handles, toJson } from "./value-json.ts";

const NONE: Handles = { numberOf: () => undefined, handleOf: () => undefined };

interface Sample {
  readonly type: ValueType;
  readonly values: fc.Arbitrary<unknown>;
}

const sample = (kind: string, values: fc.Arbitrary<unknown>): Sample => ({ type: { kind } as ValueType, values });
const LABELS = ["a", "b-c", "to-string", "constructor"];

const plain: readonly Sample[] = [
  sample("bool", fc.boolean()),
  sample("u8", fc.nat(255)),
  sample("s32", fc.integer()),
  sample("u64", fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  sample("s64", fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  sample("f64", fc.double()),
  sample(
    "f32",
    fc.float({ noNaN: false }).map((each) => Math.fround(each)),
  ),
  sample("char", fc.string({ unit: "binary", minLength: 1, maxLength: 1 })),
  sample("string", fc.string({ unit: "binary" })),
  { type: { kind: "enum", labels: LABELS } as ValueType, values: fc.constantFrom(...LABELS) },
  {
    type: { kind: "flags", labels: LABELS } as ValueType,
    values: fc.subarray(LABELS).map((set) => Object.fromEntries(LABELS.map((label) => [camelCase(label), set.includes(label)]))),
  },
  { type: { kind: "list", element: { kind: "u8" } } as ValueType, values: fc.uint8Array() },
];

const { any } = fc.letrec<{ any: Sample }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(...plain),
    tie("any").map(
      (some): Sample => ({
        type: { kind: "option", some: some.type },
        values:
          some.type.kind === "option"
            ? fc.option(some.values, { nil: NOTHING }).map((val) => (val === NOTHING ? { tag: "none" } : { tag: "some", val }))
            : fc.option(some.values, { nil: undefined }),
      }),
    ),
    tie("any").map(
      ({ type, values }): Sample => ({
        type: { kind: "list", element: type } as ValueType,
        values: type.kind === "u8" ? fc.uint8Array() : fc.array(values, { maxLength: 4 }),
      }),
    ),
    fc.array(tie("any"), { minLength: 1, maxLength: 4 }).map(
      (all): Sample => ({
        type: { kind: "tuple", types: all.map(({ type }) => type) } as ValueType,
        values: fc.tuple(...all.map(({ values }) => values)),
      }),
    ),
    fc.array(tie("any"), { minLength: 1, maxLength: LABELS.length }).map(
      (all): Sample => ({
        type: { kind: "record", fields: all.map(({ type }, i) => ({ name: LABELS[i]!, type })) } as ValueType,
        values: fc.tuple(...all.map(({ values }) => values)).map((each) => Object.fromEntries(each.map((value, i) => [camelCase(LABELS[i]!), value]))),
      }),
    ),
    fc.array(fc.option(tie("any"), { nil: undefined }), { minLength: 1, maxLength: LABELS.length }).map(
      (all): Sample => ({
        type: { kind: "variant", cases: all.map((each, i) => ({ name: LABELS[i]!, type: each?.type })) } as ValueType,
        values: fc.oneof(
          ...all.map((each, i) => (each === undefined ? fc.constant({ tag: LABELS[i]! }) : each.values.map((val) => ({ tag: LABELS[i]!, val })))),
        ),
      }),
    ),
    fc.tuple(tie("any"), fc.option(tie("any"), { nil: undefined })).map(
      ([ok, err]): Sample => ({
        type: { kind: "result", ok: ok.type, err: err?.type } as ValueType,
        values: fc.oneof(
          ok.values.map((val) => ({ tag: "ok", val })),
          err === undefined ? fc.constant({ tag: "err" }) : err.values.map((val) => ({ tag: "err", val })),
        ),
      }),
    ),
  ),
}));

const NOTHING = Symbol("nothing");

test("law: a value comes back from its JSON text", () => {
  const cases = any.chain(({ type, values }) => fc.tuple(fc.constant(type), values));
  fc.assert(
    fc.property(cases, ([type, value]) => {
      const text = JSON.stringify(toJson(value, type, NONE));
      assert.deepStrictEqual(fromJson(JSON.parse(text) as Json, type, NONE), value);
    }),
    { numRuns: 500 },
  );
});
