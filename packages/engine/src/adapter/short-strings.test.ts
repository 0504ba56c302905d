import assert from "node:assert/strict";
import { test } from "node:test";
import { list, string } from "../abi/test-guest.ts";
import { type Case, same } from "./test-joint.ts";

const letters = (count: number): string => Array.from({ length: count }, (_, i) => String.fromCharCode(97 + (i % 26))).join("");

test("strings of every short length", () => {
  const all = Array.from({ length: 45 }, (_, length) => letters(length));
  same({ params: [list(string)], args: [all] });
  for (const text of all) same({ params: [string], result: string, args: [text], returns: text, usesContext: false });
});

test("what is not ASCII, in every place", () => {
  for (const length of [4, 5, 7, 8, 15, 16, 17, 32, 33]) {
    for (let at = 0; at <= length - 2; at++) {
      const text = letters(length);
      const valid = `${text.slice(0, at)}\xe9${text.slice(at + 2)}`;
      const broken: Case["prepare"] = ({ caller }) => void (caller.bytes[4096 + at + 1] = 0x61);
      assert.equal(same({ params: [string], args: [valid] }).trap, undefined);
      assert.equal(same({ params: [string], args: [valid], prepare: broken }).trap?.code, "trap/invalid-string");
    }
  }
});

test("short strings at the end of the memory, and beyond it", () => {
  for (let length = 0; length < 40; length++) {
    for (const over of [0, 1, length, 2 ** 31]) {
      const begin = 65536 - length + over;
      const end: Case["prepare"] = (_, core) => void (core.args = [begin | 0, length]);
      assert.equal(same({ params: [string], prepare: end }).trap?.code, over === 0 || (over === length && length === 0) ? undefined : "trap/out-of-bounds");
    }
  }
});
