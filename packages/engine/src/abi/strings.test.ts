import assert from "node:assert/strict";
import { test } from "node:test";
import type { Trap } from "../diagnostics/trap.ts";
import type { StringEncoding } from "../validate/definitions.ts";
import { codecOf, HEAP, string, TestGuest } from "./test-guest.ts";

const texts = ["", "a", "hello", "x".repeat(47), "x".repeat(48), "x".repeat(49), "x".repeat(96), "x".repeat(97), "x".repeat(9000)];
const characters = ["\xe9", "\u2603", "\u{1f600}", "\u{10ffff}", "\0", "\ufeff"];

for (const encoding of ["utf8", "utf16", "latin1+utf16"] as const) {
  for (const address of ["i32", "i64"] as const) {
    test(`what is stored is loaded: ${encoding} ${address}`, () => {
      const codec = codecOf(string, encoding, address);
      for (const plain of texts) {
        for (const text of [plain, ...characters.flatMap((c) => [c + plain, plain + c, plain.slice(1) + c + plain])]) {
          const guest = new TestGuest(address);
          guest.allow(16, 32);
          codec.store(guest.cx, text, 16);
          assert.equal(codec.load(guest.cx, 16), text);
          guest.checkGuards();
        }
      }
    });
  }
}

test("lone surrogates of JavaScript become U+FFFD", () => {
  for (const encoding of ["utf8", "utf16", "latin1+utf16"] as const) {
    for (const text of ["\ud800", "a\udc00b", "\udc00\ud800", `${"x".repeat(60)}\ud800`]) {
      const { cx } = new TestGuest();
      const codec = codecOf(string, encoding);
      codec.store(cx, text, 16);
      assert.equal(codec.load(cx, 16), text.toWellFormed());
    }
  }
});

/** Allocations for a JavaScript string: always one, of the exact size; allocators of adapters can't move what they gave. */
const allocations: ReadonlyArray<[StringEncoding, text: string, calls: string]> = [
  ["utf8", "", "0 0 1 0 64"],
  ["utf8", "abc", "0 0 1 3 64"],
  ["utf8", "a\xe9", "0 0 1 3 64"],
  ["utf8", "\u{1f600}", "0 0 1 4 64"],
  ["utf8", "\ud800", "0 0 1 3 64"],
  ["utf8", "y".repeat(100), "0 0 1 100 64"],
  ["utf8", `${"y".repeat(100)}\u2603`, "0 0 1 103 64"],
  ["utf16", "a\u2603", "0 0 2 4 64"],
  ["latin1+utf16", "a\xe9", "0 0 2 2 64"],
  ["latin1+utf16", "a\u2603", "0 0 2 4 64"],
];
for (const [encoding, text, calls] of allocations) {
  test(`allocations for ${JSON.stringify(text)} as ${encoding}`, () => {
    const guest = new TestGuest();
    codecOf(string, encoding).lowerFlat(guest.cx, text);
    assert.equal(guest.calls.map((call) => call.join(" ")).join("; "), calls);
  });
}

