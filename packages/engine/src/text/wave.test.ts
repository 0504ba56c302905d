import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { camelCase } from "../abi/label.ts";
import type { ComponentError } from "../diagnostics/component-error.ts";
import type { FuncType, PrimitiveKind, ValueType } from "../types/component-types.ts";
import { parseCall, parseCallName, parseValue, printValue } from "./wave.ts";

const of = (kind: PrimitiveKind): ValueType => ({ kind });
const list = (element: ValueType, length?: number): ValueType => ({ kind: "list", element, ...(length === undefined ? {} : { length }) });
const option = (some: ValueType): ValueType => ({ kind: "option", some });
const result = (ok?: ValueType, err?: ValueType): ValueType => ({ kind: "result", ok, err });
const record = (fields: Record<string, ValueType>): ValueType => ({ kind: "record", fields: Object.entries(fields).map(([name, type]) => ({ name, type })) });
const variant = (cases: Record<string, ValueType | undefined>): ValueType => ({
  kind: "variant",
  cases: Object.entries(cases).map(([name, type]) => ({ name, type })),
});
const u8 = of("u8");
const u32 = of("u32");
const s64 = of("s64");
const f32 = of("f32");
const f64 = of("f64");
const string = of("string");
const char = of("char");
const item = record({ name: string, "is-new": option(of("bool")), score: option(f64) });
const shape = variant({ circle: f64, none: undefined, ok: u32 });
const access: ValueType = { kind: "flags", labels: ["read-all", "write", "none"] };
const answer: ValueType = { kind: "enum", labels: ["yes", "none", "HTTP-2x"] };

/** Texts as they are printed. */
const printed: ReadonlyArray<[ValueType, unknown, string]> = [
  [of("bool"), true, "true"],
  [of("s8"), -128, "-128"],
  [s64, -9223372036854775808n, "-9223372036854775808"],
  [of("u64"), 18446744073709551615n, "18446744073709551615"],
  [f64, 1.5, "1.5"],
  [f64, -0, "-0"],
  [f64, 1e21, "1000000000000000000000"],
  [f64, 1.25e-7, "0.000000125"],
  [f64, 0.1, "0.1"],
  [f64, 123456.789, "123456.789"],
  [f32, Math.fround(0.1), "0.1"],
  [f32, Math.fround(3.4028235e38), `34028235${"0".repeat(31)}`],
  [f32, Math.fround(1.4e-45), `0.${"0".repeat(44)}1`],
  [f32, 16777216, "16777216"],
  [f64, Number.NaN, "nan"],
  [f64, Number.POSITIVE_INFINITY, "inf"],
  [f32, Number.NEGATIVE_INFINITY, "-inf"],
  [char, "'", "'\\''"],
  [char, "☃", "'☃'"],
  [char, "\u0301", "'\\u{301}'"],
  [string, "a\"\\\n\t\r'", '"a\\"\\\\\\n\\t\\r\\\'"'],
  [string, "\0\u200b\u{1f600} ", '"\\u{0}\\u{200b}\u{1f600} "'],
  [string, "\ud800", '"\ufffd"'],
  [list(u8), Uint8Array.of(1, 2), "[1, 2]"],
  [list(list(string)), [[], ["a"]], '[[], ["a"]]'],
  [list(u32, 2), Uint32Array.of(1, 2), "[1, 2]"],
  [{ kind: "map", key: string, value: u32 }, new Map([["a", 1]]), '[("a", 1)]'],
  [{ kind: "tuple", types: [u8] }, [1], "(1)"],
  [item, { name: "a", isNew: undefined, score: 0.5 }, '{name: "a", score: some(0.5)}'],
  [record({ a: option(u8) }), { a: undefined }, "{:}"],
  [shape, { tag: "circle", val: 1 }, "circle(1)"],
  [shape, { tag: "none" }, "%none"],
  [shape, { tag: "ok", val: 1 }, "%ok(1)"],
  [answer, "none", "%none"],
  [answer, "HTTP-2x", "HTTP-2x"],
  [access, { readAll: true, write: false, none: true }, "{read-all, none}"],
  [access, { readAll: false, write: false, none: false }, "{}"],
  [option(u8), undefined, "none"],
  [option(u8), 3, "some(3)"],
  [option(option(u8)), { tag: "none" }, "none"],
  [option(option(u8)), { tag: "some", val: undefined }, "some(none)"],
  [option(option(u8)), { tag: "some", val: 3 }, "some(some(3))"],
  [result(), { tag: "ok" }, "ok"],
  [result(u8, string), { tag: "err", val: "no" }, 'err("no")'],
  [result(u8, string), { tag: "ok", val: 1 }, "ok(1)"],
];
for (const [type, value, text] of printed) {
  test(`prints and parses ${text}`, () => {
    assert.equal(printValue(value, type), text);
    assert.deepEqual(parseValue(text, type), text === '"\ufffd"' ? "\ufffd" : value);
  });
}

