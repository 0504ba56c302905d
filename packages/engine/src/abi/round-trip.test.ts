import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ValueType } from "../types/component-types.ts";
import { alignTo } from "./codec.ts";
import {
  bool,
  char,
  codecOf,
  enums,
  f32,
  f64,
  flags,
  list,
  manyCases,
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

const labels = ["a", "b-c", "constructor", "then", "to-string", "x1", "value-of"];

/** Types with few parts, of all kinds. */
const types: fc.Arbitrary<ValueType> = fc.letrec<{ type: ValueType }>((tie) => {
  const scalar = fc.constantFrom(bool, u8, s8, u16, s16, u32, s32, u64, s64, f32, f64, char, string, string);
  const inner = fc.option(tie("type"), { nil: undefined });
  const named = <T>(of: fc.Arbitrary<T>) =>
    fc.array(of, { minLength: 1, maxLength: 5 }).map((all) => Object.fromEntries(all.map((one, i) => [labels[i]!, one])));
  return {
    type: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      scalar,
      tie("type").map((type) => list(type)),
      fc.tuple(tie("type"), fc.integer({ min: 1, max: 5 })).map(([type, length]) => list(type, length)),
      named(tie("type")).map(record),
      named(inner).map(variant),
      fc.array(tie("type"), { minLength: 1, maxLength: 4 }).map((all) => tuple(...all)),
      tie("type").map(option),
      fc.tuple(inner, inner).map(([ok, err]) => result(ok, err)),
      fc.tuple(fc.constantFrom(string, u8, char, s64), tie("type")).map(([key, value]) => map(key, value)),
      fc.integer({ min: 1, max: 7 }).map((count) => flags(...labels.slice(0, count))),
      fc.constantFrom(enums("a", "b"), manyCases(300)),
    ),
  };
}).type;

const camel = new Map([["b-c", "bC"], ["to-string", "toString"], ["value-of", "valueOf"]]); // biome-ignore format: as a table
const key = (label: string) => camel.get(label) ?? label;
const arrays: Record<string, { from(values: unknown[]): unknown }> = {
  u8: Uint8Array,
  s8: Int8Array,
  u16: Uint16Array,
  s16: Int16Array,
  u32: Uint32Array,
  s32: Int32Array,
  u64: BigUint64Array,
  s64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
} as never;

/** Values of a type, as lifting gives them. */
function values(type: ValueType): fc.Arbitrary<unknown> {
  const listOf = (element: ValueType, length?: number) =>
    fc
      .array(values(element), length === undefined ? { maxLength: 4 } : { minLength: length, maxLength: length })
      .map((all) => arrays[element.kind]?.from(all) ?? all);
  const object = (entries: [string, fc.Arbitrary<unknown>][]) =>
    fc.tuple(...entries.map(([, value]) => value)).map((all) => Object.fromEntries(all.map((one, i) => [entries[i]![0], one])));
  const cases = (all: readonly (readonly [string, ValueType | undefined])[]) =>
    fc.oneof(...all.map(([tag, payload]) => (payload === undefined ? fc.constant({ tag }) : values(payload).map((val) => ({ tag, val })))));
  switch (type.kind) {
    case "bool":
      return fc.boolean();
    case "u8":
    case "u16":
    case "u32":
      return fc.integer({ min: 0, max: 2 ** Number(type.kind.slice(1)) - 1 });
    case "s8":
    case "s16":
    case "s32":
      return fc.integer({ min: -(2 ** (Number(type.kind.slice(1)) - 1)), max: 2 ** (Number(type.kind.slice(1)) - 1) - 1 });
    case "u64":
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case "s64":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "f32":
      return fc.float();
    case "f64":
      return fc.double();
    case "char":
      return fc.string({ unit: "binary", minLength: 1, maxLength: 1 });
    case "string":
      return fc.oneof(fc.string(), fc.string({ unit: "binary" }));
    case "list":
      return listOf(type.element, type.length);
    case "map":
      return fc.array(fc.tuple(values(type.key), values(type.value)), { maxLength: 3 }).map((pairs) => new Map(pairs));
    case "record":
      return object(type.fields.map((field) => [key(field.name), values(field.type)]));
    case "tuple":
      return fc.tuple(...type.types.map(values));
    case "flags":
      return object(type.labels.map((label) => [key(label), fc.boolean()]));
    case "enum":
      return fc.constantFrom(...type.labels);
    case "variant":
      return cases(type.cases.map((one) => [one.name, one.type] as const));
    case "result":
      return cases([
        ["ok", type.ok],
        ["err", type.err],
      ]);
    case "option":
      if (type.some.kind === "option") return cases([["none", undefined], ["some", type.some]]); // biome-ignore format: as a table
      return fc.option(values(type.some), { nil: undefined });
    default:
      throw new Error(type.kind);
  }
}

