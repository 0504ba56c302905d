import { test } from "node:test";
import {
  bool,
  char,
  enums,
  f32,
  f64,
  flags,
  list,
  manyCases,
  manyFlags,
  map,
  option,
  record,
  result,
  s8,
  s16,
  s32,
  s64,
  string,
  tuple,
  u8,
  u16,
  u32,
  u64,
  variant,
} from "../abi/test-guest.ts";
import type { ValueType } from "../types/component-types.ts";
import { typeName } from "../types/type-name.ts";
import { same } from "./test-joint.ts";

const values: ReadonlyArray<[type: ValueType, values: readonly unknown[]]> = [
  [bool, [true, false]],
  [u8, [0, 255]],
  [s8, [-128, 127]],
  [u16, [65535]],
  [s16, [-2, 32767]],
  [u32, [4294967295]],
  [s32, [-2147483648]],
  [u64, [18446744073709551615n]],
  [s64, [-9223372036854775808n]],
  [f32, [1.5, Number.POSITIVE_INFINITY]],
  [f64, [-0.5, Number.NaN]],
  [char, ["x", "\u{10ffff}", "\ud7ff", "\ue000"]],
  [string, ["", "abc", "hé☃\u{1f600}".repeat(9), "a".repeat(300)]],
  [flags("a", "b", "c"), [{ a: true, c: true }]],
  [manyFlags(8), [{ f0: true, f7: true }]],
  [manyFlags(9), [{ f0: true, f8: true }]],
  [manyFlags(32), [{ f0: true, f31: true }]],
  [enums("a", "b"), ["a", "b"]],
  [manyCases(256), ["c255"]],
  [manyCases(257), ["c256"]],
  [option(u8), [undefined, 5]],
  [option(option(string)), [{ tag: "none" }, { tag: "some", val: undefined }, { tag: "some", val: "x" }]],
  [result(u8, string), [{ tag: "ok", val: 1 }, { tag: "err", val: "no" }]], // biome-ignore format: as a table
  [result(undefined, undefined), [{ tag: "ok" }, { tag: "err" }]],
  [variant({ a: f32, b: u64, c: undefined, d: tuple(f64, f32), e: s8, f: f32 }), [{ tag: "a", val: 1.5 }, { tag: "b", val: 7n }, { tag: "c" }, { tag: "d", val: [2.5, -1] }, { tag: "e", val: -3 }, { tag: "f", val: 4 }]], // biome-ignore format: as a table
  [
    variant({ a: f32, b: u32 }),
    [
      { tag: "a", val: 1.5 },
      { tag: "b", val: 7 },
    ],
  ],
  [
    variant({ a: f32, b: tuple(f32, f64) }),
    [
      { tag: "a", val: 1.5 },
      { tag: "b", val: [1, 2] },
    ],
  ],
  [
    variant({ a: string, b: u64 }),
    [
      { tag: "a", val: "xyz" },
      { tag: "b", val: 2n ** 60n },
    ],
  ],
  [record({ a: u8, b: u32, c: string, d: u16 }), [{ a: 1, b: 2, c: "three", d: 4 }]],
  [tuple(u8, tuple(u16, u64), bool), [[1, [2, 3n], true]]],
  [tuple(option(string), u32, u64, u8), [[undefined, 1, 2n, 3]]],
  [list(u8), [Uint8Array.of(), Uint8Array.of(1, 2, 3), new Uint8Array(500).fill(7)]],
  [list(u64), [BigUint64Array.of(1n, 2n)]],
  [list(bool), [[], [true, false, true]]],
  [list(char), [["a", "☃"]]],
  [list(string), [[], ["ab", "", "c"], ["☃".repeat(50)]]],
  [list(tuple(u8, u32)), [[[1, 2], [3, 4]]]], // biome-ignore format: as a table
  [list(tuple(u32, u32, u16, u16)), [[[1, 2, 3, 4], [5, 6, 7, 8]]]], // biome-ignore format: as a table
  [list(list(list(u16))), [[], [[], [Uint16Array.of(1)], [Uint16Array.of(2, 3), Uint16Array.of()]]]],
  [list(option(string)), [[undefined, "a", "bcd"]]],
  [list(u16, 3), [Uint16Array.of(1, 2, 3)]],
  [list(string, 2), [["a", "bc"]]],
  [list(record({ a: u8, b: u16 }), 40), [Array.from({ length: 40 }, (_, i) => ({ a: i, b: 2 * i }))]],
  [list(u32, 100), [Uint32Array.from({ length: 100 }, (_, i) => i)]],
  [map(string, u8), [new Map([["k", 1], ["l", 2]])]], // biome-ignore format: as a table
  [map(u8, list(u8)), [new Map([[3, Uint8Array.of(9)]])]],
  [record({ many: tuple(...Array<ValueType>(20).fill(u8)), s: list(manyFlags(3)) }), [{ many: Array<number>(20).fill(9), s: [{ f1: true }] }]],
];

const options = [
  { encoding: "utf8", address: "i32" },
  { encoding: "utf8", address: "i64" },
] as const;

for (const from of options) {
  for (const to of options) {
    for (const [type, all] of values) {
      test(`${typeName(type)} from ${from.address} to ${to.address}`, () => {
        for (const value of all) {
          same({ params: [type], result: type, from, to, args: [value], returns: value });
          same({ params: [u8, type, type], args: [1, value, value], from, to, postReturn: true });
          // Through memory.
          same({
            params: [...Array<ValueType>(17).fill(u8), type],
            result: tuple(type, u8),
            from,
            to,
            args: [...Array<number>(17).fill(3), value],
            returns: [value, 9],
          });
        }
      });
    }
  }
}
