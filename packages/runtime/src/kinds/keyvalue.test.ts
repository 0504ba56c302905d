import assert from "node:assert/strict";
import { test } from "node:test";
import { keyvalueProbe } from "../../fixtures/keyvalue.ts";
import type { JsonObject } from "../document/document.ts";
import { describeProblem } from "../document/problem.ts";
import { keyvalueKind } from "./keyvalue.ts";
import { testContext } from "./test-context.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const failing = (words: string) => (error: Error) => {
  assert.equal((error as { payload?: unknown }).payload, words);
  return true;
};

const wrong: readonly [config: JsonObject, told: string][] = [
  [{ backend: "redis" }, '`backend` of `keyvalue` is "redis"; expected "memory"\n  "backend": "memory"'],
  [{ backend: "memory", path: "./a" }, '`keyvalue` has no option "path": it has `backend`, `bytes`, `buckets`'],
  [{ bytes: 0 }, '`bytes` of `keyvalue` is 0; expected a number of bytes, at least 1\n  "bytes": 100000000'],
  [{ buckets: "default" }, '`buckets` of `keyvalue` is "default"; expected a list of names of buckets\n  "buckets": ["default"]'],
];
for (const [config, told] of wrong) {
  test(`keyvalue where there are no files: ${JSON.stringify(config)}`, () => {
    assert.deepEqual(keyvalueKind({}).check(config, []).map(describeProblem), [told]);
  });
}

test("two parts that are wired to one store have the same pairs; the log of uses tells who did what", async () => {
  const context = testContext();
  const store = await keyvalueKind({}).make({}, context);
  const [{ first: ada }, { second: grace }] = [
    await keyvalueProbe(store.provide(context.importer("ada"))),
    await keyvalueProbe(store.provide(context.importer("grace"))),
  ];
  ada.open("default");
  grace.open("default");
  ada.increment("n", 40n);
  assert.equal(grace.increment("n", 2n), 42n);
  ada.set("n", bytes("x"));
  assert.throws(() => grace.increment("n", 2n));
  assert.deepEqual(
    context.uses.map(({ capability, operation, target, outcome }) => `${capability}: ${operation} ${target} ${outcome}`),
    ["capability: increment default/n ok", "capability: increment default/n ok", "capability: set default/n ok", "capability: increment default/n other"],
  );
  await store.close();
  assert.throws(() => ada.get("n"), failing("access-denied"));
  assert.throws(() => ada.open("default"), failing("access-denied"));
});

test("only the buckets that the document names are there; which can change", async () => {
  const store = await keyvalueKind({}).make({ buckets: ["pages", "users"] }, testContext());
  const { first } = await keyvalueProbe(store.provide(testContext().importer("a")));
  first.open("pages");
  first.set("a", bytes("1"));
  for (const name of ["default", "", "__proto__", "Pages"]) assert.throws(() => first.open(name), failing("no-such-store"));
  assert.equal(await store.reconfigure!({ buckets: ["users"] }), true);
  assert.throws(() => first.get("a"), failing("no-such-store"));
  assert.equal(await store.reconfigure!({}), true);
  assert.deepEqual(first.get("a"), bytes("1"));
});

test("a store in memory can become larger, and smaller if its pairs still fit; they stay", async () => {
  const context = testContext();
  const store = await keyvalueKind({}).make({ bytes: 1000 }, context);
  const { first } = await keyvalueProbe(store.provide(context.importer("a")));
  first.open("default");
  first.set("a", new Uint8Array(600));
  assert.throws(() => first.set("b", new Uint8Array(600)), failing("the store is full: it holds at most 1000 bytes"));
  await store.reconfigure!({ bytes: 2000 });
  first.set("b", new Uint8Array(600));
  const tooSmall = "the pairs of `memory` could not be carried over to `memory`: the store is full: it holds at most 1000 bytes";
  await assert.rejects(store.reconfigure!({ bytes: 1000 }), { name: "StoreError", message: tooSmall });
  assert.deepEqual([first.get("a")!.length, first.get("b")!.length, context.lines], [600, 600, []]);
});
