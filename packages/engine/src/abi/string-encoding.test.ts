import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Length, writeUtf8 } from "./string-encoding.ts";

const GUARD = 0x3f;

/** Strings of two characters in irregular order. */
function* texts(length: number, ...characters: readonly [string, string]): Generator<string> {
  let state = 1;
  for (let i = 0; i < 100; i++) {
    let text = "";
    while (text.length < length) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      text += characters[state >>> 31];
    }
    yield text;
  }
}

for (const [one, other] of [
  ["a", "\xe9"],
  ["\xe9", "\u2603"],
  ["a", "\u{1f600}"],
] as const) {
  test(`strings of \`${one}\` and \`${other}\` fill the room that they need`, () => {
    for (const length of [3, 47, 400, 1000, 5000]) {
      for (const text of texts(length, one, other)) {
        const expected = new TextEncoder().encode(text);
        assert.equal(utf8Length(text), expected.length);
        const bytes = new Uint8Array(expected.length + 16).fill(GUARD);
        assert.equal(writeUtf8(bytes, text, 8, expected.length), expected.length);
        assert.ok(Buffer.from(expected).equals(bytes.subarray(8, 8 + expected.length)), `${length} code units`);
        assert.deepEqual([...bytes.subarray(0, 8), ...bytes.subarray(-8)], Array(16).fill(GUARD));
      }
    }
  });
}
