import assert from "node:assert/strict";
import { test } from "node:test";
import type { ValueType } from "../types/component-types.ts";
import { typeName } from "../types/type-name.ts";
import type { StringEncoding } from "../validate/definitions.ts";
import type { CoreValue } from "./core-value.ts";
import {
  bool,
  char,
  codecOf,
  enums,
  f32,
  f64,
  flags,
  HEAP,
  hex,
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
  TestGuest,
  tuple,
  u8,
  u16,
  u32,
  u64,
  unsigned,
  variant,
} from "./test-guest.ts";

/**
 * What `store`, `lower_flat`, `elem_size`, `alignment` and `flatten_type` of the specification's definitions.py give for a value
 * stored at 16 in a memory of 0x3f, with an allocator that begins at 64.
 */
const vectors: ReadonlyArray<
  [
    type: ValueType,
    value: unknown,
    size: number,
    align: number,
    flatTypes: string | undefined,
    stored: string,
    heap: string,
    flat: CoreValue[] | undefined,
    encoding?: StringEncoding,
    address?: "i32" | "i64",
  ]
> = [
  [bool, true, 1, 1, "i32", "01", "", [1]],
  [u8, 255, 1, 1, "i32", "ff", "", [255]],
  [s8, -128, 1, 1, "i32", "80", "", [4294967168]],
  [u16, 65535, 2, 2, "i32", "ffff", "", [65535]],
  [s16, -2, 2, 2, "i32", "feff", "", [4294967294]],
  [u32, 4294967295, 4, 4, "i32", "ffffffff", "", [4294967295]],
  [s32, -2147483648, 4, 4, "i32", "00000080", "", [2147483648]],
  [u64, 18446744073709551615n, 8, 8, "i64", "ffffffffffffffff", "", [18446744073709551615n]],
  [s64, -9223372036854775808n, 8, 8, "i64", "0000000000000080", "", [9223372036854775808n]],
  [f32, 1.5, 4, 4, "f32", "0000c03f", "", [1.5]],
  [f32, Number.NaN, 4, 4, "f32", "0000c07f", "", [Number.NaN]],
  [f64, -0.5, 8, 8, "f64", "000000000000e0bf", "", [-0.5]],
  [f64, Number.NaN, 8, 8, "f64", "000000000000f87f", "", [Number.NaN]],
  [f64, Number.POSITIVE_INFINITY, 8, 8, "f64", "000000000000f07f", "", [Number.POSITIVE_INFINITY]],
  [char, "x", 4, 4, "i32", "78000000", "", [120]],
  [char, "􏿿", 4, 4, "i32", "ffff1000", "", [1114111]],
  [string, "hello", 8, 4, "i32 i32", "4000000005000000", "68656c6c6f", [64, 5]],
  [string, "", 8, 4, "i32 i32", "4000000000000000", "", [64, 0]],
  [string, "hi", 16, 8, "i64 i64", "40000000000000000200000000000000", "6869", [64n, 2n], "utf8", "i64"],
  [string, "hé☃", 8, 4, "i32 i32", "4000000003000000", "6800e9000326", [64, 3], "utf16", "i32"],
  [string, "hé", 8, 4, "i32 i32", "4000000002000000", "68e9", [64, 2], "latin1+utf16", "i32"],
  [string, "h☃", 8, 4, "i32 i32", "4000000002000080", "68000326", [64, 2147483650], "latin1+utf16", "i32"],
  [string, "h☃", 16, 8, "i64 i64", "40000000000000000200000000000080", "68000326", [64n, 9223372036854775810n], "latin1+utf16", "i64"],
  [string, "hé", 16, 8, "i64 i64", "40000000000000000200000000000000", "68e9", [64n, 2n], "latin1+utf16", "i64"],
  [string, "h☃", 16, 8, "i64 i64", "40000000000000000200000000000000", "68000326", [64n, 2n], "utf16", "i64"],
  [record({ a: u8, "b-c": u32, d: u8 }), { a: 1, bC: 2, d: 3 }, 12, 4, "i32 i32 i32", "013f3f3f02000000033f3f3f", "", [1, 2, 3]],
  [record({ a: u8, b: u64 }), { a: 1, b: 1099511627776n }, 16, 8, "i32 i64", "013f3f3f3f3f3f3f0000000000010000", "", [1, 1099511627776n]],
  [
    record({ x: record({ y: string, z: bool }), w: f32 }),
    { x: { y: "abc", z: true }, w: 2 },
    16,
    4,
    "i32 i32 i32 f32",
    "4000000003000000013f3f3f00000040",
    "616263",
    [64, 3, 1, 2],
  ],
  [tuple(u8, u16, u32), [1, 2, 3], 8, 4, "i32 i32 i32", "013f020003000000", "", [1, 2, 3]],
  [
    tuple(string, string),
    ["a", "bc"],
    32,
    8,
    "i64 i64 i64 i64",
    "4000000000000000010000000000000041000000000000000200000000000000",
    "616263",
    [64n, 1n, 65n, 2n],
    "utf8",
    "i64",
  ],
  [list(u8), Uint8Array.of(1, 2, 3), 8, 4, "i32 i32", "4000000003000000", "010203", [64, 3]],
  [list(s16), Int16Array.of(-1, 2), 8, 4, "i32 i32", "4000000002000000", "ffff0200", [64, 2]],
  [list(f64), Float64Array.of(1, -1.5), 8, 4, "i32 i32", "4000000002000000", "000000000000f03f000000000000f8bf", [64, 2]],
  [list(u64), BigUint64Array.of(1n, 2n), 8, 4, "i32 i32", "4000000002000000", "01000000000000000200000000000000", [64, 2]],
  [list(bool), [true, false], 8, 4, "i32 i32", "4000000002000000", "0100", [64, 2]],
  [list(char), ["a", "é"], 8, 4, "i32 i32", "4000000002000000", "61000000e9000000", [64, 2]],
  [list(string), ["ab", "", "c"], 8, 4, "i32 i32", "4000000003000000", "58000000020000005a000000000000005a00000001000000616263", [64, 3]],
  [
    list(record({ id: u32, name: string })),
    [
      { id: 7, name: "x" },
      { id: 8, name: "yz" },
    ],
    8,
    4,
    "i32 i32",
    "4000000002000000",
    "07000000580000000100000008000000590000000200000078797a",
    [64, 2],
  ],
  [list(list(u8)), [Uint8Array.of(1), Uint8Array.of(2, 3)], 8, 4, "i32 i32", "4000000002000000", "50000000010000005100000002000000010203", [64, 2]],
  [list(u16), Uint16Array.of(1, 2), 16, 8, "i64 i64", "40000000000000000200000000000000", "01000200", [64n, 2n], "utf8", "i64"],
  [list(u32), Uint32Array.of(), 8, 4, "i32 i32", "4000000000000000", "", [64, 0]],
  [list(u8, 4), Uint8Array.of(1, 2, 3, 4), 4, 1, "i32 i32 i32 i32", "01020304", "", [1, 2, 3, 4]],
  [list(string, 2), ["a", "b"], 16, 4, "i32 i32 i32 i32", "40000000010000004100000001000000", "6162", [64, 1, 65, 1]],
  [
    list(u32, 20),
    Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19),
    80,
    4,
    undefined,
    "000000000100000002000000030000000400000005000000060000000700000008000000090000000a0000000b0000000c0000000d0000000e0000000f00000010000000110000001200000013000000",
    "",
    undefined,
  ],
  [tuple(u8, list(u64, 2)), [1, BigUint64Array.of(2n, 3n)], 24, 8, "i32 i64 i64", "013f3f3f3f3f3f3f02000000000000000300000000000000", "", [1, 2n, 3n]],
  [
    map(string, u32),
    new Map([
      ["k", 1],
      ["l", 2],
    ]),
    8,
    4,
    "i32 i32",
    "4000000002000000",
    "5800000001000000010000005900000001000000020000006b6c",
    [64, 2],
  ],
  [variant({ a: undefined, b: u8 }), { tag: "a" }, 2, 1, "i32 i32", "003f", "", [0, 0]],
  [variant({ a: undefined, b: u8 }), { tag: "b", val: 7 }, 2, 1, "i32 i32", "0107", "", [1, 7]],
  [variant({ a: u32, b: f32 }), { tag: "b", val: 1.5 }, 8, 4, "i32 i32", "013f3f3f0000c03f", "", [1, 1069547520]],
  [variant({ a: u32, b: f32 }), { tag: "a", val: 9 }, 8, 4, "i32 i32", "003f3f3f09000000", "", [0, 9]],
  [variant({ a: u64, b: f64, c: f32 }), { tag: "b", val: 1.5 }, 16, 8, "i32 i64", "013f3f3f3f3f3f3f000000000000f83f", "", [1, 4609434218613702656n]],
  [variant({ a: u64, b: f64, c: f32 }), { tag: "c", val: 1.5 }, 16, 8, "i32 i64", "023f3f3f3f3f3f3f0000c03f3f3f3f3f", "", [2, 1069547520n]],
  [variant({ a: u64, b: s32 }), { tag: "b", val: -1 }, 16, 8, "i32 i64", "013f3f3f3f3f3f3fffffffff3f3f3f3f", "", [1, 4294967295n]],
  [variant({ a: string, b: f64 }), { tag: "b", val: 2 }, 16, 8, "i32 i64 i32", "013f3f3f3f3f3f3f0000000000000040", "", [1, 4611686018427387904n, 0]],
  [variant({ a: string, b: f64 }), { tag: "a", val: "q" }, 16, 8, "i32 i64 i32", "003f3f3f3f3f3f3f4000000001000000", "71", [0, 64n, 1]],
  [
    variant({ a: string, b: f32 }),
    { tag: "b", val: 2 },
    24,
    8,
    "i32 i64 i64",
    "013f3f3f3f3f3f3f000000403f3f3f3f3f3f3f3f3f3f3f3f",
    "",
    [1, 1073741824n, 0n],
    "utf8",
    "i64",
  ],
  [variant({ a: f32, b: undefined }), { tag: "b" }, 8, 4, "i32 f32", "013f3f3f3f3f3f3f", "", [1, 0]],
  [
    variant({ a: tuple(u8, f64, string), b: tuple(f32, u32) }),
    { tag: "b", val: [1, 5] },
    32,
    8,
    "i32 i32 i64 i32 i32",
    "013f3f3f3f3f3f3f0000803f050000003f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f",
    "",
    [1, 1065353216, 5n, 0, 0],
  ],
  [variant({ a: f64, b: f32 }), { tag: "b", val: -2 }, 16, 8, "i32 i64", "013f3f3f3f3f3f3f000000c03f3f3f3f", "", [1, 3221225472n]],
  [variant({ a: f32, b: f64 }), { tag: "a", val: -2 }, 16, 8, "i32 i64", "003f3f3f3f3f3f3f000000c03f3f3f3f", "", [0, 3221225472n]],
  [enums("x", "y", "z"), "z", 1, 1, "i32", "02", "", [2]],
  [manyCases(257), "c256", 2, 2, "i32", "0001", "", [256]],
  [variant({ a: manyCases(257), b: undefined }), { tag: "a", val: "c256" }, 4, 2, "i32 i32", "003f0001", "", [0, 256]],
  [option(u32), undefined, 8, 4, "i32 i32", "003f3f3f3f3f3f3f", "", [0, 0]],
  [option(u32), 5, 8, 4, "i32 i32", "013f3f3f05000000", "", [1, 5]],
  [option(option(u8)), { tag: "some", val: undefined }, 3, 1, "i32 i32 i32", "01003f", "", [1, 0, 0]],
  [option(option(u8)), { tag: "none" }, 3, 1, "i32 i32 i32", "003f3f", "", [0, 0, 0]],
  [option(option(u8)), { tag: "some", val: 3 }, 3, 1, "i32 i32 i32", "010103", "", [1, 1, 3]],
  [option(string), "t", 12, 4, "i32 i32 i32", "013f3f3f4000000001000000", "74", [1, 64, 1]],
  [result(undefined, undefined), { tag: "err" }, 1, 1, "i32", "01", "", [1]],
  [result(u8, string), { tag: "err", val: "bad" }, 12, 4, "i32 i32 i32", "013f3f3f4000000003000000", "626164", [1, 64, 3]],
  [result(u8, string), { tag: "ok", val: 1 }, 12, 4, "i32 i32 i32", "003f3f3f013f3f3f3f3f3f3f", "", [0, 1, 0]],
  [result(undefined, u64), { tag: "ok" }, 16, 8, "i32 i64", "003f3f3f3f3f3f3f3f3f3f3f3f3f3f3f", "", [0, 0n]],
  [flags("a", "b-c"), { a: false, bC: true }, 1, 1, "i32", "02", "", [2]],
  [manyFlags(9), { f0: true, f1: false, f2: false, f3: false, f4: false, f5: false, f6: false, f7: false, f8: true }, 2, 2, "i32", "0101", "", [257]],
  [
    manyFlags(32),
    {
      f0: false,
      f1: true,
      f2: false,
      f3: false,
      f4: false,
      f5: false,
      f6: false,
      f7: false,
      f8: false,
      f9: false,
      f10: false,
      f11: false,
      f12: false,
      f13: false,
      f14: false,
      f15: false,
      f16: false,
      f17: false,
      f18: false,
      f19: false,
      f20: false,
      f21: false,
      f22: false,
      f23: false,
      f24: false,
      f25: false,
      f26: false,
      f27: false,
      f28: false,
      f29: false,
      f30: false,
      f31: true,
    },
    4,
    4,
    "i32",
    "02000080",
    "",
    [2147483650],
  ],
];