const traps: ReadonlyArray<[what: string, StringEncoding, begin: number, length: number, code: string, words: string]> = [
  ["a pointer behind the end", "utf8", 65537, 0, "trap/out-of-bounds", "string pointer/length out of bounds of memory"],
  ["an end behind the end", "utf8", 65535, 2, "trap/out-of-bounds", "string pointer/length out of bounds of memory"],
  ["a length of 2^28", "utf8", 0, 2 ** 28, "trap/too-long", "string content out-of-bounds"],
  ["a length of 2^28 - 1", "utf8", 0, 2 ** 28 - 1, "trap/out-of-bounds", "string pointer/length out of bounds of memory"],
  ["a length of 2^32 - 1", "utf8", 0, 2 ** 32 - 1, "trap/too-long", "string content out-of-bounds"],
  ["a pointer of 2^32 - 1", "utf8", 2 ** 32 - 1, 1, "trap/out-of-bounds", "string pointer/length out of bounds of memory"],
  ["units of 2^27", "utf16", 0, 2 ** 27, "trap/too-long", "string content out-of-bounds"],
  ["units of 2^31", "utf16", 0, 2 ** 31, "trap/too-long", "string content out-of-bounds"],
  ["an odd pointer", "utf16", 1, 0, "trap/unaligned-pointer", "string pointer not aligned to 2"],
  ["an odd pointer", "latin1+utf16", 1, 0, "trap/unaligned-pointer", "string pointer not aligned to 2"],
  ["an odd pointer, tagged", "latin1+utf16", 1, 2 ** 31, "trap/unaligned-pointer", "unaligned pointer"],
  ["tagged units behind the end", "latin1+utf16", 65534, 2 ** 31 + 2, "trap/out-of-bounds", "string pointer/length out of bounds of memory"],
  ["untagged units behind the end", "latin1+utf16", 65534, 3, "trap/out-of-bounds", "string pointer/length out of bounds of memory"],
  ["all bits", "latin1+utf16", 0, 2 ** 32 - 1, "trap/too-long", "string content out-of-bounds"],
];
for (const [what, encoding, begin, length, code, words] of traps) {
  test(`${encoding}: ${what}`, () => {
    const matches = (e: Trap) => e.code === code && e.message.includes(words) && e.message.startsWith("wasm trap: ");
    const narrow = new TestGuest();
    narrow.cx.view.setUint32(16, begin, true);
    narrow.cx.view.setUint32(20, length, true);
    assert.throws(() => codecOf(string, encoding).load(narrow.cx, 16), matches);
    narrow.cx.flat = [begin | 0, length | 0];
    narrow.cx.begin();
    assert.throws(() => codecOf(string, encoding).liftFlat(narrow.cx), matches);

    const wide = new TestGuest("i64");
    const tag = encoding === "latin1+utf16" && length >= 2 ** 31;
    const units = BigInt(tag ? length - 2 ** 31 : length) | (tag ? 1n << 63n : 0n);
    wide.cx.flat = [BigInt(begin), BigInt.asIntN(64, units)];
    wide.cx.begin();
    assert.throws(() => codecOf(string, encoding, "i64").liftFlat(wide.cx), matches);
  });
}

test("addresses of 64 bits that no number holds are out of bounds", () => {
  const { cx } = new TestGuest("i64");
  for (const begin of [-1n, 1n << 63n, (1n << 53n) + 1n]) {
    cx.flat = [begin, 1n];
    cx.begin();
    assert.throws(() => codecOf(string, "utf8", "i64").liftFlat(cx), { code: "trap/out-of-bounds" });
    cx.flat = [0n, begin];
    cx.begin();
    assert.throws(() => codecOf(string, "utf8", "i64").liftFlat(cx), { code: "trap/too-long" });
  }
});

test("realloc may grow the memory while a string is stored", () => {
  for (const text of ["abc", "\u2603", "x".repeat(70_000), `${"x".repeat(70_000)}\u2603`]) {
    for (const encoding of ["utf8", "utf16", "latin1+utf16"] as const) {
      const guest = new TestGuest();
      guest.cx.setRealloc((...values) => {
        guest.memory.grow(4);
        return guest.realloc(...values);
      });
      const codec = codecOf(string, encoding);
      codec.store(guest.cx, text, 16);
      assert.equal(codec.load(guest.cx, 16), text);
    }
  }
});

test("after many short strings a helper module moves them", () => {
  const guest = new TestGuest();
  const { cx } = guest;
  const codec = codecOf(string);
  for (let i = 0; i < 1100; i++) {
    guest.next = HEAP;
    codec.store(cx, "abc", 16);
  }
  assert.notEqual(cx.helper, undefined);
  guest.bytes.fill(0x3f);
  guest.allow(16, 24);
  for (const text of ["", "a", "abc", "abcd", "0123456789abcdef", "x".repeat(48), "\x7f", "ab\xe9", "abcd\xe9", "\u{1f600}abc", "abcdefg\u2603"]) {
    guest.next = HEAP;
    codec.store(cx, text, 16);
    assert.equal(codec.load(cx, 16), text);
    cx.begin();
    codec.lowerFlat(cx, text);
    cx.begin();
    assert.equal(codec.liftFlat(cx), text);
    guest.checkGuards();
  }
  // One allocation each, also of what is not ASCII.
  for (const [text, calls] of [
    ["abc", "0 0 1 3 64"],
    ["ab\xe9", "0 0 1 4 64"],
  ]) {
    guest.next = HEAP;
    guest.calls.length = 0;
    codec.lowerFlat(cx, text);
    assert.equal(guest.calls.map((call) => call.join(" ")).join("; "), calls);
    cx.begin();
  }
  // The allocation ends where the memory ends, and one behind.
  guest.next = 65536 - 3;
  codec.store(cx, "abc", 16);
  assert.equal(codec.load(cx, 16), "abc");
  guest.next = 65536 - 3;
  assert.throws(() => codec.store(cx, "abcd", 16), {
    code: "trap/out-of-bounds",
    message: /string content out-of-bounds: realloc return: beyond end of memory/,
  });
});
