import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../document/document.ts";
import type { Operation } from "./operation.ts";
import { readChange, readOperations } from "./read-operations.ts";

const good: readonly Operation[] = [
  { op: "add", name: "a", part: { component: "./a.wasm" } },
  { op: "remove", name: "a" },
  { op: "rename", name: "a", to: "__proto__" },
  { op: "wire", from: "a", import: "b", to: "c", deadline: "1s", onFailure: null },
  { op: "cut", from: "a", import: "b" },
  { op: "unwire", from: "a", import: "b" },
  { op: "interpose", from: "a", import: "b", interposer: "log" },
  { op: "interpose", from: "a", import: "b", interposer: { kind: "limit", with: {} }, at: 0 },
  { op: "uninterpose", from: "a", import: "b", interposer: 0 },
  { op: "swap", name: "a", component: "./a.wasm" },
  { op: "configure", name: "a", with: { port: null } },
  { op: "group", name: "a", parts: ["b"] },
  { op: "ungroup", name: "a" },
];
test("operations are what they are", () => {
  assert.equal(readOperations(JSON.parse(JSON.stringify(good)) as Json).length, good.length);
});

const wrong: ReadonlyArray<[value: Json, message: string]> = [
  [null, "operations are a list, not `null`"],
  [["cut"], 'operation 0 is no object, but `"cut"`'],
  [[{}], "operation 0: there is no `op` `nothing`"],
  [[{ op: "cut", from: "a", import: "b" }, { op: "constructor" }], 'operation 1: there is no `op` `"constructor"`'],
  [[{ op: "remove" }], "operation 0, `remove` needs `name`: a text"],
  [[{ op: "remove", name: ["a"] }], 'operation 0, `remove`: `name` is a text, not `["a"]`'],
  [[{ op: "remove", name: "a", also: 1 }], "operation 0, `remove` has no `also`"],
  [[{ op: "remove", name: "a", toString: 1 }], "operation 0, `remove` has no `toString`"],
  [[{ op: "interpose", from: "a", import: "b", interposer: { kind: "log" } }], 'operation 0, `interpose`: `interposer` is a text, or an object with `kind` and `with`, not `{"kind":"log"}`'],
  [[{ op: "interpose", from: "a", import: "b", interposer: "log", at: -1 }], "operation 0, `interpose`: `at` is a whole number from 0, not `-1`"],
  [[{ op: "group", name: "a", parts: [1] }], "operation 0, `group`: `parts` is a list of texts, not `[1]`"],
  [[{ op: "remove", name: Array(1000).fill(0) }], `operation 0, \`remove\`: \`name\` is a text, not \`[${"0,".repeat(49)}0…\``],
]; // biome-ignore format: a table
for (const [value, message] of wrong) {
  test(message, () => {
    assert.throws(() => readOperations(value), (error: Error) => error.message.split("\n")[0] === message);
  }); // biome-ignore format: a table
}

test("who changes an app is named", () => {
  assert.deepEqual(readChange({ author: "ann", base: 3, wake: true }), { author: "ann", base: 3, wake: true });
  assert.throws(() => readChange({ author: 1 }), { code: "app/bad-operation", message: "the change: `author` is a text, not `1`" });
  assert.throws(() => readChange({ author: "ann", base: "3" }), { message: 'the change: `base` is a whole number from 0, not `"3"`' });
  assert.throws(() => readChange([]), { message: "who changes an app, and why, is an object, not `[]`" });
});
