import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bool,
  char,
  enums,
  f32,
  flags,
  list,
  manyCases,
  map,
  option,
  record,
  result,
  s8,
  s16,
  string,
  tuple,
  u8,
  u16,
  u32,
  u64,
  variant,
} from "../abi/test-guest.ts";
import type { ValueType } from "../types/component-types.ts";
import { Layouts } from "../types/size.ts";
import { typeName } from "../types/type-name.ts";
import { AREA, type Case, type Options, same, WAYS, type World } from "./test-joint.ts";

const widths: readonly Options[] = [{ address: "i32" }, { address: "i64" }];
const address = ({ address }: Options, value: number): number | bigint => (address === "i64" ? BigInt(value) : value | 0);
const END = 65536;

// What breaks a rule, as flat arguments: numbers are addresses or lengths, which the width decides on, in lists; else core values.
const lists: ReadonlyArray<[what: string, type: ValueType, begin: number, length: number, code: string | undefined]> = [
  ["a pointer behind the end", list(u8), END + 1, 0, "trap/out-of-bounds"],
  ["a pointer at the end", list(u8), END, 0, undefined],
  ["all of the memory", list(u8), 0, END, undefined],
  ["an end behind the end", list(u16), END - 2, 2, "trap/out-of-bounds"],
  ["a length of 2^28", list(u8), 0, 2 ** 28, "trap/too-long"],
  ["a length of 2^28 - 1", list(u8), 0, 2 ** 28 - 1, "trap/out-of-bounds"],
  ["a length of 2^31", list(u8), 0, 2 ** 31, "trap/too-long"],
  ["a length of 2^32 - 1", list(u64), 0, 2 ** 32 - 1, "trap/too-long"],
  ["a length whose bytes are 2^32", list(u64), 0, 2 ** 29, "trap/too-long"],
  ["a pointer of 2^32 - 4", list(u32), 2 ** 32 - 4, 1, "trap/out-of-bounds"],
  ["an odd pointer", list(u16), 1, 0, "trap/unaligned-pointer"],
  ["a pointer of 4", list(u64), 4, 0, "trap/unaligned-pointer"],
  ["a record's alignment", list(record({ a: u8, b: u32 })), 2, 1, "trap/unaligned-pointer"],
  ["results without payloads", list(result(undefined, undefined)), 0, 2 ** 28 - 1, "trap/out-of-bounds"],
  ["a map behind the end", map(u8, u8), END - 1, 1, "trap/out-of-bounds"],
  ["a string behind the end", string, END - 1, 2, "trap/out-of-bounds"],
  ["a string of 2^31", string, 0, 2 ** 31, "trap/too-long"],
];
for (const [what, type, begin, length, code] of lists) {
  test(`${typeName(type)}: ${what}`, () => {
    for (const from of widths) {
      for (const to of widths) {
        const args = [address(from, begin), address(from, length)];
        const given: Case = { params: [type], from, to, prepare: (_, core) => void (core.args = args) };
        assert.equal(same(given).trap?.code, code);
        // The same as a result.
        const returned: Case["prepare"] = ({ callee: { view } }, core) => {
          const pointer = to.address === "i64" ? 8 : 4;
          for (const [i, value] of [begin, length].entries()) {
            if (pointer === 4) view.setUint32(AREA + 4 * i, value, true);
            else view.setBigUint64(AREA + 8 * i, BigInt(value), true);
          }
          core.args = [address(from, AREA)];
          core.result = address(to, AREA);
        };
        if (code !== undefined) assert.equal(same({ params: [], result: type, from, to, prepare: returned }).trap?.code, code);
        for (const way of WAYS) assert.equal(same({ ...given, ...way }).trap?.code, code);
        const flat: Case["prepare"] = (_, core) => {
          core.args = [address(from, AREA)];
          core.results = [address(to, begin), address(to, length)];
        };
        for (const way of WAYS) {
          const prepare: Case["prepare"] = way.lift === undefined || way.lift === "sync" ? returned : flat;
          if (code !== undefined) assert.equal(same({ params: [], result: type, from, to, prepare, ...way }).trap?.code, code);
        }
      }
    }
  });
}

test("lengths of 64 bits do not wrap", () => {
  const from = { address: "i64" } as const;
  const values = [2n ** 61n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 32n, 2n ** 32n + 1n];
  for (const type of [list(u8), list(u64), string]) {
    for (const value of values) {
      for (const args of [
        [0n, value],
        [value & ~7n, 1n],
        [value & ~7n, 2n ** 28n],
      ]) {
        for (const to of widths) assert.notEqual(same({ params: [type], from, to, prepare: (_, core) => void (core.args = args) }).trap, undefined);
      }
    }
  }
});

const payload =
  (discriminant: number, ...lanes: (number | bigint)[]): Case["prepare"] =>
  (_, core) =>
    void (core.args = [discriminant, ...lanes]);
