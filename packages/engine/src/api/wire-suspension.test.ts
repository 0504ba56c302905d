import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Interposer } from "../link/connection.ts";
import { rewire } from "../link/rewire.ts";
import { Store } from "../store/store.ts";
import type { Part } from "./component.ts";
import { promising } from "./promising.ts";
import { openPart, type PartExports } from "./test-part.ts";
import { type Driver, driver, driverOf, isDead, OUTSIDE, type Provider, provider } from "./test-wires.ts";

/** A host function whose promises are settled by hand, in any order. */
class Pending {
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  readonly ask = (x: number): Promise<unknown> => {
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

const ask = ({ part }: Driver, n: number): Promise<unknown> => promising(part.exports.ask)(n);

/** Drivers, each led to a provider of its own, whose outside is led to a driver of the next row, led to a provider that asks the host. */
async function rows(count: number) {
  const store = new Store();
  const host = new Pending();
  const outer: Driver[] = [];
  const near: Provider[] = [];
  for (let i = 1; i <= count; i++) {
    const far = await provider(store, i + 4, { ask: host.ask });
    const relay = await driver(store, far.counters);
    near.push(await provider(store, i, { ask: relay.run.ask }));
    outer.push(await driver(store, near.at(-1)!.counters));
  }
  return { store, host, outer, near };
}

function checkAtRest({ activations }: Store): void {
  assert.deepEqual([activations.syncDepth, activations.hostCalls, activations.current], [0, 0, 0]);
}

test("a host function waits below fused wires; calls that wait at once end in any order, each with its own value", async () => {
  const { store, host, outer } = await rows(4);
  for (const { end } of outer) assert.equal(end.maySuspend, true);
  const results = outer.map((each, i) => ask(each, i + 1));
  await setImmediate();
  assert.deepEqual(host.waiting, [1, 2, 3, 4]);
  const order: number[] = [];
  for (const [i, result] of results.entries()) result.then(() => order.push(i + 1));
  for (const x of [4, 2, 1, 3]) await host.resolve(x);
  assert.deepEqual(await Promise.all(results), [6010, 8020, 10030, 12040]);
  assert.deepEqual(order, [4, 2, 1, 3]);
  checkAtRest(store);
});

test("a rejection poisons those that wait for it", async () => {
  const { store, host, outer, near } = await rows(2);
  const [lost, kept] = outer.map((each, i) => ask(each, i + 1)) as [Promise<unknown>, Promise<unknown>];
  await setImmediate();
  const failed = assert.rejects(lost, { code: "trap/host-threw", message: /import `test:wires\/outside\.ask` threw: no more/ });
  await host.reject(1, new Error("no more"));
  await failed;
  await host.resolve(2);
  assert.equal(await kept, 8020);
  assert.deepEqual([isDead(outer[0]!.part), isDead(near[0]!.part), isDead(outer[1]!.part), isDead(near[1]!.part)], [true, true, false, false]);
  checkAtRest(store);
});

for (const which of ["the wire that the call went by", "a wire further on"] as const) {
  test(`re-pointed while a call waits, ${which}: it ends at the old end, new calls go to the new one`, async () => {
    const { host, outer, near, store } = await rows(2);
    const [d, e] = outer as [Driver, Driver];
    const c = (await promising(d.part.exports.create)(3)) as number;
    const slow = promising(d.part.exports.slow)(c, 1);
    await setImmediate();
    if (which === "the wire that the call went by") rewire([{ end: d.end, to: near[1]!.counters }]);
    else rewire([{ end: near[0]!.outside, to: { ask: (n: number) => 7 * n } }]);
    // The driver is busy: this one waits for its turn.
    const next = ask(d, 2);
    await setImmediate();
    assert.deepEqual(host.waiting, [1]);
    await host.resolve(1);
    assert.equal(await slow, 1003 + 5010);
    await setImmediate();
    if (which === "the wire that the call went by") {
      await host.resolve(2);
      assert.equal(await next, 8020);
      assert.equal(await promising(d.part.exports.get)(c), 6013, "and the handle is at home");
      assert.equal(d.end.drains.length, 1);
    } else {
      assert.equal(await next, 1014);
      assert.equal(d.run.ask(3), 1021);
    }
    d.run.drop(c);
    assert.deepEqual(d.end.drains, []);
    assert.equal(isDead(e.part), false);
    checkAtRest(store);
  });
}

test("cut while a call waits: the call ends, later ones fail", async () => {
  const { host, outer } = await rows(1);
  const [d] = outer as [Driver];
  const waiting = ask(d, 1);
  await setImmediate();
  rewire([{ end: d.end, to: null }]);
  await host.resolve(1);
  assert.equal(await waiting, 6010);
  await assert.rejects(ask(d, 2), { code: "wire/broken" });
});

for (const [what, to] of [
  ["re-pointed: it is at home, and passes what lay on its wire", 1],
  ["cut: it is closed, and can be dropped", null],
] as const) {
  test(`a handle that comes when its end is ${what}`, async () => {
    const d = await driverOf(2);
    const host = new Pending();
    let passed = 0;
    const slowly: Interposer = async ({ function: name, args, next }) => {
      passed += 1;
      if (name === "make") await host.ask(args[0] as number);
      return next(...args);
    };
    rewire([{ end: d.end, through: [slowly] }]);
    const made = promising(d.part.exports.make)(7) as Promise<number>;
    await setImmediate();
    rewire([{ end: d.end, to: to === null ? null : d.providers[to]!.counters }]);
    await host.resolve(7);
    const handle = await made;
    assert.equal(passed, 1);
    if (to !== null) {
      assert.equal(await promising(d.part.exports.get)(handle), 1007);
      assert.equal(passed, 2);
      d.run.drop(handle);
    } else {
      const other = (await promising(d.part.exports.drop)(handle)) as undefined;
      assert.equal(other, undefined);
      const again = await driver(d.store, d.providers[0]!.counters);
      rewire([{ end: again.end, through: [slowly] }]);
      const late = promising(again.part.exports.make)(8) as Promise<number>;
      await setImmediate();
      rewire([{ end: again.end, to: null }]);
      await host.resolve(8);
      const closed = await late;
      await assert.rejects(promising(again.part.exports.get)(closed) as Promise<unknown>, { code: "wire/broken" });
    }
    assert.equal(d.providers[0]!.dropped(), 1);
    assert.deepEqual(d.end.drains, []);
  });
}

test("a part that waits is queued for, by the host and through wires; synchronously it can't be entered", async () => {
  const { host, outer, near, store } = await rows(1);
  const [first] = outer as [Driver];
  const second = await driver(store, near[0]!.counters);
  const started = [ask(first, 1), ask(second, 2), ask(first, 3), promising(near[0]!.counters.ask)(4)];
  await setImmediate();
  assert.deepEqual(host.waiting, [1]);
  assert.throws(() => near[0]!.counters.ask(9), { code: "trap/cannot-enter", message: /`provider`: a call is already inside it/ });
  const served: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    for (let i = 0; i < 10 && host.waiting.length === 0; i++) await setImmediate();
    assert.equal(host.waiting.length, 1);
    served.push(host.waiting[0]!);
    await host.resolve(host.waiting[0]!);
  }
  assert.deepEqual(served.toSorted(), [1, 2, 3, 4]);
  assert.deepEqual(await Promise.all(started), [6010, 6020, 6030, 6040]);
  checkAtRest(store);
});

test("a queued call goes where the wire leads when it is made", async () => {
  const { host, outer, near, store } = await rows(2);
  const [first] = outer as [Driver];
  const second = await driver(store, near[0]!.counters);
  const one = ask(first, 1);
  await setImmediate();
  // It is under way: it waits at the provider.
  const two = ask(second, 2);
  await setImmediate();
  rewire([{ end: second.end, to: near[1]!.counters }]);
  await host.resolve(1);
  assert.equal(await one, 6010);
  await setImmediate();
  await host.resolve(2);
  assert.equal(await two, 6020);
  const three = ask(second, 3);
  await setImmediate();
  await host.resolve(3);
  assert.equal(await three, 8030);
});

test("what a call has left may be entered while it waits elsewhere", async () => {
  const store = new Store();
  const [inner, elsewhere] = [new Pending(), new Pending()];
  const b = await openPart("b", store, inner.ask);
  const shared = (b.exports as unknown as PartExports).call;
  const [a, other] = [await openPart("a", store, shared), await openPart("other", store, shared)];
  const start = ({ exports }: Part, name: "call" | "twice", x: number) => promising((exports as unknown as PartExports)[name])(x);
  const outer = start(a, "twice", 1);
  await setImmediate();
  const queued = start(other, "call", 5);
  await setImmediate();
  assert.deepEqual(inner.waiting, [1]);
  // The second time it calls something else, which waits for the queued call.
  rewire([{ end: a.ends.get("next")!, to: async (x: number) => Number(await elsewhere.ask(x)) + Number(await queued) }]);
  await inner.resolve(1);
  assert.deepEqual([inner.waiting, elsewhere.waiting], [[5], [11]]);
  await inner.resolve(5);
  await elsewhere.resolve(11, 1000);
  assert.deepEqual([await queued, await outer], [52, 1052]);
  checkAtRest(store);
});

test("a call that comes back through wires to the part that waits for it traps instead of waiting for ever", async () => {
  const d = await driverOf(1);
  const [one] = d.providers as [Provider];
  const away = await provider(d.store, 2, { ask: async (n: number) => setImmediate(n) });
  const middle = await driver(d.store, away.counters);
  rewire([{ end: one.outside, to: d.part.exports[OUTSIDE] }]);
  const message = /cannot enter component instance `driver`: a call is already inside it \(driver → provider → driver\)/;
  await assert.rejects(ask(d, 1), { code: "trap/cannot-enter", message });
  assert.equal(isDead(middle.part), false);
});

test("maySuspend follows the wires, through parts, handles and circles", async () => {
  const d = await driverOf(2);
  const [one, two] = d.providers as [Provider, Provider];
  assert.equal(d.end.maySuspend, false);
  rewire([{ end: two.outside, to: { ask: (n: number) => n } }]);
  assert.deepEqual([one.outside.maySuspend, two.outside.maySuspend, d.end.maySuspend], [false, true, false]);
  rewire([{ end: d.end, to: two.counters }]);
  assert.equal(d.end.maySuspend, true);
  rewire([{ end: one.outside, to: d.part.exports[OUTSIDE] }]);
  assert.equal(one.outside.maySuspend, true);
  rewire([{ end: d.end, to: one.counters }]);
  assert.deepEqual([d.end.maySuspend, one.outside.maySuspend], [false, false], "in a circle");
  // An old handle still leads to where calls may wait.
  const e = await driver(d.store, two.counters);
  const c = e.run.create(1);
  rewire([
    { end: e.end, to: one.counters },
    { end: one.outside, to: null },
  ]);
  assert.equal(e.end.maySuspend, false);
  rewire([{ end: one.outside, to: e.part.exports[OUTSIDE] }]);
  assert.equal(d.end.maySuspend, true);
  e.run.drop(c);
  assert.equal(d.end.maySuspend, false);
  rewire([{ end: d.end, through: [({ args, next }) => next(...args)] }]);
  assert.equal(d.end.maySuspend, true);
});

test("maySuspend along many wires", async () => {
  const store = new Store();
  const parts = await Promise.all(Array.from({ length: 60 }, () => openPart("p", store)));
  const calls = parts.map(({ exports }) => (exports as unknown as PartExports).call);
  const ends = parts.map((part) => part.ends.get("next")!);
  rewire(ends.map((end, i) => ({ end, to: calls[(i + 1) % parts.length]! })));
  assert.equal(ends[0]!.maySuspend, false);
  rewire([{ end: ends[59]!, to: (x: number) => x }]);
  assert.equal(ends[0]!.maySuspend, true);
  assert.equal(calls[0]!(1), 61);
});

test("a promise where the caller can't wait is an error, and harms nobody beyond the stack", async () => {
  const { outer, near, host } = await rows(1);
  const bystander = await driver(outer[0]!.part.store, near[0]!.counters);
  assert.throws(() => outer[0]!.run.ask(1), {
    code: "call/would-suspend",
    message: /import `test:wires\/outside\.ask` returned a promise in export `ask`; call the export through `promising`/,
  });
  await host.resolve(1);
  assert.equal(isDead(bystander.part), false);
});