/** Texts that are read, though not printed so. */
const parsed: ReadonlyArray<[ValueType, string, unknown]> = [
  [u8, " 1 // one\n", 1],
  [of("s8"), "-0", 0],
  [f64, "1e3", 1000],
  [f32, "0.1", Math.fround(0.1)],
  [char, "'\\u{1F600}'", "\u{1f600}"],
  [string, '"\\u{61}\\\'"', "a'"],
  [list(u8), "[1, 2,]", Uint8Array.of(1, 2)],
  [item, '{score: 1, %name: "x",}', { name: "x", isNew: undefined, score: 1 }],
  [record({ none: option(u8) }), "{none: none}", { none: undefined }],
  [access, "{%none, write,}", { readAll: false, write: true, none: true }],
  [option(string), '"x"', "x"],
  [result(u8), "1", { tag: "ok", val: 1 }],
  [list(option(u8)), "[1, none, some(2)]", [1, undefined, 2]],
  [answer, "%yes", "yes"],
  [string, '"""\n"""', ""],
  [string, '"""\n  a\n   b\\u{21}\r\n  """', "a\n b!"],
  [string, '"""\r\nline \\r\n""\\""\n"""', 'line \r\n""""'],
];
for (const [type, text, value] of parsed) {
  test(`parses ${JSON.stringify(text)}`, () => assert.deepEqual(parseValue(text, type), value));
}

