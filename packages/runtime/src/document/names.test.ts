import assert from "node:assert/strict";
import { test } from "node:test";
import { keyFor, pathOf, serving, withoutVersion } from "./names.ts";

const KEYS = ["*", "wasi:*", "wasi:io/*", "wasi:io/poll", "wasi:io/poll@0.2.3", "wasi:io/poll@*", "handle", "handle*"];

const keys: ReadonlyArray<[name: string, key: string | undefined, among?: readonly string[]]> = [
  ["wasi:io/poll@0.2.3", "wasi:io/poll@0.2.3"],
  ["wasi:io/poll@0.2.0", "wasi:io/poll@*"],
  ["wasi:io/poll@0.2.0", "wasi:io/poll", ["wasi:io/*", "wasi:io/poll"]],
  ["wasi:io/poll@0.2.0", "wasi:io/poll", ["wasi:io/poll", "wasi:io/poll*"]],
  ["wasi:io/poll", "wasi:io/poll"],
  ["wasi:io/polls", "wasi:io/*"],
  ["wasi:http/types@0.2.0", "wasi:*"],
  ["other", "*"],
  ["handle", "handle"],
  ["handles", "handle*"],
  ["handle", "handle*", ["*", "handle*"]],
  ["other", undefined, ["wasi:*", "handle"]],
  ["wasi:io/poll@0.2.3", undefined, ["wasi:io/poll@0.2.0"]],
];
for (const [name, key, among = KEYS] of keys) test(`${key} has \`${name}\` of ${among.join(" ")}`, () => assert.equal(keyFor(among, name), key));

const OFFERED = ["a:b/c@0.2.0", "a:b/c@1.4.0", "d:e/f@1.0.0", "g:h/i@1.0.0-rc.1", "plain"];

const served: ReadonlyArray<[wanted: string, by: string | undefined]> = [
  ["a:b/c@0.2.0", "a:b/c@0.2.0"],
  ["a:b/c@0.2.7", "a:b/c@0.2.0"],
  ["a:b/c@0.3.0", undefined],
  ["a:b/c@1.0.0", "a:b/c@1.4.0"],
  ["a:b/c", undefined],
  ["d:e/f", "d:e/f@1.0.0"],
  ["g:h/i@1.0.0-rc.1", "g:h/i@1.0.0-rc.1"],
  ["g:h/i@1.0.0-rc.2", undefined],
  ["g:h/i@1.0.0", undefined],
  ["plain", "plain"],
  ["plai", undefined],
];
for (const [wanted, by] of served) test(`\`${wanted}\` is served by ${by}`, () => assert.equal(serving(OFFERED, wanted), by));

test("names without their versions, and paths", () => {
  assert.deepEqual(["a:b/c@1.0.0", "a:b/c", "x"].map(withoutVersion), ["a:b/c", "a:b/c", "x"]);
  assert.deepEqual([pathOf("", "a"), pathOf("a", "b"), pathOf("a~1", "b/~c")], ["a", "a/b", "a~1/b~1~0c"]);
});
