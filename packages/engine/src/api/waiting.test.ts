import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Trap } from "../diagnostics/trap.ts";
import type { Store } from "../store/store.ts";
import { compile, type Instance } from "./component.ts";
import { promising } from "./promising.ts";
import { makePart, type PartExports } from "./test-part.ts";

/** Exports a resource `thing`, `forge: func() -> thing`, which returns 9, and `make: func() -> thing`. */
const FORGER =
  "AGFzbQ0AAQAHBAE/fwALCwEABXRoaW5nAwAACAMBAgABRABhc20BAAAAAQoCYAF/AX9gAAF/AggBAANuZXcAAAMDAgEBBxACBWZvcmdlAAEEbWFrZQACCg0CBABBCQsGAEEJEAALAg8CAQEDbmV3AA" +
  "AAAAEAEgAHBwJpAUAAAAIGCwEAAAEBBWZvcmdlCAYBAAABAAMHBwJpAUAAAAQGCgEAAAEBBG1ha2UIBgEAAAIABQsUAgAFZm9yZ2UBAAAABG1ha2UBAQA=";

type Entry = Exclude<keyof PartExports, "ping">;

/** A host function whose promises are settled by hand, in any order. */
class Pending {
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  readonly next = (x: number): Promise<unknown> => {
    const made = Promise.withResolvers<unknown>();
    this.#open.set(x, made);
    return made.promise;
  };

  get waiting(): number[] {
    return [...this.#open.keys()];
  }

  async resolve(x: number, value: unknown = 10 * x): Promise<void> {
    this.#take(x).resolve(value);
    await setImmediate();
  }

  async reject(x: number, reason: unknown): Promise<void> {
    this.#take(x).reject(reason);
    await setImmediate();
  }

  #take(x: number): PromiseWithResolvers<unknown> {
    const found = this.#open.get(x);
    assert.ok(found, `nobody waits for ${x}`);
    this.#open.delete(x);
    return found;
  }
}

const exportsOf = ({ exports }: Instance): PartExports => exports as unknown as PartExports;
const start = (instance: Instance, entry: Entry, x: number): Promise<unknown> => promising(exportsOf(instance)[entry])(x);
const isDead = ({ poisonedBy }: Instance): boolean => poisonedBy !== undefined;

function checkAtRest({ activations }: Store): void {
  assert.deepEqual([activations.syncDepth, activations.hostCalls, activations.current], [0, 0, 0]);
}

/** `a1` and `a2` call `b`, by its export `entry`; `b` calls a host function that waits. `apart` has a host function of its own. */
async function fork(entry: Entry = "call"): Promise<{ host: Pending; a1: Instance; a2: Instance; b: Instance; store: Store }> {
  const host = new Pending();
  const b = await makePart(host.next, "b");
  const { store } = b;
  const shared = exportsOf(b)[entry];
  return { host, b, store, a1: await makePart(shared, "a1", store), a2: await makePart(shared, "a2", store) };
}

test("a promise below two guests", async () => {
  const { host, a1, store } = await fork();
  const result = start(a1, "call", 4);
  await setImmediate();
  assert.deepEqual(host.waiting, [4]);
  await host.resolve(4);
  assert.equal(await result, 42);
  checkAtRest(store);
});

test("a guest that waits twice, below one that does", async () => {
  const { host, a1, store } = await fork("twice");
  const result = start(a1, "twice", 1);
  for (const x of [1, 10, 100, 1000]) {
    await setImmediate();
    await host.resolve(x);
  }
  assert.equal(await result, 10_000);
  checkAtRest(store);
});

test("a second call that comes to a waiting guest waits for its turn, by wire and from JavaScript", async () => {
  const { host, a1, a2, b, store } = await fork();
  const first = start(a1, "call", 1);
  await setImmediate();
  const second = start(a2, "call", 2);
  const third = start(b, "call", 3);
  const fourth = start(a1, "call", 4);
  await setImmediate();
  const served: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    for (let i = 0; i < 10 && host.waiting.length === 0; i++) await setImmediate();
    assert.equal(host.waiting.length, 1, "one at a time");
    served.push(host.waiting[0]!);
    await host.resolve(host.waiting[0]!);
  }
  assert.equal(served[0], 1);
  assert.equal(await first, 12);
  assert.deepEqual(await Promise.all([second, third, fourth]), [22, 31, 42]);
  checkAtRest(store);
});

test("a waiting guest can't be entered synchronously, and goes on", async () => {
  const { host, a1, a2, b, store } = await fork();
  const result = start(a1, "call", 1);
  await setImmediate();
  assert.throws(() => exportsOf(b).ping(), { code: "trap/cannot-enter", message: /cannot enter component instance `b`/ });
  assert.throws(() => exportsOf(a1).ping(), { code: "trap/cannot-enter", message: /cannot enter component instance `a1`/ });
  assert.equal(exportsOf(a2).ping(), 7);
  // By a wire it is the caller's trap.
  assert.throws(() => exportsOf(a2).call(2), { code: "trap/cannot-enter", message: /cannot enter component instance `b`/ });
  assert.deepEqual([a1, a2, b].map(isDead), [false, true, false]);
  await host.resolve(1);
  assert.equal(await result, 12);
  assert.equal(exportsOf(b).ping(), 7);
  checkAtRest(store);
});

