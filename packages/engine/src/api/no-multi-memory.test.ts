/**
 * The same tests where components are joined by closures, since the JavaScript engine can't run fused adapters. This file runs in a process
 * of its own: what it takes away is missed by nobody else.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

WebAssembly.validate = () => false;
const { makePart } = await import("./test-part.ts");
await import("./async-wires.test.ts");
await import("./poison.test.ts");
await import("./waiting.test.ts");

test("JavaScript lies between the parts", async () => {
  let stack = "";
  const b = await makePart((x) => {
    stack = new Error("here").stack ?? "";
    return 2 * x;
  }, "b");
  const a = await makePart(b.exports.call as (x: number) => number, "a", b.store);
  assert.equal((a.exports.call as (x: number) => number)(4), 10);
  assert.match(stack, /lower-lifted/);
});
