/** What the tests of states share: types of all kinds, values of them, types of a later version, and what a value of a type looks like. */
import assert from "node:assert/strict";
import type { PrimitiveKind, ValueType } from "@tenon/engine";
import { camelCase } from "@tenon/engine/wave";
import fc from "fast-check";
import { NUMBER_ARRAYS } from "./exact-number.ts";

export const plain = (kind: PrimitiveKind): ValueType => ({ kind });
export const list = (element: ValueType, length?: number): ValueType => (length === undefined ? { kind: "list", element } : { kind: "list", element, length });
export const option = (some: ValueType): ValueType => ({ kind: "option", some });
export const tuple = (...types: ValueType[]): ValueType => ({ kind: "tuple", types });
export const map = (key: ValueType, value: ValueType): ValueType => ({ kind: "map", key, value });
export const enumOf = (...labels: string[]): ValueType => ({ kind: "enum", labels });
export const flags = (...labels: string[]): ValueType => ({ kind: "flags", labels });
export const record = (fields: Readonly<Record<string, ValueType>>): ValueType => ({ kind: "record", fields: named(fields) as never });
export const variant = (cases: Readonly<Record<string, ValueType | undefined>>): ValueType => ({ kind: "variant", cases: named(cases) });
export const result = (ok?: ValueType, err?: ValueType): ValueType => ({ kind: "result", ok, err });

const named = (members: Readonly<Record<string, ValueType | undefined>>) => Object.entries(members).map(([name, type]) => ({ name, type }));

const LABELS = ["a", "b-c", "constructor", "then", "to-string", "x1"];
const NUMBERS: readonly PrimitiveKind[] = ["u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64"];

/** Types of states, with few parts. */
export const types: fc.Arbitrary<ValueType> = fc.letrec<{ type: ValueType }>((tie) => {
  const labelled = <T>(of: fc.Arbitrary<T>) =>
    fc.array(of, { minLength: 1, maxLength: 5 }).map((all) => Object.fromEntries(all.map((one, i) => [LABELS[i]!, one])));
  const inner = fc.option(tie("type"), { nil: undefined });
  return {
    type: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      fc.constantFrom(...NUMBERS, "bool" as const, "string" as const, "char" as const).map(plain),
      tie("type").map((type) => list(type)),
      fc.tuple(tie("type"), fc.integer({ min: 1, max: 3 })).map(([type, length]) => list(type, length)),
      labelled(tie("type")).map(record),
      labelled(inner).map(variant),
      fc.array(tie("type"), { minLength: 1, maxLength: 3 }).map((all) => tuple(...all)),
      tie("type").map(option),
      fc.tuple(inner, inner).map(([ok, err]) => result(ok, err)),
      fc.tuple(fc.constantFrom(plain("string"), plain("u8")), tie("type")).map(([key, value]) => map(key, value)),
      fc.integer({ min: 1, max: LABELS.length }).map((count) => flags(...LABELS.slice(0, count))),
      fc.integer({ min: 1, max: LABELS.length }).map((count) => enumOf(...LABELS.slice(0, count))),
    ),
  };
}).type;

/** Values of a type, as functions of components give them. */
export function values(type: ValueType): fc.Arbitrary<unknown> {
  const object = (entries: readonly (readonly [string, fc.Arbitrary<unknown>])[]) =>
    fc.tuple(...entries.map(([, value]) => value)).map((all) => Object.fromEntries(all.map((one, i) => [camelCase(entries[i]![0]), one])));
  const cases = (all: readonly (readonly [string, ValueType | undefined])[]) =>
    fc.oneof(...all.map(([tag, payload]) => (payload === undefined ? fc.constant({ tag }) : values(payload).map((val) => ({ tag, val })))));
  const bits = Number(type.kind.slice(1));
  switch (type.kind) {
    case "bool":
      return fc.boolean();
    case "u8":
    case "u16":
    case "u32":
      return fc.integer({ min: 0, max: 2 ** bits - 1 });
    case "s8":
    case "s16":
    case "s32":
      return fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
    case "u64":
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case "s64":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "f32":
      return fc.float();
    case "f64":
      return fc.oneof(fc.double(), fc.integer());
    case "char":
      return fc.string({ unit: "binary", minLength: 1, maxLength: 1 });
    case "string":
      return fc.string();
    case "list": {
      const Numbers = NUMBER_ARRAYS.get(type.element.kind) as unknown as { from(all: readonly unknown[]): unknown } | undefined;
      const size = type.length === undefined ? { maxLength: 3 } : { minLength: type.length, maxLength: type.length };
      return fc.array(values(type.element), size).map((all) => Numbers?.from(all) ?? all);
    }
    case "map":
      return fc.array(fc.tuple(values(type.key), values(type.value)), { maxLength: 3 }).map((pairs) => new Map(pairs));
    case "record":
      return object(type.fields.map((field) => [field.name, values(field.type)]));
    case "tuple":
      return fc.tuple(...type.types.map(values));
    case "flags":
      return object(type.labels.map((label) => [label, fc.boolean()]));
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
      if (type.some.kind !== "option") return fc.option(values(type.some), { nil: undefined });
      return cases([
        ["none", undefined],
        ["some", type.some],
      ]);
    default:
      throw new Error(type.kind);
  }
}

