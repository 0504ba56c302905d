import assert from "node:assert/strict";
import { test } from "node:test";
import type { Trap } from "../diagnostics/trap.ts";
import type { StringEncoding } from "../validate/definitions.ts";
import { type GuestEncoding, GuestString, storeGuestString } from "./string-transcoding.ts";
import { codecOf, hex, string, TestGuest } from "./test-guest.ts";

/** The bytes of a text in an encoding. */
function encoded(text: string, encoding: GuestEncoding): Uint8Array {
  return Buffer.from(text, encoding === "utf8" ? "utf8" : encoding === "latin1" ? "latin1" : "utf16le");
}

function guestString(text: string, encoding: GuestEncoding): GuestString {
  const bytes = encoded(text, encoding);
  const memory = new Uint8Array(bytes.length + 3);
  memory.set(bytes, 2);
  return new GuestString(memory, encoding, 2, encoding.endsWith("utf16") ? bytes.length / 2 : bytes.length);
}

/**
 * `store_string_into_range` of definitions.py: the calls of realloc (old, old size, alignment, new size, result), where the
 * string lies in the end, its code units, whether they are tagged, and its bytes. One difference: the last allocation of a
 * tagged string that turns out to be Latin-1 asks for an alignment of 2, as wasmtime and its suite have it.
 */
