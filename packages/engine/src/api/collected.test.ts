import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { rewire } from "../link/rewire.ts";
import { Store } from "../store/store.ts";
import { promising } from "./promising.ts";
import { COUNTERS, type Driver, driver, load, type Provider, provider } from "./test-wires.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

async function collect(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    await setImmediate();
    gc();
  }
  await setImmediate();
}

/** Something that the core code of a guest imports: alive as long as the code is. */
type Trace = WeakRef<(n: number) => unknown>;

/** A provider that nobody holds but what `use` leads to it. */
async function traced(store: Store, tag: number, use: (provider: Provider) => unknown): Promise<Trace> {
  const ask = (n: number): unknown => n;
  await use(await provider(store, tag, { ask }));
  return new WeakRef(ask);
}

async function gone(trace: Trace): Promise<boolean> {
  await collect();
  return trace.deref() === undefined;
}

const lead =
  ({ end }: Driver) =>
  ({ counters }: Provider): void =>
    rewire([{ end, to: counters }]);

test("an old provider goes when its last handle is dropped, and not before", async () => {
  const store = new Store();
  const d = await driver(store);
  const one = await traced(store, 1, lead(d));
  const [a, b] = [d.run.create(1), d.run.create(2)];
  const two = await traced(store, 2, lead(d));
  assert.equal(await gone(one), false);
  assert.deepEqual([d.run.get(a), d.run.slow(b, 5)], [1001, 1007]);
  d.run.drop(a);
  assert.equal(await gone(one), false);
  assert.equal(d.run.get(b), 1007);
  d.run.drop(b);
  assert.equal(await gone(one), true);
  assert.equal(await gone(two), false);
  assert.equal(d.run.get(d.run.create(1)), 2001);
});

const ways: ReadonlyArray<[what: string, leave: (d: Driver, other: Provider) => void]> = [
  ["re-pointed", (d, { counters }) => rewire([{ end: d.end, to: counters }])],
  ["cut", ({ end }) => rewire([{ end, to: null }])],
  [
    "interposed on, and then re-pointed",
    (d, { counters }) => {
      rewire([{ end: d.end, through: [({ args, next }) => next(...args)] }]);
      const made = d.run.create(1);
      d.run.drop(d.run.copy(made));
      d.run.drop(made);
      rewire([{ end: d.end, to: counters }]);
    },
  ],
  [
    "guarded, poisoned and then cut",
    (d) => {
      rewire([{ end: d.end, guard: true, onFailure: "dead" }]);
      assert.throws(() => (d.end.to as Provider["counters"]).fail());
      rewire([{ end: d.end, to: null }]);
    },
  ],
  [
    "drained, and closed",
    (d, { counters }) => {
      const old = d.run.create(1);
      rewire([{ end: d.end, to: counters }]);
      d.end.drains[0]!.close();
      d.run.drop(old);
    },
  ],
];
for (const [what, leave] of ways) {
  test(`it goes when its end is ${what}`, async () => {
    const store = new Store();
    const [d, other] = [await driver(store), await provider(store, 2)];
    const trace = await traced(store, 1, lead(d));
    d.run.drop(d.run.create(1));
    assert.equal(await gone(trace), false);
    leave(d, other);
    assert.equal(await gone(trace), true);
    assert.equal(d.part.poisonedBy, undefined);
  });
}

test("a counter in JavaScript's hands keeps its provider", async () => {
  const store = new Store();
  let counter: { get(): number } | undefined;
  const trace = await traced(store, 1, ({ counters }) => {
    counter = new counters.Counter(1);
  });
  assert.equal(await gone(trace), false);
  assert.equal(counter!.get(), 1001);
  counter = undefined;
  // First the counter is dropped by its finalizer, then the rest goes.
  await collect();
  assert.equal(await gone(trace), true);
});

test("a call under way keeps the instances that it is in, where nothing else does", async () => {
  const store = new Store();
  const d = await driver(store);
  const { promise, resolve } = Promise.withResolvers<number>();
  const inside = (): string[] => [...store.instances.values()].flatMap(({ name, parent }) => (parent === undefined ? [name] : [])).sort();
  await (async () => {
    const beyond = await provider(store, 3, { ask: (n: number) => promise.then((m) => n + m) });
    const relay = await driver(store, beyond.counters);
    const { counters } = await provider(store, 1, relay.part.exports["test:wires/outside"]);
    rewire([{ end: d.end, to: counters }]);
  })();
  const waiting = promising(d.part.exports.ask)(1);
  rewire([{ end: d.end, to: null }]);
  await collect();
  assert.deepEqual(inside(), ["driver", "driver", "provider", "provider"]);
  // Their records are still theirs: others are made meanwhile.
  for (let i = 0; i < 20; i++) await provider(store, 9);
  resolve(5);
  assert.equal(await waiting, 1000 + 3005);
  await collect();
  assert.deepEqual(inside(), ["driver"]);
});

test("a caller goes, too: wires don't hold those who call by them", async () => {
  const store = new Store();
  const one = await provider(store, 1);
  const ends = await (async () => {
    const d = await driver(store, one.counters);
    d.run.create(1);
    return new WeakRef(d.end);
  })();
  await collect();
  assert.equal(ends.deref(), undefined);
  assert.equal(store.routes.size, 0);
});

test("many come and go: what they took in the control memory is used again", async () => {
  const store = new Store();
  const d = await driver(store);
  const round = async (): Promise<void> => {
    for (let i = 0; i < 50; i++) {
      const { counters } = await provider(store, i % 10);
      rewire([{ end: d.end, to: counters }]);
      for (let n = 0; n < 20; n++) d.run.drop(d.run.create(n));
    }
    await collect();
  };
  await round();
  const before = store.control.allocate(8);
  for (let i = 0; i < 5; i++) await round();
  const after = store.control.allocate(8);
  // Address by address: some come later than others.
  assert.ok(after - before < 64 * 200, `${after - before} bytes more`);
  assert.ok([...store.instances.values()].length < 100);
});

test("instances of a component that nobody wires go as well", async () => {
  const store = new Store();
  const component = await load("provider");
  const trace = await (async () => {
    const ask = (n: number) => n;
    const { exports } = await component.instantiate({ "test:wires/outside": { ask } }, { store });
    (exports[COUNTERS] as Provider["counters"]).make(1)[Symbol.dispose]();
    return new WeakRef(ask);
  })();
  assert.equal(await gone(trace), true);
});
