import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "./component.ts";
import { rewinderOf } from "./rewind.ts";

const bytes = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

/**
 * Exports `step` (adds 1 to a global that is 5 and to byte 0, which is 3; grows the memory of one page by one; gives
 * global * 1000 + byte * 100 + (1 or 2, by the function in slot 0 of a table) * 10 + pages; then puts another function into that slot),
 * `spread` (grows by 300 pages) and `trap`.
 */
const COUNTER = bytes(
  "AGFzbQ0AAQABvQEAYXNtAQAAAAEIAmAAAX9gAAADBgUAAAABAQQEAXAAAgUDAQABBgYBfwFBBQsHGAMEc3RlcAACBHRyYXAAAwZzcHJlYWQABAkIAQBBAAsCAAEKYQUEAEEBCwQAQQILSAAjAEEBai" +
    "QAQQBBAC0AAEEBajoAAEHg1ANBAToAAEEBQAAaIwBB6AdsQQAtAABB5ABsakEAEQAAQQpsPwBqakEAQQElACYACwMAAAsIAEGsAkAAGgsLBwEAQQALAQMCBAEAAAAHBQFAAAB5BgoBAAABAARzdGVw" +
    "CAYBAAAAAAAHBQFAAAEABgwBAAABAAZzcHJlYWQIBgEAAAEAAQcFAUAAAQAGCgEAAAEABHRyYXAIBgEAAAIAAgseAwAEc3RlcAEAAAAGc3ByZWFkAQEAAAR0cmFwAQIA",
);
/** Its start function calls the import `note`. */
const NOTING = bytes(
  "AGFzbQ0AAQAHBQFAAAEACgkBAARub3RlAQAIBQEBAAAAATIAYXNtAQAAAAEEAWAAAAIJAQAEbm90ZQAAAwIBAAUDAQABBwUBAWYAAQgBAAoEAQIACwIQAgEBBG5vdGUAAAAAAQASAAcFAUAAAQAGBw" +
    "EAAAEBAWYIBgEAAAEAAQsHAQABZgEBAA==",
);

/**
 * Exports a resource `r` (`make` gives one of a representation, which is an address that its destructor writes 0xdead to; `rep-of`),
 * `put` and `get` for words of the memory, and `inc` and `dec`, which are the built-ins of backpressure.
 */
const HOLDER = bytes(
  "AGFzbQ0AAQABqQEAYXNtAQAAAAEWBWACf38AYAF/AX9gAAF/YAAAYAF/AAMHBgABAQIDBAUDAQABBgYBfwFBAAsHLwcDbWVtAgADcHV0AAADZ2V0AAEEZ3JvdwACBHNpemUAAwRib29tAAQEZHRvcgAF" +
    "Ci8GCQAgACABNgIACwcAIAAoAgALBgAgAEAACwQAPwALAwAACwsAIABBrb0DNgIACwAPBG5hbWUAAgFtBwQBAAFuAgQBAAAABgoBAAABAARkdG9yBwUBP38BAAsHAQABcgMAAAgFAwIAJCUBhAEAYXNt" +
    "AQAAAAEJAmABfwF/YAAAAhYDAANuZXcAAAADaW5jAAEAA2RlYwABAwUEAQEAAAcaBANpbmMAAwNkZWMABARtYWtlAAUDcmVwAAYKFwQEABABCwQAEAILBgAgABAACwQAIAALABsEbmFtZQACAW4BEAMA" +
    "A25ldwEDaW5jAgNkZWMCGwIBAwNuZXcAAQNpbmMAAgNkZWMAAwABAQASAQcFAUAAAQAGCQEAAAECA2luYwgGAQAABAACBwUBQAABAAYJAQAAAQIDZGVjCAYBAAAFAAMHDAFAAgJhdHkBdnkBAAYJAQAA" +
    "AQADcHV0CAYBAAAGAAQHCQFAAQJhdHkAeQYJAQAAAQADZ2V0CAYBAAAHAAUHCQFAAQJieXkAegYKAQAAAQAEZ3JvdwgGAQAACAAGBwUBQAAAeQYKAQAAAQAEc2l6ZQgGAQAACQAHBwUBQAABAAYKAQAA" +
    "AQAEYm9vbQgGAQAACgAIBwwCaQFAAQNyZXB5AAkGCgEAAAECBG1ha2UIBgEAAAsACgcKAmgBQAEBcgsAeQYJAQAAAQIDcmVwCAYBAAAMAAwLUAkAA2luYwEAAAADZGVjAQEAAANwdXQBAgAAA2dldAED" +
    "AAAEZ3JvdwEEAAAEc2l6ZQEFAAAEYm9vbQEGAAAEbWFrZQEHAAAGcmVwLW9mAQgAAEQOY29tcG9uZW50LW5hbWUBEgAAAwEDbmV3AgNpbmMDA2RlYwEJABECAAFtAQFuAQkAEgIAAWkCAWoBCQMCAAJy" +
    "JwEBcg==",
);