const strategies: ReadonlyArray<[GuestEncoding, StringEncoding, text: string, calls: string, [begin: number, units: number, tagged: boolean], bytes: string]> =
  [
    ["utf8", "utf8", "", "0 0 1 0 64", [64, 0, false], ""],
    ["utf8", "utf8", "abc", "0 0 1 3 64", [64, 3, false], "616263"],
    ["utf8", "utf8", "é", "0 0 1 2 64", [64, 2, false], "c3a9"],
    ["utf8", "utf8", "aé☃", "0 0 1 6 64", [64, 6, false], "61c3a9e29883"],
    ["utf8", "utf8", "☃", "0 0 1 3 64", [64, 3, false], "e29883"],
    ["utf8", "utf8", "a😀", "0 0 1 5 64", [64, 5, false], "61f09f9880"],
    ["utf8", "utf8", "éé", "0 0 1 4 64", [64, 4, false], "c3a9c3a9"],
    ["utf8", "utf8", "aaaa☃", "0 0 1 7 64", [64, 7, false], "61616161e29883"],
    ["utf8", "utf16", "", "0 0 2 0 64", [64, 0, false], ""],
    ["utf8", "utf16", "abc", "0 0 2 6 64", [64, 3, false], "610062006300"],
    ["utf8", "utf16", "é", "0 0 2 4 64; 64 4 2 2 68", [68, 1, false], "e900"],
    ["utf8", "utf16", "aé☃", "0 0 2 12 64; 64 12 2 6 76", [76, 3, false], "6100e9000326"],
    ["utf8", "utf16", "☃", "0 0 2 6 64; 64 6 2 2 70", [70, 1, false], "0326"],
    ["utf8", "utf16", "a😀", "0 0 2 10 64; 64 10 2 6 74", [74, 3, false], "61003dd800de"],
    ["utf8", "utf16", "éé", "0 0 2 8 64; 64 8 2 4 72", [72, 2, false], "e900e900"],
    ["utf8", "utf16", "aaaa☃", "0 0 2 14 64; 64 14 2 10 78", [78, 5, false], "61006100610061000326"],
    ["utf8", "latin1+utf16", "", "0 0 2 0 64", [64, 0, false], ""],
    ["utf8", "latin1+utf16", "abc", "0 0 2 3 64", [64, 3, false], "616263"],
    ["utf8", "latin1+utf16", "é", "0 0 2 2 64; 64 2 2 1 66", [66, 1, false], "e9"],
    ["utf8", "latin1+utf16", "aé☃", "0 0 2 6 64; 64 6 2 12 70; 70 12 2 6 82", [82, 3, true], "6100e9000326"],
    ["utf8", "latin1+utf16", "☃", "0 0 2 3 64; 64 3 2 6 68; 68 6 2 2 74", [74, 1, true], "0326"],
    ["utf8", "latin1+utf16", "a😀", "0 0 2 5 64; 64 5 2 10 70; 70 10 2 6 80", [80, 3, true], "61003dd800de"],
    ["utf8", "latin1+utf16", "éé", "0 0 2 4 64; 64 4 2 2 68", [68, 2, false], "e9e9"],
    ["utf8", "latin1+utf16", "aaaa☃", "0 0 2 7 64; 64 7 2 14 72; 72 14 2 10 86", [86, 5, true], "61006100610061000326"],
    ["utf16", "utf8", "", "0 0 1 0 64", [64, 0, false], ""],
    ["utf16", "utf8", "abc", "0 0 1 3 64", [64, 3, false], "616263"],
    ["utf16", "utf8", "é", "0 0 1 1 64; 64 1 1 3 65; 65 3 1 2 68", [68, 2, false], "c3a9"],
    ["utf16", "utf8", "aé☃", "0 0 1 3 64; 64 3 1 9 67; 67 9 1 6 76", [76, 6, false], "61c3a9e29883"],
    ["utf16", "utf8", "☃", "0 0 1 1 64; 64 1 1 3 65", [65, 3, false], "e29883"],
    ["utf16", "utf8", "a😀", "0 0 1 3 64; 64 3 1 9 67; 67 9 1 5 76", [76, 5, false], "61f09f9880"],
    ["utf16", "utf8", "éé", "0 0 1 2 64; 64 2 1 6 66; 66 6 1 4 72", [72, 4, false], "c3a9c3a9"],
    ["utf16", "utf8", "aaaa☃", "0 0 1 5 64; 64 5 1 15 69; 69 15 1 7 84", [84, 7, false], "61616161e29883"],
    ["utf16", "utf16", "", "0 0 2 0 64", [64, 0, false], ""],
    ["utf16", "utf16", "abc", "0 0 2 6 64", [64, 3, false], "610062006300"],
    ["utf16", "utf16", "é", "0 0 2 2 64", [64, 1, false], "e900"],
    ["utf16", "utf16", "aé☃", "0 0 2 6 64", [64, 3, false], "6100e9000326"],
    ["utf16", "utf16", "☃", "0 0 2 2 64", [64, 1, false], "0326"],
    ["utf16", "utf16", "a😀", "0 0 2 6 64", [64, 3, false], "61003dd800de"],
    ["utf16", "utf16", "éé", "0 0 2 4 64", [64, 2, false], "e900e900"],
    ["utf16", "utf16", "aaaa☃", "0 0 2 10 64", [64, 5, false], "61006100610061000326"],
    ["utf16", "latin1+utf16", "", "0 0 2 0 64", [64, 0, false], ""],
    ["utf16", "latin1+utf16", "abc", "0 0 2 3 64", [64, 3, false], "616263"],
    ["utf16", "latin1+utf16", "é", "0 0 2 1 64", [64, 1, false], "e9"],
    ["utf16", "latin1+utf16", "aé☃", "0 0 2 3 64; 64 3 2 6 68", [68, 3, true], "6100e9000326"],
    ["utf16", "latin1+utf16", "☃", "0 0 2 1 64; 64 1 2 2 66", [66, 1, true], "0326"],
    ["utf16", "latin1+utf16", "a😀", "0 0 2 3 64; 64 3 2 6 68", [68, 3, true], "61003dd800de"],
    ["utf16", "latin1+utf16", "éé", "0 0 2 2 64", [64, 2, false], "e9e9"],
    ["utf16", "latin1+utf16", "aaaa☃", "0 0 2 5 64; 64 5 2 10 70", [70, 5, true], "61006100610061000326"],
    ["latin1", "utf8", "", "0 0 1 0 64", [64, 0, false], ""],
    ["latin1", "utf8", "abc", "0 0 1 3 64", [64, 3, false], "616263"],
    ["latin1", "utf8", "é", "0 0 1 1 64; 64 1 1 2 65", [65, 2, false], "c3a9"],
    ["latin1", "utf8", "éé", "0 0 1 2 64; 64 2 1 4 66", [66, 4, false], "c3a9c3a9"],
    ["latin1", "utf16", "", "0 0 2 0 64", [64, 0, false], ""],
    ["latin1", "utf16", "abc", "0 0 2 6 64", [64, 3, false], "610062006300"],
    ["latin1", "utf16", "é", "0 0 2 2 64", [64, 1, false], "e900"],
    ["latin1", "utf16", "éé", "0 0 2 4 64", [64, 2, false], "e900e900"],
    ["latin1", "latin1+utf16", "", "0 0 2 0 64", [64, 0, false], ""],
    ["latin1", "latin1+utf16", "abc", "0 0 2 3 64", [64, 3, false], "616263"],
    ["latin1", "latin1+utf16", "é", "0 0 2 1 64", [64, 1, false], "e9"],
    ["latin1", "latin1+utf16", "éé", "0 0 2 2 64", [64, 2, false], "e9e9"],
    ["tagged utf16", "utf8", "", "0 0 1 0 64", [64, 0, false], ""],
    ["tagged utf16", "utf8", "abc", "0 0 1 3 64", [64, 3, false], "616263"],
    ["tagged utf16", "utf8", "é", "0 0 1 1 64; 64 1 1 3 65; 65 3 1 2 68", [68, 2, false], "c3a9"],
    ["tagged utf16", "utf8", "aé☃", "0 0 1 3 64; 64 3 1 9 67; 67 9 1 6 76", [76, 6, false], "61c3a9e29883"],
    ["tagged utf16", "utf8", "☃", "0 0 1 1 64; 64 1 1 3 65", [65, 3, false], "e29883"],
    ["tagged utf16", "utf8", "a😀", "0 0 1 3 64; 64 3 1 9 67; 67 9 1 5 76", [76, 5, false], "61f09f9880"],
    ["tagged utf16", "utf8", "éé", "0 0 1 2 64; 64 2 1 6 66; 66 6 1 4 72", [72, 4, false], "c3a9c3a9"],
    ["tagged utf16", "utf8", "aaaa☃", "0 0 1 5 64; 64 5 1 15 69; 69 15 1 7 84", [84, 7, false], "61616161e29883"],
    ["tagged utf16", "utf16", "", "0 0 2 0 64", [64, 0, false], ""],
    ["tagged utf16", "utf16", "abc", "0 0 2 6 64", [64, 3, false], "610062006300"],
    ["tagged utf16", "utf16", "é", "0 0 2 2 64", [64, 1, false], "e900"],
    ["tagged utf16", "utf16", "aé☃", "0 0 2 6 64", [64, 3, false], "6100e9000326"],
    ["tagged utf16", "utf16", "☃", "0 0 2 2 64", [64, 1, false], "0326"],
    ["tagged utf16", "utf16", "a😀", "0 0 2 6 64", [64, 3, false], "61003dd800de"],
    ["tagged utf16", "utf16", "éé", "0 0 2 4 64", [64, 2, false], "e900e900"],
    ["tagged utf16", "utf16", "aaaa☃", "0 0 2 10 64", [64, 5, false], "61006100610061000326"],
    ["tagged utf16", "latin1+utf16", "", "0 0 2 0 64; 64 0 2 0 64", [64, 0, false], ""],
    ["tagged utf16", "latin1+utf16", "abc", "0 0 2 6 64; 64 6 2 3 70", [70, 3, false], "616263"],
    ["tagged utf16", "latin1+utf16", "é", "0 0 2 2 64; 64 2 2 1 66", [66, 1, false], "e9"],
    ["tagged utf16", "latin1+utf16", "aé☃", "0 0 2 6 64", [64, 3, true], "6100e9000326"],
    ["tagged utf16", "latin1+utf16", "☃", "0 0 2 2 64", [64, 1, true], "0326"],
    ["tagged utf16", "latin1+utf16", "a😀", "0 0 2 6 64", [64, 3, true], "61003dd800de"],
    ["tagged utf16", "latin1+utf16", "éé", "0 0 2 4 64; 64 4 2 2 68", [68, 2, false], "e9e9"],
    ["tagged utf16", "latin1+utf16", "aaaa☃", "0 0 2 10 64", [64, 5, true], "61006100610061000326"],
  ];