/** Types that a later version might have in the place of `type`: one thing of it is other. */
export function later(type: ValueType): fc.Arbitrary<ValueType> {
  const inside: fc.Arbitrary<ValueType>[] = [];
  switch (type.kind) {
    case "record":
      inside.push(
        types.map((added) => ({ ...type, fields: [...type.fields, { name: "gained", type: added }] })),
        fc.constant(type.fields.length > 1 ? { ...type, fields: type.fields.toReversed().slice(1) } : option(type)),
        fc
          .nat(type.fields.length - 1)
          .chain((at) => later(type.fields[at]!.type).map((next) => ({ ...type, fields: type.fields.with(at, { name: type.fields[at]!.name, type: next }) }))),
      );
      break;
    case "variant":
      inside.push(
        fc.option(types, { nil: undefined }).map((added) => ({ ...type, cases: [{ name: "gained", type: added }, ...type.cases] })),
        fc.option(types, { nil: undefined }).map((other) => ({ ...type, cases: type.cases.with(0, { name: type.cases[0]!.name, type: other }) })),
        fc.constant(type.cases.length > 1 ? { ...type, cases: type.cases.slice(1) } : option(type)),
      );
      break;
    case "tuple":
      inside.push(
        types.map((added) => tuple(...type.types, added)),
        later(type.types[0]!).map((next) => tuple(next, ...type.types.slice(1))),
      );
      break;
    case "list":
      inside.push(
        later(type.element).map((next) => list(next, type.length)),
        fc.integer({ min: 1, max: 3 }).map((length) => list(type.element, length)),
      );
      break;
    case "option":
      inside.push(fc.constant(type.some), later(type.some).map(option));
      break;
    case "map":
      inside.push(later(type.value).map((next) => map(type.key, next)));
      break;
    case "enum":
      inside.push(
        fc.constant(enumOf("gained", ...type.labels.slice(1))),
        fc.constant(variant(Object.fromEntries(type.labels.map((label) => [label, undefined])))),
      );
      break;
    case "flags":
      inside.push(fc.constant(flags("gained", ...type.labels.slice(1))));
      break;
    case "result":
      inside.push(fc.constant(result(type.err, type.ok)));
      break;
    default:
      inside.push(fc.constantFrom(...NUMBERS, "string" as const).map(plain));
  }
  return fc.oneof(...inside, fc.constant(option(type)), types);
}

/** Fails when `value` is not just as a function of a component takes and gives it. */
export function assertIs(type: ValueType, value: unknown): void {
  const object = (keys: readonly string[]) => assert.deepEqual(Object.keys(value as object).sort(), keys.map(camelCase).sort());
  const oneOf = (cases: readonly { readonly name: string; readonly type: ValueType | undefined }[]) => {
    const { tag, val } = value as { readonly tag: string; readonly val?: unknown };
    const found = cases.find(({ name }) => name === tag);
    assert.ok(found !== undefined, `no case ${tag}`);
    if (found.type === undefined) assert.deepEqual(value, { tag });
    else assertIs(found.type, val);
  };
  const bits = Number(type.kind.slice(1));
  switch (type.kind) {
    case "u8":
    case "u16":
    case "u32":
      assert.ok(Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** bits, `${value} as ${type.kind}`);
      break;
    case "s8":
    case "s16":
    case "s32":
      assert.ok(Number.isInteger(value) && Math.abs((value as number) + 0.5) < 2 ** (bits - 1), `${value} as ${type.kind}`);
      break;
    case "u64":
      assert.equal(BigInt.asUintN(64, value as bigint), value);
      break;
    case "s64":
      assert.equal(BigInt.asIntN(64, value as bigint), value);
      break;
    case "f32":
      assert.equal(Math.fround(value as number), value);
      break;
    case "f64":
      assert.equal(typeof value, "number");
      break;
    case "bool":
      assert.equal(typeof value, "boolean");
      break;
    case "char":
      assert.equal([...(value as string)].length, 1);
      break;
    case "string":
      assert.equal(typeof value, "string");
      break;
    case "list": {
      const Numbers = NUMBER_ARRAYS.get(type.element.kind);
      assert.ok(Numbers === undefined ? Array.isArray(value) : value instanceof Numbers, "a list");
      const all = value as ArrayLike<unknown>;
      if (type.length !== undefined) assert.equal(all.length, type.length);
      for (let i = 0; i < all.length; i++) assertIs(type.element, all[i]);
      break;
    }
    case "map":
      for (const [key, each] of value as Map<unknown, unknown>) assertIs(tuple(type.key, type.value), [key, each]);
      break;
    case "record":
      object(type.fields.map(({ name }) => name));
      for (const field of type.fields) assertIs(field.type, (value as Record<string, unknown>)[camelCase(field.name)]);
      break;
    case "tuple":
      assert.equal((value as unknown[]).length, type.types.length);
      type.types.forEach((each, i) => {
        assertIs(each, (value as unknown[])[i]);
      });
      break;
    case "flags":
      object(type.labels);
      for (const flag of Object.values(value as object)) assert.equal(typeof flag, "boolean");
      break;
    case "enum":
      assert.ok(type.labels.includes(value as string), `${value}`);
      break;
    case "variant":
      oneOf(type.cases);
      break;
    case "result":
      oneOf([
        { name: "ok", type: type.ok },
        { name: "err", type: type.err },
      ]);
      break;
    case "option":
      if (type.some.kind === "option")
        oneOf([
          { name: "none", type: undefined },
          { name: "some", type: type.some },
        ]);
      else if (value !== undefined) assertIs(type.some, value);
      break;
    default:
      throw new Error(type.kind);
  }
}
