import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { MAX_NAME_BYTES } from "../diagnostics/limits.ts";
import { ByteWriter } from "./byte-writer.ts";
import { BinaryReader } from "./reader.ts";
import { assertComponentError, leb } from "./test-bytes.ts";

type Read = (reader: BinaryReader) => unknown;
const u32: Read = (reader) => reader.u32();
const u64: Read = (reader) => reader.u64();
const s33: Read = (reader) => reader.s33();
const name: Read = (reader) => reader.name();
const bytes: Read = (reader) => reader.vec("test bytes", 3, (inner) => inner.u8());

const BASE = 100;
const valid: ReadonlyArray<[what: string, bytes: number[], read: Read, value: unknown]> = [
  ["u32 of one byte", [0x7f], u32, 127],
  ["u32 padded with zeros", [0x81, 0x80, 0x80, 0x80, 0x00], u32, 1],
  ["greatest u32", [0xff, 0xff, 0xff, 0xff, 0x0f], u32, 0xffffffff],
  ["greatest u64", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], u64, 2n ** 64n - 1n],
  ["s33 -1", [0x7f], s33, -1],
  ["s33 -1 padded", [0xff, 0xff, 0xff, 0xff, 0x7f], s33, -1],
  ["s33 63", [0x3f], s33, 63],
  ["s33 64", [0xc0, 0x00], s33, 64],
  ["greatest s33", [0xff, 0xff, 0xff, 0xff, 0x0f], s33, 2 ** 32 - 1],
  ["least s33", [0x80, 0x80, 0x80, 0x80, 0x70], s33, -(2 ** 32)],
  ["empty name", [0], name, ""],
  ["name beyond the basic plane", [4, 0xf0, 0x9f, 0xaa, 0xb5], name, "\u{1fab5}"],
  ["name with a byte order mark", [4, 0xef, 0xbb, 0xbf, 0x61], name, "\ufeffa"],
  ["vector", [3, 1, 2, 3], bytes, [1, 2, 3]],
  ["bool", [1], (reader) => reader.bool(), true],
];
for (const [what, input, read, value] of valid) {
  test(`reads ${what}`, () => {
    const reader = new BinaryReader(Uint8Array.from(input), BASE);
    assert.deepEqual(read(reader), value);
    assert.ok(reader.atEnd);
    assert.equal(reader.offset, BASE + input.length);
  });
}

const invalid: ReadonlyArray<[what: string, bytes: number[], read: Read, code: string, offset: number, message: string]> = [
  ["u8 of nothing", [], (reader) => reader.u8(), "decode/unexpected-end", 100, "unexpected end-of-file"],
  ["peek at nothing", [], (reader) => reader.peek(), "decode/unexpected-end", 100, "unexpected end-of-file"],
  ["u32 cut short", [0x80], u32, "decode/unexpected-end", 101, "unexpected end-of-file"],
  ["u32 above 32 bits", [0xff, 0xff, 0xff, 0xff, 0x1f], u32, "decode/invalid-leb128", 104, "invalid var_u32: integer too large"],
  ["u32 of six bytes", [0x80, 0x80, 0x80, 0x80, 0x80, 0x00], u32, "decode/invalid-leb128", 104, "invalid var_u32: integer representation too long"],
  ["u64 above 64 bits", [...Array(9).fill(0xff), 0x02], u64, "decode/invalid-leb128", 109, "invalid var_u64: integer too large"],
  ["u64 of eleven bytes", [...Array(10).fill(0x80), 0x00], u64, "decode/invalid-leb128", 109, "integer representation too long"],
  ["s33 above 33 bits", [0xff, 0xff, 0xff, 0xff, 0x1f], s33, "decode/invalid-leb128", 104, "invalid var_s33: integer too large"],
  ["s33 of six bytes", [0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], s33, "decode/invalid-leb128", 104, "invalid var_s33: integer representation too long"],
  ["bool of 2", [2], (reader) => reader.bool(), "decode/invalid-leading-byte", 100, "invalid boolean value"],
  ["name cut short", [5, 0x61], name, "decode/unexpected-end", 102, "unexpected end-of-file"],
  ["name that is not UTF-8", [2, 0xff, 0xfe], name, "decode/invalid-utf8", 101, "malformed UTF-8 encoding"],
  ["name with half a surrogate pair", [3, 0xed, 0xa0, 0x80], name, "decode/invalid-utf8", 101, "malformed UTF-8 encoding"],
  ["name above the limit", leb(MAX_NAME_BYTES + 1), name, "decode/too-many", 100, "string size out of bounds"],
  ["vector above its limit", [4, 1, 2, 3, 4], bytes, "decode/too-many", 100, "test bytes size is out of bounds: 4, the limit is 3"],
  ["vector above the bytes left", [3, 1, 2], bytes, "decode/unexpected-end", 103, "unexpected end-of-file"],
  ["contents that go on", [1, 2], (reader) => (reader.u8() > 0 ? reader.finish() : 0), "decode/malformed-section", 101, "section size mismatch"],
];
for (const [what, input, read, code, offset, message] of invalid) {
  test(`rejects ${what}`, () => {
    // What lies beyond the end of a reader is never looked at.
    const reader = new BinaryReader(Uint8Array.from([...input, 0x00, 0x00]), BASE, 0, input.length);
    assertComponentError(() => read(reader), { code, offset, message });
  });
}

test("integers survive writing and reading", () => {
  const written = (write: (out: ByteWriter) => ByteWriter): BinaryReader => new BinaryReader(write(new ByteWriter()).view());
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => written((out) => out.u32(value)).u32() === value));
  fc.assert(fc.property(fc.integer({ min: -(2 ** 32), max: 2 ** 32 - 1 }), (value) => written((out) => out.s32(value)).s33() === value));
  fc.assert(fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => written((out) => out.u64(value)).u64() === value));
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (value) => written((out) => out.name(value)).name() === value));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 })), (values) => {
      const out = new ByteWriter();
      for (const value of values) out.u32(value);
      assert.deepEqual([...new BinaryReader(out.view()).u32s(values.length)], values);
    }),
  );
});

test("many integers cut short", () => {
  for (const input of [[], [1], [1, 0x80]]) {
    assertComponentError(() => new BinaryReader(Uint8Array.from(input)).u32s(2), { code: "decode/unexpected-end", offset: input.length });
  }
});