for (const [from, to, text, calls, [begin, units, tagged], bytes] of strategies) {
  test(`${from} to ${to}: ${JSON.stringify(text)}`, () => {
    const guest = new TestGuest();
    const { cx } = guest;
    cx.tagged = false;
    assert.equal(storeGuestString(cx, guestString(text, from), to), begin);
    assert.equal(guest.calls.map((call) => call.join(" ")).join("; "), calls);
    assert.deepEqual([cx.length, cx.tagged], [units, tagged]);
    assert.equal(hex(guest.bytes.subarray(begin, begin + bytes.length / 2)), bytes);
    guest.checkGuards();
  });
}

test("pieces: characters that lie across them, in all encodings", () => {
  for (const [encoding, character] of [
    ["utf8", "\u{1f600}"],
    ["utf16", "\u{1f600}"],
    ["latin1", "\xe9"],
  ] as const) {
    for (const shift of [0, 1, 2, 3]) {
      const text = "x".repeat(shift) + character.repeat(0x1_8000);
      const pieces = [...guestString(text, encoding).pieces()];
      assert.ok(pieces.length > 1);
      assert.equal(pieces.join(""), text);
      for (const to of ["utf8", "utf16", "latin1+utf16"] as const) {
        const guest = new TestGuest("i32", [], 32);
        guest.cx.tagged = false;
        const begin = storeGuestString(guest.cx, guestString(text, encoding), to);
        const { length, tagged } = guest.cx;
        guest.cx.view.setUint32(16, begin, true);
        guest.cx.view.setUint32(20, tagged ? length | 0x8000_0000 : length, true);
        assert.equal(codecOf(string, to).load(guest.cx, 16), text);
        guest.allow(16, 24);
        guest.checkGuards();
      }
    }
  }
});