type Exports = Record<"step" | "trap" | "spread", () => number>;

async function counter() {
  const rewinder = await rewinderOf((await compile(COUNTER)).link());
  const { exports, ...instance } = await rewinder!.instantiate();
  return { exports: exports as Exports, instance, rewinder };
}

test("memory, globals, tables and the size of memory start over", async () => {
  const plain = (await (await compile(COUNTER)).instantiate()).exports as Exports;
  const { exports, instance } = await counter();
  const fresh = [plain.step(), plain.step()];
  assert.deepEqual(fresh, [6412, 7523]);
  for (let i = 0; i < 20; i++) {
    assert.deepEqual([exports.step(), exports.step()], fresh);
    assert.equal(instance.rewind(), true);
  }
});

test("instances of one component are independent", async () => {
  const { exports, rewinder } = await counter();
  const other = (await rewinder!.instantiate()).exports as Exports;
  exports.step();
  assert.equal(other.step(), 6412);
});

test("an instance that trapped does not start over; its stack is that of the component", async () => {
  const offsets = (error: unknown) => [...String((error as Error).stack).matchAll(/wasm-function\[\d+\]:0x[0-9a-f]+/g)].map(String);
  const trapOf = (exports: Exports): Error => {
    try {
      exports.trap();
    } catch (error) {
      return (error as Error).cause as Error;
    }
    return assert.fail("it did not trap");
  };
  const plain = trapOf((await (await compile(COUNTER)).instantiate()).exports as Exports);
  const rewinder = await rewinderOf((await compile(COUNTER)).link());
  const instance = await rewinder!.instantiate();
  const error = trapOf(instance.exports as Exports);
  assert.notDeepEqual(offsets(error), offsets(plain));
  instance.correctStack(error);
  assert.deepEqual(offsets(error), offsets(plain));
  assert.ok(offsets(plain).length > 0);
  assert.equal(instance.rewind(), false);
});

test("an instance whose memory grew much does not start over", async () => {
  const { exports, instance } = await counter();
  exports.spread();
  assert.equal(instance.rewind(), false);
});

test("where instantiation calls the host, instances are not alike; the host does not notice the question", async () => {
  let notes = 0;
  const linked = (await compile(NOTING)).link({
    note: () => {
      notes += 1;
    },
  });
  assert.equal(await rewinderOf(linked), undefined);
  assert.equal(notes, 0);
});

interface Holder {
  readonly make: (rep: number) => Disposable;
  readonly repOf: (of: Disposable) => number;
  readonly get: (at: number) => number;
  readonly inc: () => void;
  readonly dec: () => void;
}

async function holder() {
  const rewinder = await rewinderOf((await compile(HOLDER)).link());
  const { exports, rewind } = await rewinder!.instantiate();
  return { exports: exports as unknown as Holder, rewind };
}

test("a resource that JavaScript kept does not reach the instance that started over", async () => {
  const { exports, rewind } = await holder();
  const kept = exports.make(200);
  assert.equal(rewind(), true);
  assert.throws(() => exports.repOf(kept), /dropped/);
  kept[Symbol.dispose]();
  assert.equal(exports.get(200), 0);
  const own = exports.make(300);
  assert.equal(exports.repOf(own), 300);
  own[Symbol.dispose]();
  assert.equal(exports.get(300), 0xdead);
});

test("backpressure does not stay", async () => {
  const { exports, rewind } = await holder();
  exports.inc();
  assert.equal(rewind(), true);
  assert.throws(() => exports.dec(), /backpressure/);
});
