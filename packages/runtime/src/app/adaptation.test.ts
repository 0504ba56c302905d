import assert from "node:assert/strict";
import { test } from "node:test";
import type { ValueType } from "@tenon/engine";
import fc from "fast-check";
import { adaptationBetween, StateMisfit } from "./adaptation.ts";
import { assertIs, enumOf, flags, later, list, map, option, plain, record, result, tuple, types, values, variant } from "./test-states.ts";

const [bool, u8, u32, u64, s32, f32, f64, char, string] = (["bool", "u8", "u32", "u64", "s32", "f32", "f64", "char", "string"] as const).map(plain) as [
  ValueType, ValueType, ValueType, ValueType, ValueType, ValueType, ValueType, ValueType, ValueType,
]; // biome-ignore format: a list

test("a state of the same type stays the very same value, and nothing is said", () => {
  fc.assert(
    fc.property(
      types.chain((type) => fc.tuple(fc.constant(type), values(type))),
      ([type, value]) => {
        const { gained, lost, convert } = adaptationBetween(type, structuredClone(type));
        assert.deepEqual([gained, lost], [[], []]);
        assert.ok(Object.is(convert(value), value));
      },
    ),
  );
});

test("of a later type, it becomes a value of that type, or it is said why not", () => {
  let converted = 0;
  fc.assert(
    fc.property(
      types.chain((type) => fc.tuple(fc.constant(type), later(type), values(type))),
      ([from, to, value]) => {
        const before = structuredClone(value);
        try {
          assertIs(to, adaptationBetween(from, to).convert(value));
          converted += 1;
        } catch (error) {
          if (!(error instanceof StateMisfit)) throw error;
          assert.match(error.message, /^(?:the state|`.+`): [\s\S]+$/);
        }
        assert.deepEqual(value, before);
      },
    ),
    { numRuns: 1000 },
  );
  assert.ok(converted > 300, `${converted}`);
});

test("where nothing is said to be lost, the way there and back gives what was there", () => {
  fc.assert(
    fc.property(
      types.chain((type) => fc.tuple(fc.constant(type), later(type), values(type))),
      ([from, to, value]) => {
        let back: unknown;
        try {
          const there = adaptationBetween(from, to);
          if (there.lost.length > 0 || there.gained.some((note) => note.endsWith("where it was none"))) return;
          back = adaptationBetween(to, from).convert(there.convert(value));
        } catch (error) {
          if (error instanceof StateMisfit) return;
          throw error;
        }
        assert.deepEqual(back, value);
      },
    ),
    { numRuns: 1000 },
  );
});

const kept: readonly (readonly [name: string, from: ValueType, to: ValueType, value: unknown, expected: unknown, gained?: string[], lost?: string[]])[] = [
  [
    "fields that are gained start with defaults",
    record({ count: u32 }),
    record({ tags: list(string), count: u32, "last-word": string, note: option(u8), on: bool, big: u64, odds: tuple(u8, f32), mood: enumOf("calm", "wild") }),
    { count: 3 },
    { tags: [], count: 3, lastWord: "", note: undefined, on: false, big: 0n, odds: [0, 0], mood: "calm" },
    [
      "`tags` starts as an empty list",
      "`last-word` starts as an empty text",
      "`note` starts as none",
      "`on` starts as false",
      "`big` starts as 0",
      "`odds` starts as a tuple of defaults",
      "`mood` starts as `calm`, the first case",
    ],
  ],
  [
    "a field that has another name is lost and gained",
    record({ visits: u32, all: list(record({ word: string })) }),
    record({ count: u32, all: list(record({ text: string })) }),
    { visits: 3, all: [{ word: "a" }] },
    { count: 0, all: [{ text: "" }] },
    ["`count` starts as 0", "`all[].text` starts as an empty text"],
    ["`visits` is lost", "`all[].word` is lost"],
  ],
  ["bytes become wider numbers", list(u8), list(u64), Uint8Array.of(1, 255), BigUint64Array.of(1n, 255n)],
  ["a number that fits becomes narrower", record({ n: u64 }), record({ n: u8 }), { n: 255n }, { n: 255 }],
  ["a whole float becomes an integer", f64, s32, -7, -7],
  ["an option takes what was there", record({ n: u8 }), record({ n: option(option(u8)) }), { n: 1 }, { n: { tag: "some", val: 1 } }],
  ["what was none becomes the default", record({ n: option(string) }), record({ n: string }), { n: undefined }, { n: "" }, ["`n` is an empty text where it was none"]],
  ["a case gains a payload", variant({ a: undefined }), variant({ b: undefined, a: u8 }), { tag: "a" }, { tag: "a", val: 0 }, ["`a` starts as 0"]],
  ["a case loses its payload", variant({ a: u8 }), variant({ a: undefined }), { tag: "a", val: 1 }, { tag: "a" }, [], ["what `a` holds is lost"]],
  ["an enum becomes a variant", enumOf("a", "b"), variant({ b: undefined, a: undefined }), "b", { tag: "b" }],
  ["flags come and go", flags("a-b", "c"), flags("a-b", "d"), { aB: true, c: true }, { aB: true, d: false }, ["`d` starts as false"], ["`c` is lost"]],
  ["a result is two cases", result(u8), result(u32, string), { tag: "ok", val: 1 }, { tag: "ok", val: 1 }, ["`err` starts as an empty text"]],
  ["values of maps are converted", map(string, u8), map(string, f64), new Map([["a", 1]]), new Map([["a", 1]])],
  ["a list of fixed length has as many defaults", record({}), record({ all: list(u8, 3), each: list(list(bool), 2) }), {}, { all: new Uint8Array(3), each: [[], []] }, ["`all` starts as 3 times 0", "`each` starts as 2 times an empty list"]],
  ["a character becomes a text", char, string, "é", "é"],
]; // biome-ignore format: a table
for (const [name, from, to, value, expected, gained = [], lost = []] of kept) {
  test(name, () => {
    const adaptation = adaptationBetween(from, to);
    assert.deepEqual(adaptation.convert(value), expected);
    assert.deepEqual([adaptation.gained, adaptation.lost], [gained, lost]);
  });
}

