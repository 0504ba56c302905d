/** What every backend of `keyvalue` has to do, seen by a guest: run by the tests of each. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { keyvalueProbe, type SecondProbe } from "../../fixtures/keyvalue.ts";
import { MAX_KEY_BYTES, MAX_KEYS_PER_CALL } from "../limits.ts";
import type { KeyValueBackend } from "./backend.ts";
import { S64 } from "./counter.ts";
import { keyvalueInterfaces } from "./interfaces.ts";
import { KeyValue } from "./keyvalue.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => value && new TextDecoder().decode(value);
const failing = (words: string) => (error: Error) => {
  assert.equal((error as { payload?: unknown }).payload, words);
  return true;
};

/** Names that would be something else than data to a careless store. */
const AWKWARD = ["", "a'b\"c;--", "%_*", "ключ", "🦀\u0000🦀", "__proto__", "constructor", "../../etc/passwd", "a/b", "A", "a", "é", "e\u0301"];

export function backendSuite(name: string, make: () => KeyValueBackend): void {
  const probe = async () => keyvalueProbe(keyvalueInterfaces(new KeyValue(make())));

  for (const draft of ["first", "second"] as const) {
    test(`${name}, ${draft} draft: set, get, exists, delete`, async () => {
      const store = (await probe())[draft];
      store.open("default");
      assert.deepEqual([store.get("a"), store.exists("a")], [undefined, false]);
      store.delete("a");
      store.set("a", bytes("1"));
      store.set("a", bytes("22"));
      assert.deepEqual([text(store.get("a")), store.exists("a")], ["22", true]);
      store.set("empty", new Uint8Array());
      assert.deepEqual([store.get("empty"), store.exists("empty")], [new Uint8Array(), true]);
      store.delete("a");
      assert.deepEqual([store.get("a"), store.exists("a")], [undefined, false]);
    });

    test(`${name}, ${draft} draft: names of buckets and keys are data`, async () => {
      const store = (await probe())[draft];
      for (const bucket of AWKWARD) {
        store.open(bucket);
        assert.deepEqual(store.keys(), [1, []]);
        for (const key of AWKWARD) store.set(key, bytes(`${bucket}|${key}`));
      }
      for (const bucket of AWKWARD) {
        store.open(bucket);
        assert.deepEqual(store.keys(), [1, AWKWARD]);
        for (const key of AWKWARD) assert.equal(text(store.get(key)), `${bucket}|${key}`);
      }
    });

    test(`${name}, ${draft} draft: increments, from nothing and from digits that were set`, async () => {
      const store = (await probe())[draft];
      store.open("default");
      assert.deepEqual([store.increment("n", 5n), store.increment("n", 0n), store.increment("n", 37n), text(store.get("n"))], [5n, 5n, 42n, "42"]);
      store.set("n", bytes("007"));
      assert.equal(store.increment("n", 1n), 8n);
      for (const value of ["", "x", "1.5", " 1", "1\n", "+1", "0x1", "1".repeat(21)]) {
        store.set("n", bytes(value));
        assert.throws(() => store.increment("n", 1n), failing("the value there is no number: only decimal digits can be incremented"), value);
        assert.equal(text(store.get("n")), value);
      }
    });

    test(`${name}, ${draft} draft: keys come in pages, none twice, none left out for what is deleted meanwhile`, async () => {
      const store = (await probe())[draft];
      store.open("default");
      const keys = Array.from({ length: 2 * MAX_KEYS_PER_CALL + 1 }, (_, i) => `key ${i}`);
      for (let i = 0; i < keys.length; i += MAX_KEYS_PER_CALL) store.setMany(keys.slice(i, i + MAX_KEYS_PER_CALL).map((key) => [key, bytes("")]));
      assert.deepEqual(store.keys(), [3, keys]);
      store.deleteMany(keys.slice(0, MAX_KEYS_PER_CALL));
      store.set(keys[0]!, bytes("again"));
      assert.deepEqual(store.keys(), [2, [...keys.slice(MAX_KEYS_PER_CALL), keys[0]]]);
    });

    test(`${name}, ${draft} draft: batches, with keys twice and keys that are not there`, async () => {
      const store = (await probe())[draft];
      store.open("default");
      store.setMany([
        ["a", bytes("1")],
        ["b", bytes("2")],
        ["a", bytes("3")],
      ]);
      const got = store.getMany(["b", "none", "a", "b"]);
      assert.deepEqual(
        got.map((pair) => pair && [pair[0], text(pair[1])]),
        [["b", "2"], undefined, ["a", "3"], ["b", "2"]],
      );
      store.deleteMany(["a", "none", "a"]);
      assert.deepEqual(store.keys(), [1, ["b"]]);
      assert.deepEqual([store.getMany([]), store.setMany([]), store.deleteMany([])], [[], undefined, undefined]);
    });

    test(`${name}, ${draft} draft: what is too long or too many is refused in words`, async () => {
      const store = (await probe())[draft];
      const long = "é".repeat(MAX_KEY_BYTES / 2);
      store.open(long);
      assert.throws(() => store.open(`${long}e`), failing("the name of a bucket has at most 4096 bytes"));
      store.set(long, bytes("1"));
      assert.equal(text(store.get(long)), "1");
      const tooLong = failing("a key has at most 4096 bytes");
      assert.throws(() => store.set(`${long}e`, bytes("1")), tooLong);
      assert.throws(() => store.get("a".repeat(MAX_KEY_BYTES + 1)), tooLong);
      assert.throws(() => store.setMany([[`${long}e`, bytes("1")]]), tooLong);
      const many = Array.from({ length: MAX_KEYS_PER_CALL + 1 }, (_, i) => `${i}`);
      assert.throws(() => store.deleteMany(many), failing("a batch has at most 4096 keys, not 4097"));
      assert.throws(() => store.getMany(many), failing("a batch has at most 4096 keys, not 4097"));
    });
  }

  test(`${name}: the two drafts are two views of one store`, async () => {
    const { first, second } = await probe();
    first.open("default");
    second.open("default");
    first.increment("n", 40n);
    assert.equal(second.increment("n", -42n), -2n);
    assert.throws(() => first.increment("n", 1n), failing("the sum is beyond what a counter can hold, 0 to 18446744073709551615"));
    assert.equal(second.increment("n", 2n), 0n);
    assert.equal(first.increment("n", 2n ** 64n - 1n), 2n ** 64n - 1n);
    assert.throws(() => first.increment("n", 1n), failing("the sum is beyond what a counter can hold, 0 to 18446744073709551615"));
    const beyond = "the sum is beyond what a counter can hold, -9223372036854775808 to 9223372036854775807";
    assert.throws(() => second.increment("n", -1n), failing(beyond));
    assert.equal(text(second.get("n")), "18446744073709551615");
    second.set("n", bytes("-9223372036854775808"));
    assert.throws(() => second.increment("n", -1n), failing(beyond));
    assert.equal(second.increment("n", 2n ** 63n - 1n), -1n);
  });

  test(`${name}: compare and swap`, async () => {
    const { second: store } = await probe();
    store.open("default");
    const swapped = (...args: Parameters<SecondProbe["swap"]>) => store.swap(...args).map(text);
    assert.deepEqual(swapped("a", bytes("1")), [undefined]);
    assert.deepEqual(swapped("a", bytes("2")), ["1"]);
    // Another value got in between: it is seen, and the next try is about that.
    assert.deepEqual(swapped("a", bytes("3"), bytes("meddled")), ["2", "meddled"]);
    assert.deepEqual(swapped("new", bytes("4"), bytes("meddled")), [undefined, "meddled"]);
    // The same value, set anew, is the same value.
    assert.deepEqual(swapped("a", bytes("5"), bytes("3")), ["3"]);
    assert.equal(text(store.get("a")), "5");
  });

  test(`${name}: a cursor that was made up is an error`, async () => {
    const { second: store } = await probe();
    store.open("default");
    store.listFrom("123456789012345678");
    for (const cursor of ["", "x", "-1", "1.5", "1".repeat(21)])
      assert.throws(() => store.listFrom(cursor), failing("the cursor is none that this store gave"));
  });

  test(`${name}: values of one batch are limited`, async () => {
    const backend = make();
    await backend.setMany("b", [
      ["a", bytes("123")],
      ["c", bytes("45")],
    ]);
    assert.deepEqual(((await backend.getMany("b", ["a", "c"], 5)) as Uint8Array[]).map(text), ["123", "45"]);
    await assert.rejects(async () => backend.getMany("b", ["a", "c", "c"], 6), {
      name: "StoreError",
      message: "the values of one batch are more than 6 bytes: ask for fewer at a time",
    });
  });

  test(`${name}: a batch that failed leaves nothing begun`, async () => {
    const backend = make();
    await backend.set("b", "a", bytes("123"));
    for (let i = 0; i < 2; i++) await assert.rejects(async () => backend.getMany("b", ["a"], 2), { name: "StoreError" });
    await backend.setMany("b", [["a", bytes("4")]]);
    assert.deepEqual(((await backend.getMany("b", ["a"], 2)) as Uint8Array[]).map(text), ["4"]);
  });

  test(`${name}: a key that is added while keys are listed is not before the page that comes`, async () => {
    const backend = make();
    for (const key of ["a", "b", "c", "d"]) await backend.set("b", key, bytes(""));
    const { keys, next } = await backend.keys("b", 0n, 3);
    assert.deepEqual(keys, ["a", "b", "c"]);
    await backend.deleteMany("b", ["c", "d"]);
    await backend.set("b", "e", bytes(""));
    assert.deepEqual(await backend.keys("b", next!, 3), { keys: ["e"], next: undefined });
  });

  test(`${name}: any operations give what a map gives`, async () => {
    const key = fc.constantFrom("a", "b", "c", "d");
    const value = fc.uint8Array({ maxLength: 3 });
    const operation = fc.oneof(
      fc.record({ op: fc.constant("set" as const), key, value }),
      fc.record({ op: fc.constant("delete" as const), key }),
      fc.record({ op: fc.constant("increment" as const), key, delta: fc.bigInt(-9n, 9n) }),
      fc.record({ op: fc.constant("replace" as const), key, expected: fc.option(value, { nil: undefined }), value }),
      fc.record({ op: fc.constant("setMany" as const), pairs: fc.array(fc.tuple(key, value), { maxLength: 3 }) }),
      fc.record({ op: fc.constant("deleteMany" as const), keys: fc.array(key, { maxLength: 3 }) }),
    );
    const property = fc.asyncProperty(fc.array(operation, { maxLength: 30 }), async (operations) => {
      const backend = make();
      const model = new Map<string, string>();
      const hex = (value: Uint8Array) => [...value].join();
      for (const each of operations) {
        if (each.op === "set") {
          await backend.set("b", each.key, each.value);
          model.set(each.key, hex(each.value));
        } else if (each.op === "delete") {
          await backend.delete("b", each.key);
          model.delete(each.key);
        } else if (each.op === "increment") {
          const before = model.get(each.key);
          const digits = before === undefined ? "0" : String.fromCharCode(...before.split(",").map(Number));
          const done = (async () => backend.increment("b", each.key, each.delta, S64))();
          if (!/^-?[0-9]+$/.test(digits)) {
            await assert.rejects(done, { name: "StoreError" });
            continue;
          }
          const sum = BigInt(digits) + each.delta;
          assert.equal(await done, sum);
          model.set(each.key, hex(bytes(String(sum))));
        } else if (each.op === "replace") {
          const fits = model.get(each.key) === (each.expected && hex(each.expected));
          assert.equal(await backend.replace("b", each.key, each.expected, each.value), fits);
          if (fits) model.set(each.key, hex(each.value));
        } else if (each.op === "setMany") {
          await backend.setMany("b", each.pairs);
          for (const [key, value] of each.pairs) model.set(key, hex(value));
        } else {
          await backend.deleteMany("b", each.keys);
          for (const key of each.keys) model.delete(key);
        }
      }
      const { keys } = await backend.keys("b", 0n, 100);
      assert.deepEqual([...keys], [...model.keys()]);
      for (const key of keys) assert.equal(hex((await backend.get("b", key))!), model.get(key));
      assert.deepEqual(await backend.buckets(), model.size === 0 ? [] : ["b"]);
      await backend.close();
    });
    await fc.assert(property, { numRuns: 60 });
  });
}