const flat: ReadonlyArray<[what: string, params: ValueType[], prepare: Case["prepare"], code?: string]> = [
  ["bits above a bool", [bool], payload(0x100)],
  ["bits above a u8", [u8], payload(0x1ff)],
  ["bits above an s8", [s8], payload(0x17f)],
  ["an s8 whose sign is in bit 7", [s8], payload(0xff80 | 0)],
  ["bits above a u16", [u16], payload(-1)],
  ["bits above an s16", [s16], payload(0x2_8000)],
  ["bits above flags", [flags("a", "b", "c")], payload(-1)],
  ["a char of 0x110000", [char], payload(0x11_0000), "trap/invalid-char"],
  ["a char of 0x11d800", [char], payload(0x11_d800), "trap/invalid-char"],
  ["a char of 0xd800", [char], payload(0xd800), "trap/invalid-char"],
  ["a char of 0xdfff", [char], payload(0xdfff), "trap/invalid-char"],
  ["a char of -1", [char], payload(-1), "trap/invalid-char"],
  ["an enum's last and one", [enums("a", "b")], payload(2), "trap/invalid-discriminant"],
  ["a case of 256", [manyCases(256)], payload(256), "trap/invalid-discriminant"],
  ["a case of -1", [option(u8)], payload(-1, 0), "trap/invalid-discriminant"],
  ["a case of 2^31", [variant({ a: u8, b: u32, c: undefined })], payload(-(2 ** 31), 0), "trap/invalid-discriminant"],
  ["what lies in lanes that none has no use for", [option(tuple(u8, u64, f32))], payload(0, 5, 6n, 7)],
  ["what lies in lanes that a shorter case has no use for", [variant({ a: u8, b: tuple(u64, f32) })], payload(0, 2n ** 40n + 5n, 7)],
  ["a char in a variant", [variant({ a: char, b: f32 })], payload(0, 0xdabc), "trap/invalid-char"],
];
for (const [what, params, prepare, code] of flat) {
  test(`flat: ${what}`, () => {
    for (const way of [{}, ...WAYS]) assert.equal(same({ params, prepare, ...way }).trap?.code, code);
  });
}

const stored: ReadonlyArray<[what: string, element: ValueType, bytes: number[], code?: string]> = [
  ["bools that are not 1", bool, [2, 0, 255]],
  ["flags beyond the labels", flags("a", "b", "c"), [255, 8, 1]],
  ["an enum's last and one", enums("a", "b"), [0, 1, 2], "trap/invalid-discriminant"],
  ["a case of 257", manyCases(257), [0, 1, 1, 1], "trap/invalid-discriminant"],
  ["a surrogate", char, [65, 0, 0, 0, 0, 0xd8, 0, 0], "trap/invalid-char"],
  ["an option of 2", option(u16), [0, 9, 9, 9, 1, 9, 9, 9, 2, 9, 9, 9], "trap/invalid-discriminant"],
  ["padding", tuple(u8, u16, u8), [1, 0xaa, 2, 2, 3, 0xbb]],
  ["what none has no use for", option(u32), [0, 1, 2, 3, 4, 5, 6, 7]],
];
for (const [what, element, bytes, code] of stored) {
  test(`stored: ${what}`, () => {
    const prepare: Case["prepare"] = ({ caller }, core) => {
      caller.bytes.set(bytes, AREA);
      core.args = [AREA, bytes.length / new Layouts("i32").of(element).size];
    };
    for (const way of [{}, ...WAYS]) assert.equal(same({ params: [list(element)], prepare, ...way }).trap?.code, code);
  });
}

test("areas of spilled values are checked", () => {
  const spilled: Omit<Case, "from" | "to"> = { params: Array<ValueType>(17).fill(u32) };
  const returned: Omit<Case, "from" | "to"> = { params: [], result: tuple(u32, u64) };
  for (const from of widths) {
    const both = { from, to: from };
    for (const pointer of [AREA + 1, END - 64, END, 2 ** 32 - 4, 2 ** 32 - 68]) {
      const seen = same({ ...spilled, ...both, prepare: (_, core) => void (core.args = [address(from, pointer)]) });
      assert.match(seen.trap!.code, /unaligned|out-of-bounds/);
    }
    for (const pointer of [AREA + 4, END - 8, END, 2 ** 32 - 8, 2 ** 32 - 16]) {
      const place = same({ ...returned, ...both, prepare: (_, core) => void (core.args = [address(from, pointer)]), returns: [1, 2n] });
      assert.match(place.trap!.code, /unaligned|out-of-bounds/);
      const prepare: Case["prepare"] = (_, core) => {
        core.args = [address(from, AREA)];
        core.result = address(from, pointer);
      };
      assert.match(same({ ...returned, ...both, prepare }).trap!.code, /unaligned|out-of-bounds/);
    }
  }
});

test("a realloc that lies is caught", () => {
  const lies: ReadonlyArray<(begin: number, size: number) => number> = [
    (begin) => begin + 1,
    () => END,
    (_, size) => END - size + 8,
    () => 2 ** 32 - 8,
    (_, size) => 2 ** 32 - size,
  ];
  const cases: ReadonlyArray<[ValueType[], unknown[]]> = [
    [[list(u64)], [BigUint64Array.of(1n, 2n)]],
    [[list(tuple(u8, u32))], [[[1, 2]]]],
    [[string], ["abcdefgh"]],
    [Array<ValueType>(17).fill(u32), Array<number>(17).fill(1)],
  ];
  for (const to of widths) {
    for (const lie of lies) {
      for (const [params, args] of cases) {
        const liar: Case["prepare"] = ({ callee }) => void (callee.lie = lie);
        for (const way of [{}, ...WAYS]) {
          const seen = same({ params, args, to, prepare: liar, ...way });
          if (params[0]!.kind !== "string") assert.notEqual(seen.trap, undefined);
        }
      }
    }
  }
});

test("a realloc that answers with the same address each time writes only there", () => {
  const again = ({ callee }: World): void => void (callee.lie = () => 8192);
  same({ params: [list(string), string, list(u8)], args: [["ab", "cd", "e"], "x".repeat(20), Uint8Array.of(1, 2)], prepare: again });
});

test("realloc may grow the memory", () => {
  const grow = ({ callee, caller }: World): void => {
    for (const guest of [callee, caller]) guest.onRealloc = () => guest.grow(1);
  };
  const type = tuple(list(string), list(u32));
  const value = [["a", "b".repeat(100)], Uint32Array.of(1, 2)];
  for (const way of [{}, ...WAYS]) same({ params: [type], result: type, args: [value], returns: value, prepare: grow, ...way });
});
