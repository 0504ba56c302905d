import assert from "node:assert/strict";
import { test } from "node:test";
import { promising } from "@tenon/engine";
import { keyvalueProbe } from "../../fixtures/keyvalue.ts";
import type { Use } from "../capability/authority.ts";
import { type KeyValueBackend, StoreError } from "./backend.ts";
import { carryOver } from "./carry-over.ts";
import { U64 } from "./counter.ts";
import { keyvalueInterfaces } from "./interfaces.ts";
import { KeyValue } from "./keyvalue.ts";
import { MemoryBackend } from "./memory-backend.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A store that is far away: each operation is done when its turn comes. */
function far(store: KeyValueBackend, name = "far"): KeyValueBackend & { fails: string | undefined; closed: boolean } {
  const state = { fails: undefined as string | undefined, closed: false };
  return new Proxy(store, {
    get(target, key) {
      if (key === "name") return name;
      if (key === "fails" || key === "closed") return state[key];
      const value = Reflect.get(target, key, target) as unknown;
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        await new Promise(setImmediate);
        if (state.fails !== undefined) throw new StoreError(state.fails);
        if (key === "close") state.closed = true;
        return value.apply(target, args) as unknown;
      };
    },
    set(_target, key, value) {
      Object.assign(state, { [key]: value });
      return true;
    },
  }) as KeyValueBackend & { fails: string | undefined; closed: boolean };
}

test("what comes while pairs are carried over waits, and is done in the new store", async () => {
  const [old, fresh] = [far(new MemoryBackend(), "old"), far(new MemoryBackend(), "fresh")];
  const keyvalue = new KeyValue(old);
  await keyvalue.set("b", "n", bytes("41"));
  const moving = keyvalue.moveTo(fresh, async (from, to) => void (await carryOver(from, to)));
  const sum = keyvalue.increment("b", "n", 1n, U64);
  const second = keyvalue.moveTo(far(new MemoryBackend(), "last"), async (from, to) => void (await carryOver(from, to)));
  const more = keyvalue.increment("b", "n", 1n, U64);
  assert.equal(await sum, 42n);
  await moving;
  await second;
  assert.deepEqual([await more, keyvalue.backend.name, old.closed, fresh.closed], [43n, "last", true, true]);
});

test("nothing is lost of what comes at any moment of a move", async () => {
  const keyvalue = new KeyValue(far(new MemoryBackend()));
  for (let i = 0; i < 5; i++) await keyvalue.set("b", `${i}`, bytes("0"));
  const moving = keyvalue.moveTo(far(new MemoryBackend()), async (from, to) => void (await carryOver(from, to)));
  const sums: Promise<unknown>[] = [];
  for (let turn = 0; turn < 30; turn++) {
    for (let i = 0; i < 5; i++) sums.push(Promise.resolve(keyvalue.increment("b", `${i}`, 1n, U64)));
    await new Promise(setImmediate);
  }
  await moving;
  await Promise.all(sums);
  for (let i = 0; i < 5; i++) assert.equal(await keyvalue.increment("b", `${i}`, 0n, U64), 30n);
});

test("when pairs can't be carried over everything stays as it was, and who waited goes on there", async () => {
  const [old, fresh] = [far(new MemoryBackend(), "old"), far(new MemoryBackend(), "fresh")];
  const keyvalue = new KeyValue(old);
  await keyvalue.set("b", "n", bytes("41"));
  const moving = keyvalue.moveTo(fresh, async () => {
    await new Promise(setImmediate);
    throw new StoreError("no");
  });
  const sum = keyvalue.increment("b", "n", 1n, U64);
  await assert.rejects(moving, { message: "no" });
  assert.deepEqual([await sum, keyvalue.backend.name, old.closed], [42n, "old", false]);
});

test("a guest waits for a store that is far away; its failures are the error case, and told", async () => {
  const store = far(new MemoryBackend());
  const keyvalue = new KeyValue(store, { name: "store" });
  const uses: Use[] = [];
  keyvalue.audit((use) => uses.push(use));
  const { first, second } = await keyvalueProbe(keyvalueInterfaces(keyvalue));
  const call = (method: unknown, ...args: unknown[]) => promising(method)(...args);
  await call(first.open, "b");
  await call(second.open, "b");
  assert.equal(await call(first.increment, "n", 2n), 2n);
  assert.deepEqual(await call(second.swap, "n", bytes("3"), bytes("4")), [bytes("2"), bytes("4")]);
  assert.deepEqual(await call(first.keys), [1, ["n"]]);
  store.fails = "the line is cut";
  for (const [method, ...args] of [
    [first.get, "n"],
    [second.increment, "n", 1n],
    [second.swap, "n", bytes("3"), undefined],
  ] as const) {
    await assert.rejects(call(method, ...args), { payload: "the line is cut" });
  }
  assert.deepEqual(uses.at(-1), { capability: "store", operation: "get", target: "b/n", outcome: "other" });
});