const ends: ReadonlyArray<[what: string, settle: (host: Pending) => Promise<void>, entry: Entry, error: object]> = [
  ["a rejection", (host) => host.reject(1, new Error("no more")), "call", { code: "trap/host-threw", message: "import `next` threw: no more" }],
  ["a rejection without an error", (host) => host.reject(1, undefined), "call", { code: "trap/host-threw", message: "import `next` threw: undefined" }],
  ["a rejection below a guest that catches", (host) => host.reject(1, new Error("no more")), "catching", { code: "trap/host-threw", message: /no more/ }],
  ["a value of another type", (host) => host.resolve(1, "x"), "call", { code: "call/type-mismatch", message: /result of import `next`: expected u32/ }],
  ["a value of another type below a guest that catches", (host) => host.resolve(1, "x"), "catching", { code: "call/type-mismatch" }],
  ["a trap after the wait", (host) => host.resolve(1), "thenTrap", { code: "trap/core", message: /unreachable/ }],
];
for (const [what, settle, entry, error] of ends) {
  for (const outer of ["call", "catching"] as const) {
    test(`${what} kills both guests, and nobody else (${outer})`, async () => {
      const { host, a1, a2, b, store } = await fork(entry);
      const apart = await makePart(host.next, "apart", store);
      const result = start(a1, outer, 1);
      const bystander = start(apart, "call", 5);
      await setImmediate();
      const queued = start(a2, "call", 2);
      await setImmediate();
      const failed = [assert.rejects(result, error), assert.rejects(queued, { code: "trap/poisoned", message: /cannot enter component instance `b`/ })];
      await settle(host);
      await Promise.all(failed);
      assert.deepEqual([a1, a2, b, apart].map(isDead), [true, true, true, false]);
      await host.resolve(5);
      assert.equal(await bystander, 51);
      assert.equal(exportsOf(apart).ping(), 7);
      await assert.rejects(start(b, "call", 1), { code: "trap/poisoned" });
      checkAtRest(store);
    });
  }
}

test("calls that wait at once end in any order, each with its own result or trap", async () => {
  const host = new Pending();
  const parts: Instance[] = [];
  for (let i = 0; i < 6; i++) {
    const inner: Instance = await makePart(host.next, `inner ${i}`, parts[0]?.store);
    parts.push(await makePart(exportsOf(inner)[i % 3 === 2 ? "thenTrap" : "call"], `outer ${i}`, inner.store));
  }
  const { store } = parts[0]!;
  const results = Promise.allSettled(parts.map((part, i) => start(part, i % 2 === 0 ? "call" : "catching", i)));
  await setImmediate();
  // In between, others come and go.
  const sync = await makePart((x) => x, "sync", store);
  for (const i of [3, 0, 5, 2, 4, 1]) {
    await host.resolve(i);
    assert.equal(exportsOf(sync).call(1), 2);
  }
  const outcome = (await results).map((result) => (result.status === "fulfilled" ? result.value : (result.reason as Trap).code));
  assert.deepEqual(outcome, [2, 11, "trap/core", 31, 42, "trap/core"]);
  assert.deepEqual(parts.map(isDead), [false, false, true, false, false, true]);
  checkAtRest(store);
});

test("what a host function calls while others wait fails by itself", async () => {
  const host = new Pending();
  const victim = await makePart((x) => x, "victim");
  const { store } = victim;
  const probe = (x: number): unknown => {
    assert.throws(() => exportsOf(victim).thenTrap(x));
    return host.next(x);
  };
  const b = await makePart(probe, "b", store);
  const a = await makePart(exportsOf(b).call, "a", store);
  const result = start(a, "call", 3);
  await setImmediate();
  assert.deepEqual([a, b, victim].map(isDead), [false, false, true]);
  await host.resolve(3);
  assert.equal(await result, 32);
  checkAtRest(store);
});

test("a call that descends from a waiting one, and comes back to it, traps instead of waiting for ever", async () => {
  const errors: Trap[] = [];
  let home: Instance;
  const back = async (x: number): Promise<number> => {
    await start(home, "call", x).catch((error) => errors.push(error));
    return x;
  };
  const b = await makePart(back, "b");
  home = await makePart(exportsOf(b).call, "a", b.store);
  // Called before the host function first waits: its caller is known.
  assert.equal(await start(home, "call", 5), 7);
  assert.deepEqual(
    errors.map(({ code }) => code),
    ["trap/cannot-enter"],
  );
  checkAtRest(b.store);
});

test("a promise that comes where the caller can't wait is the caller's error, and is not lost", async () => {
  const { host, a1, b } = await fork();
  assert.throws(() => exportsOf(a1).call(1), { code: "call/would-suspend", message: /import `next` returned a promise/ });
  assert.deepEqual([a1, b].map(isDead), [true, true]);
  await host.reject(1, new Error("nobody listens"));
});

test("what breaks a rule on the way out is told in words from the asynchronous side too", async () => {
  // A component that defines a resource and returns a handle that it does not have.
  const forger = await compile(Uint8Array.from(atob(FORGER), (c) => c.charCodeAt(0)));
  const { exports, store } = await forger.instantiate();
  await assert.rejects(promising(exports.forge)(), { code: "trap/unknown-handle", message: "wasm trap: unknown handle index 9" });
  checkAtRest(store);
  // It is the end of that instance, and of no other call.
  const other = await forger.instantiate({}, { store });
  assert.throws(other.exports.forge as () => void, { code: "trap/unknown-handle" });
});