const resource = { kind: "resource", identity: { name: "file", rep: undefined } } as const;
const refused: readonly (readonly [name: string, from: ValueType, to: ValueType, value: unknown, message: string])[] = [
  ["a text is no number", record({ n: string }), record({ n: u8 }), { n: "1" }, "`n`: string can't become u8"],
  ["a number is no text", u8, string, 1, "the state: u8 can't become string"],
  ["nor is a record a list", record({ n: string }), list(string), { n: "1" }, "the state: record { n: string } can't become list<string>"],
  ["a number too large", record({ all: list(record({ n: u32 })) }), record({ all: list(record({ n: u8 })) }), { all: [{ n: 1 }, { n: 300 }] }, "`all[1].n`: 300 is no u8"],
  ["bytes too large", list(s32), list(u8), Int32Array.of(1, -1), "`[1]`: -1 is no u8"],
  ["a number between two floats", u64, f64, 2n ** 53n + 1n, "the state: 9007199254740993 is no f64"],
  ["minus nothing", f64, s32, -0, "the state: -0 is no s32"],
  ["a case that is gone", record({ mood: enumOf("calm", "wild") }), record({ mood: enumOf("calm") }), { mood: "wild" }, "`mood`: it is `wild`, which is no case any more"],
  ["a variant's too", variant({ a: u8, b: u8 }), variant({ b: u8 }), { tag: "a", val: 1 }, "the state: it is `a`, which is no case any more"],
  ["a payload that does not fit", variant({ a: u32 }), variant({ a: u8 }), { tag: "a", val: 256 }, "`a`: 256 is no u8"],
  ["a handle", record({ open: { kind: "own", resource } }), record({ open: { kind: "own", resource } }), {}, "`open`: file belongs to the instance that has it, and can't be handed over"],
  ["a character without a default", record({}), record({ c: char }), {}, "`c`: it is new, and char has no default"],
  ["none, without a default", option(char), char, undefined, "the state: it is none, and char has no default"],
  ["a default of very many values", record({}), record({ all: list(list(u8, 400), 400) }), {}, "`all`: it is new, and list<list<u8, 400>, 400> has no default"],
  ["also in a tuple", record({}), record({ all: tuple(list(u8, 60_000), list(string, 60_000)) }), {}, "`all`: it is new, and tuple<list<u8, 60000>, list<string, 60000>> has no default"],
  ["a list of another length", list(u8, 2), list(u8, 3), Uint8Array.of(1, 2), "the state: it has 2 elements, and 3 are wanted"],
  ["a value of a map", map(string, u32), map(string, u8), new Map([["a", 1], ["b", 256]]), "`[1]`: 256 is no u8"],
]; // biome-ignore format: a table
for (const [name, from, to, value, message] of refused) {
  test(`refuses ${name}`, () => {
    assert.throws(() => adaptationBetween(from, to).convert(value), { name: "StateMisfit", message });
  });
}

test("bytes that stay bytes are not copied, however deep", () => {
  const bytes = new Uint8Array(1024);
  const { convert } = adaptationBetween(record({ page: record({ bytes: list(u8) }) }), record({ page: record({ bytes: list(u8) }), title: string }));
  const { page } = convert({ page: { bytes } }) as { page: { bytes: Uint8Array } };
  assert.equal(page.bytes, bytes);
});

test("of very many fields, a hundred are told", () => {
  const fields = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`f${i}`, u8]));
  const { gained } = adaptationBetween(record({}), record(fields));
  assert.equal(gained.length, 101);
  assert.equal(gained.at(-1), "and more of the kind");
});
