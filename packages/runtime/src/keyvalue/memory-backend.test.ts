import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { MemoryBackend } from "./memory-backend.ts";
import { backendSuite } from "./test-backend-suite.ts";

backendSuite("memory", () => new MemoryBackend());

const full = { name: "StoreError", message: "the store is full: it holds at most 400 bytes" };

test("a store in memory that is full refuses what makes it larger, whole", () => {
  const store = new MemoryBackend({ bytes: 400 });
  store.set("b", "a", new Uint8Array(100));
  assert.throws(() => store.set("b", "c", new Uint8Array(100)), full);
  assert.throws(() => store.increment("c", "n".repeat(100), 1n, { least: 0n, most: 9n }), full);
  assert.throws(
    () =>
      store.setMany("b", [
        ["a", new Uint8Array(1)],
        ["c", new Uint8Array(100)],
        ["d", new Uint8Array(100)],
      ]),
    full,
  );
  assert.deepEqual([store.get("b", "a")!.length, store.exists("b", "c"), store.buckets()], [100, false, ["b"]]);
  // Of a key that is there twice only the last needs room.
  store.setMany("b", [
    ["a", new Uint8Array(200)],
    ["a", new Uint8Array(200)],
  ]);
  store.set("b", "a", new Uint8Array(50));
  store.set("b", "c", new Uint8Array(50));
  store.delete("b", "a");
  store.set("b", "d", new Uint8Array(90));
});

test("a value is a copy: of what was given, and for whoever gets it", () => {
  const store = new MemoryBackend();
  const value = Uint8Array.of(1);
  store.set("b", "a", value);
  store.set("b", "a2", value);
  store.set("b", "a2", value);
  value[0] = 2;
  store.get("b", "a")![0] = 3;
  store.getMany("b", ["a"], 9)[0]![0] = 4;
  assert.deepEqual([store.get("b", "a"), store.get("b", "a2")], [Uint8Array.of(1), Uint8Array.of(1)]);
});

test("what is set and deleted for ever leaves nothing behind", () => {
  const store = new MemoryBackend({ bytes: 1000 });
  store.set("b", "stays", new Uint8Array());
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 200_000; i++) {
    store.set("b", `key ${i}`, new Uint8Array(100));
    store.delete("b", `key ${i}`);
  }
  collect();
  assert.ok(process.memoryUsage().heapUsed - before < 5_000_000);
  assert.deepEqual(store.keys("b", 0n, 10), { keys: ["stays"], next: undefined });
});