const invalid: ReadonlyArray<[encoding: GuestEncoding, what: string, units: number[]]> = [
  ["utf8", "a lone continuation", [0x80]],
  ["utf8", "a byte that no character has", [0xff]],
  ["utf8", "a character cut short", [0xe2, 0x98]],
  ["utf8", "an overlong form", [0xc0, 0x80]],
  ["utf8", "a surrogate", [0xed, 0xa0, 0x80]],
  ["utf8", "a code point too large", [0xf4, 0x90, 0x80, 0x80]],
  ["utf16", "a high surrogate", [0xd800]],
  ["utf16", "a low surrogate", [0xdc00]],
  ["utf16", "a pair the wrong way round", [0xdc00, 0xd800]],
  ["tagged utf16", "a high surrogate", [0xdbff]],
];
for (const [encoding, what, units] of invalid) {
  const wide = encoding.endsWith("utf16");
  test(`invalid ${encoding}: ${what}, at each position`, () => {
    for (const length of [units.length, 7, 16, 40, 130]) {
      for (let at = 0; at + units.length <= length; at++) {
        const codes: number[] = new Array(length).fill(0x61);
        codes.splice(at, units.length, ...units);
        const bytes = Uint8Array.from(wide ? codes.flatMap((code) => [code & 0xff, code >> 8]) : codes);
        const trap = (e: Trap) => e.code === "trap/invalid-string";
        const source = new GuestString(bytes, encoding, 0, length);
        for (const to of ["utf8", "utf16", "latin1+utf16"] as const) assert.throws(() => storeGuestString(new TestGuest().cx, source, to), trap);

        const guest = new TestGuest();
        guest.bytes.set(bytes, 256);
        guest.cx.view.setUint32(16, 256, true);
        guest.cx.view.setUint32(20, encoding === "tagged utf16" ? length | 0x8000_0000 : length, true);
        assert.throws(() => codecOf(string, encoding === "tagged utf16" ? "latin1+utf16" : encoding === "utf16" ? "utf16" : "utf8").load(guest.cx, 16), trap);
      }
    }
  });
}