const refused: ReadonlyArray<[ValueType, string, string, RegExp]> = [
  [u8, "256", "call/type-mismatch", /expected `u8`, found `256` at character 1/],
  [u8, "-1", "call/type-mismatch", /`u8`/],
  [u8, "1.0", "call/type-mismatch", /`u8`/],
  [u8, "nan", "call/type-mismatch", /`u8`/],
  [s64, "9223372036854775808", "call/type-mismatch", /`s64`/],
  [u8, "01", "text/invalid-wave", /expected nothing more, found `1` at character 2/],
  [u8, "", "call/type-mismatch", /found the end/],
  [char, "'ab'", "call/type-mismatch", /`char`/],
  [char, "''", "call/type-mismatch", /`char`/],
  [char, "'\\u{d800}'", "text/invalid-wave", /escape at character 2/],
  [string, '"\\q"', "text/invalid-wave", /escape at character 2/],
  [string, '"\\u{110000}"', "text/invalid-wave", /escape/],
  [string, '"a\nb"', "text/invalid-wave", /starts no value at character 1/],
  [string, '"""a\n"""', "text/invalid-wave", /line break/],
  [string, '"""\na\n  """', "text/invalid-wave", /indented.* at line 2, character 1/],
  [string, '"""\n  a"""', "text/invalid-wave", /only spaces/],
  [list(u8), "[1, 2", "text/invalid-wave", /expected `\]`, found the end at character 6/],
  [list(u8), "[1,\n  x]", "call/type-mismatch", /found `x` at line 2, character 3/],
  [list(u8, 2), "[1]", "call/type-mismatch", /expected `list<u8, 2>`, found 1 elements/],
  [{ kind: "tuple", types: [u8, u8] }, "(1)", "call/type-mismatch", /tuple<u8, u8>/],
  [{ kind: "tuple", types: [u8] }, "(1, 2)", "call/type-mismatch", /tuple<u8>/],
  [item, "{}", "call/type-mismatch", /field `name: string` of `record .*` is missing/],
  [item, "{nom: 1}", "call/type-mismatch", /found `nom`/],
  [item, '{name: "", name: ""}', "text/invalid-wave", /`name` only once/],
  [access, "{write, write}", "text/invalid-wave", /`write` only once/],
  [shape, "none", "call/type-mismatch", /write `%none`/],
  [shape, "circle", "text/invalid-wave", /expected `\(`, found the end/],
  [shape, "%none(1)", "text/invalid-wave", /nothing more/],
  [answer, "no", "call/type-mismatch", /enum \{ yes, none, HTTP-2x \}/],
  [option(option(u8)), "1", "call/type-mismatch", /option<option<u8>>/],
  [result(undefined, u8), "1", "call/type-mismatch", /result<_, u8>/],
  [of("bool"), "1", "call/type-mismatch", /`bool`/],
  [{ kind: "stream", element: u8 }, "[]", "call/type-mismatch", /`stream<u8>`, which can't be written/],
];
for (const [type, text, code, message] of refused) {
  test(`refuses ${JSON.stringify(text)} as ${type.kind}`, () => {
    assert.throws(
      () => parseValue(text, type),
      (error: ComponentError) => error.code === code && message.test(error.message),
    );
  });
}

const func = (...types: ValueType[]): FuncType => ({
  kind: "func",
  async: false,
  params: types.map((type, i) => ({ name: `p${i}`, type })),
  result: undefined,
});
test("reads the arguments of a call", () => {
  assert.equal(parseCallName(' demo:poly/api@0.1.0.greet ("x")').name, "demo:poly/api@0.1.0.greet");
  assert.deepEqual(parseCall("f()", func()), []);
  assert.deepEqual(parseCall('f("x", ["y"],)', func(string, list(string))), ["x", ["y"]]);
});
test("leaves out options at the end", () => assert.deepEqual(parseCall("f(1)", func(u8, option(u8), option(option(u8)))), [1, undefined, { tag: "none" }]));
const badCalls: ReadonlyArray<[string, FuncType, RegExp]> = [
  ["f", func(), /`f` is no call; write it as `name\(argument, ...\)`/],
  ["f(1)", func(), /expected 0 arguments, found `1` at character 3/],
  ["f(1, 2)", func(u8), /expected 1 argument, found `2`/],
  ["f(1)", func(u8, u8), /expected argument `p1: u8`/],
  ["f(1) 2", func(u8), /nothing more/],
];
for (const [text, type, message] of badCalls) test(`refuses the call ${text}`, () => assert.throws(() => parseCall(text, type), message));

// ---------------------------------------------------------------- parse(print(v)) = v
interface Typed {
  readonly type: ValueType;
  readonly value: fc.Arbitrary<unknown>;
}
const typedArray: Readonly<Record<string, { from(values: never[]): unknown }>> = {
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
};
const scalar = fc.string({ unit: "binary", minLength: 1, maxLength: 1 });
const primitives: readonly Typed[] = [
  { type: of("bool"), value: fc.boolean() },
  { type: u8, value: fc.integer({ min: 0, max: 255 }) },
  { type: of("s16"), value: fc.integer({ min: -32768, max: 32767 }) },
  { type: u32, value: fc.integer({ min: 0, max: 2 ** 32 - 1 }) },
  { type: s64, value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
  { type: f32, value: fc.float() },
  { type: f64, value: fc.double() },
  { type: char, value: scalar },
  { type: string, value: fc.string({ unit: "binary" }) },
];
const labels = fc.uniqueArray(fc.stringMatching(/^([a-z][a-z0-9]{0,4}|some|none|ok|err|inf|nan|true)(-[A-Z]{1,2})?$/), {
  minLength: 1,
  maxLength: 4,
  selector: camelCase,
});
const typed = fc.letrec<{ any: Typed }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(...primitives),
    tie("any").map(({ type, value }) => ({
      type: list(type),
      value: fc.array(value, { maxLength: 4 }).map((values) => typedArray[type.kind]?.from(values as never[]) ?? values),
    })),
    fc
      .array(tie("any"), { minLength: 1, maxLength: 3 })
      .map((all) => ({ type: { kind: "tuple", types: all.map((one) => one.type) } as ValueType, value: fc.tuple(...all.map((one) => one.value)) })),
    tie("any").map(({ type, value }) => ({
      type: option(type),
      value:
        type.kind === "option"
          ? fc.oneof(
              fc.constant({ tag: "none" }),
              value.map((val) => ({ tag: "some", val })),
            )
          : fc.option(value, { nil: undefined }),
    })),
    fc.tuple(tie("any"), tie("any")).map(([ok, err]) => ({
      type: result(ok.type, err.type),
      value: fc.oneof(
        ok.value.map((val) => ({ tag: "ok", val })),
        err.value.map((val) => ({ tag: "err", val })),
      ),
    })),
    fc.tuple(labels, fc.array(tie("any"), { minLength: 4, maxLength: 4 })).map(([names, all]) => ({
      type: record(Object.fromEntries(names.map((name, i) => [name, all[i]!.type]))),
      value: fc.record(Object.fromEntries(names.map((name, i) => [camelCase(name), all[i]!.value]))).map((value) => ({ ...value })),
    })),
    fc.tuple(labels, tie("any")).map(([names, payload]) => ({
      type: variant(Object.fromEntries(names.map((name, i) => [name, i % 2 === 0 ? payload.type : undefined]))),
      value: fc.oneof(...names.map((tag, i) => (i % 2 === 0 ? payload.value.map((val) => ({ tag, val })) : fc.constant({ tag })))),
    })),
    labels.map((names) => ({ type: { kind: "enum", labels: names } as ValueType, value: fc.constantFrom(...names) })),
    labels.map((names) => ({
      type: { kind: "flags", labels: names } as ValueType,
      value: fc.record(Object.fromEntries(names.map((name) => [camelCase(name), fc.boolean()]))).map((value) => ({ ...value })),
    })),
    tie("any").map(({ type, value }) => ({
      type: { kind: "map", key: string, value: type } as ValueType,
      value: fc.array(fc.tuple(fc.string(), value), { maxLength: 3 }).map((pairs) => new Map(pairs)),
    })),
  ),
})).any;

test("what is printed is read back", () => {
  const pair = typed.chain(({ type, value }) => fc.record({ type: fc.constant(type), value }));
  fc.assert(
    fc.property(pair, ({ type, value }) => assert.deepEqual(parseValue(printValue(value, type), type), value)),
    { numRuns: 500 },
  );
});

test("any text gives a value or an error of ours", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[{}()[\],:'"\\%a-z0-9. \n/-]{0,20}$/));
  fc.assert(
    fc.property(text, typed, (input, { type }) => {
      try {
        parseValue(input, type);
      } catch (error) {
        assert.match((error as ComponentError).code ?? String(error), /^(text|call)\//);
      }
    }),
    { numRuns: 500 },
  );
});
