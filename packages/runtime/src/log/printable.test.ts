import assert from "node:assert/strict";
import { test } from "node:test";
import { printableLine } from "./printable.ts";

test("what a guest says of itself obeys nothing, and is no longer than a line", () => {
  assert.equal(printableLine("a\u001b[2Jb\nc\td"), "a\\u{1b}[2Jb\\u{a}c\td");
  assert.equal(printableLine("x".repeat(10_000)).length, 8192);
});