for (const [index, [type, value, size, align, flatTypes, stored, heap, flat, encoding = "utf8", address = "i32"]] of vectors.entries()) {
  test(`${index}: ${typeName(type)} ${encoding} ${address}`, () => {
    const codec = codecOf(type, encoding, address);
    assert.deepEqual([codec.size, codec.align, codec.flat?.join(" ")], [size, align, flatTypes]);

    const guest = new TestGuest(address);
    assert.equal(codec.accepts(guest.cx, value), true);
    guest.allow(16, 16 + size);
    codec.store(guest.cx, value, 16);
    guest.checkGuards();
    assert.equal(hex(guest.bytes.subarray(16, 16 + size)), stored);
    assert.equal(hex(guest.bytes.subarray(HEAP, guest.next)), heap);
    guest.cx.begin();
    assert.deepEqual(codec.load(guest.cx, 16), value);

    if (flat === undefined) return;
    const other = new TestGuest(address);
    codec.lowerFlat(other.cx, value);
    other.checkGuards();
    assert.equal(other.cx.at, flat.length);
    assert.deepEqual(unsigned(other.cx.flat.slice(0, flat.length), codec.flat!), flat);
    other.cx.begin();
    assert.deepEqual(codec.liftFlat(other.cx), value);
    assert.equal(other.cx.at, flat.length);
  });
}