const typed = types.chain((type) => fc.tuple(fc.constant(type), values(type)));

for (const encoding of ["utf8", "utf16", "latin1+utf16"] as const) {
  for (const address of ["i32", "i64"] as const) {
    test(`what is lowered is lifted, and nothing else is written: ${encoding} ${address}`, () => {
      fc.assert(
        fc.property(typed, ([type, value]) => {
          const codec = codecOf(type, encoding, address);
          const guest = new TestGuest(address);
          const { cx } = guest;
          assert.equal(codec.accepts(cx, value), true);

          const at = alignTo(16, codec.align);
          const room = guest.next;
          guest.next = alignTo(at + codec.size, 8);
          guest.allow(at, at + codec.size);
          codec.store(cx, value, at);
          guest.checkGuards();
          cx.begin();
          assert.deepEqual(codec.load(cx, at), value);
          guest.next = Math.max(room, guest.next);

          if (codec.flat === undefined) return;
          cx.begin();
          codec.lowerFlat(cx, value);
          guest.checkGuards();
          assert.equal(cx.at, codec.flat.length);
          codec.flat.forEach((core, i) => {
            assert.equal(typeof cx.flat[i], core === "i64" ? "bigint" : "number");
          });
          cx.begin();
          assert.deepEqual(codec.liftFlat(cx), value);
          assert.equal(cx.at, codec.flat.length);
        }),
        { numRuns: 100 },
      );
    });
  }
}

test("between components values pass as they are", () => {
  fc.assert(
    fc.property(
      typed,
      fc.constantFrom("utf8", "utf16", "latin1+utf16" as const),
      fc.constantFrom("utf8", "utf16", "latin1+utf16" as const),
      ([type, value], from, to) => {
        const caller = new TestGuest("i64");
        const callee = new TestGuest("i32");
        const [wide, narrow] = [codecOf(type, from, "i64"), codecOf(type, to, "i32")];
        const [first, second] = [alignTo(16, wide.align), alignTo(16, narrow.align)];
        caller.next = alignTo(first + wide.size, 8);
        callee.next = alignTo(second + narrow.size, 8);
        wide.store(caller.cx, value, first);
        caller.cx.raw = callee.cx.raw = true;
        narrow.store(callee.cx, wide.load(caller.cx, first), second);
        callee.cx.raw = false;
        assert.deepEqual(narrow.load(callee.cx, second), value);
      },
    ),
    { numRuns: 200 },
  );
});

test("whatever the bytes are, loading gives a value or a trap", () => {
  fc.assert(
    fc.property(types, fc.uint8Array({ minLength: 64, maxLength: 64 }), fc.constantFrom("i32", "i64" as const), (type, bytes, address) => {
      const codec = codecOf(type, "utf8", address);
      const { cx } = new TestGuest(address);
      const pattern = bytes.map((byte, i) => (i % 4 === 0 ? byte : byte & 1));
      for (let at = 0; at < cx.bytes.length; at += 64) cx.bytes.set(pattern, at);
      try {
        codec.load(cx, cx.area(address === "i64" ? 0n : 0, codec.align, codec.size));
      } catch (error) {
        assert.match((error as { code: string }).code, /^trap\/(out-of-bounds|too-long|unaligned-pointer|invalid-(char|string|discriminant))$/);
      }
    }),
    { numRuns: 200 },
  );
});
