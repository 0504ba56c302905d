import assert from "node:assert/strict";
import { test } from "node:test";
import type { Interposer } from "../link/connection.ts";
import { rewire } from "../link/rewire.ts";
import { Store } from "../store/store.ts";
import { COUNTERS, type Driver, driver, driverOf, hostCounters, load, provider } from "./test-wires.ts";

/** What every provider does alike, by its tag. */
function checkAll({ run }: Driver, tag: number): void {
  const marked = (n: number): number => 1000 * tag + n;
  const [a, b, c] = [run.create(1), run.made(2), run.make(3)];
  assert.deepEqual([run.get(a), run.value(b), run.add(c, 4)], [marked(1), marked(2), marked(7)]);
  assert.equal(run.plus(a, b), marked(3));
  assert.equal(run.absorb(a, c), marked(10));
  assert.equal(run.label(a), `counter ${tag}`);
  assert.equal(run.spread(a, b), marked(10 + 136 + 2));
  assert.equal(run.pair(a, b), marked(150));
  assert.equal(run.total([a, b, b, a]), marked(300));
  const copy = run.copy(b);
  assert.equal(run.take(copy), marked(2));
  assert.equal(run.check(5), marked(5));
  assert.throws(() => run.check(13), { payload: "thirteen" });
  assert.equal(run.test(5), marked(5));
  assert.throws(() => run.test(13), { payload: undefined });
  for (const [kind, name] of ["", "name", "ünïcode 🦀"].entries()) assert.equal(run.echo(9, name, kind), name);
  run.drop(a);
  run.drop(b);
}

const broken = (name = COUNTERS) => ({ code: "wire/broken", message: new RegExp(`the wire \`driver → ${name}\` is broken: it leads nowhere`) });

test("an end that nothing was connected to fails by its name; connected later it works", async () => {
  const [first] = (await driverOf(1)).providers;
  const lost = await driver(first!.part.store);
  assert.throws(() => lost.run.create(1), broken());
  assert.equal(lost.end.to, undefined);
  const later = await driver(first!.part.store);
  rewire([{ end: later.end, to: first!.counters }]);
  assert.equal(later.end.to, first!.counters);
  checkAll(later, 1);
});

test("led from provider to provider, guests and JavaScript, a part works alike", async () => {
  const d = await driverOf(3);
  const host = hostCounters(4);
  checkAll(d, 1);
  for (const [to, tag] of [
    [d.providers[1]!.counters, 2],
    [host.provider, 4],
    [d.providers[2]!.counters, 3],
    [d.providers[0]!.counters, 1],
    [host.provider, 4],
    [d.providers[1]!.counters, 2],
  ] as const) {
    rewire([{ end: d.end, to }]);
    assert.equal(d.end.to, to);
    checkAll(d, tag);
    assert.deepEqual(d.end.drains, []);
  }
  // 4 are made in each round, and none is left.
  assert.deepEqual([...d.providers.map(({ dropped }) => dropped()), host.dropped()], [8, 8, 4, 8]);
});

test("given when the part is opened", async () => {
  const host = hostCounters(5);
  const part = await (await load("driver")).open({ [COUNTERS]: host.provider });
  checkAll({ part, end: part.ends.get(COUNTERS)!, run: part.exports as never }, 5);
});

test("cut: calls trap and name the wire, until it is connected again", async () => {
  const d = await driverOf(2);
  rewire([{ end: d.end, to: null }]);
  assert.equal(d.end.to, undefined);
  assert.throws(() => d.run.make(1), broken());
  // The trap poisoned the caller; another part is connected again.
  const e = await driver(d.store, d.providers[0]!.counters);
  rewire([{ end: e.end, to: null }]);
  rewire([{ end: e.end, to: d.providers[1]!.counters }]);
  checkAll(e, 2);
});

const wrong: ReadonlyArray<[what: string, to: unknown, code: string, message: RegExp]> = [
  ["not even an object", 5, "link/import-mismatch", /import `test:wires\/counters`.*expected instance found/],
  ["without the class", { ...hostCounters(1).provider, Counter: undefined }, "link/missing-import", /resource was not found/],
  ["a function that is no class", { ...hostCounters(1).provider, Counter: () => {} }, "link/import-mismatch", /expected resource found func/],
  ["without a function", { ...hostCounters(1).provider, total: undefined }, "link/missing-import", /export `total`: func was not found/],
  ["a class without a method", withoutMethod("add"), "link/missing-import", /export `\[method\]counter\.add`: func was not found/],
  ["a number for a function", { ...hostCounters(1).provider, pair: 3 }, "link/import-mismatch", /export `pair`: expected func found/],
];
for (const [what, to, code, message] of wrong) {
  test(`refused: ${what}; nothing has changed`, async () => {
    const d = await driverOf(1);
    const kept = d.run.create(5);
    assert.throws(() => rewire([{ end: d.end, to }]), { code, message });
    assert.equal(d.end.to, d.providers[0]!.counters);
    assert.deepEqual(d.end.drains, []);
    assert.equal(d.run.get(kept), 1005);
    checkAll(d, 1);
  });
}

function withoutMethod(name: string): object {
  const { provider } = hostCounters(1) as { provider: { Counter: unknown } };
  delete (provider.Counter as { prototype: Record<string, unknown> }).prototype[name];
  return provider;
}

test("refused: an instance of other types, by the first difference; all ends of the transaction stay as they were", async () => {
  const d = await driverOf(2);
  const others = await Promise.all([1, 2, 3].map(() => driver(d.store, d.providers[0]!.counters)));
  const { exports } = await (await load("other")).open({}, { store: d.store });
  const bad = exports[COUNTERS];
  const message = /import `test:wires\/counters`, export `\[method\]counter\.add`: parameter `by`: `u32` in the import, `u64` in the provider/;
  for (let at = 0; at <= others.length; at++) {
    const ends = others.map(({ end }) => ({ end, to: d.providers[1]!.counters as unknown }));
    ends.splice(at, 0, { end: d.end, to: bad });
    assert.throws(() => rewire(ends), { code: "link/import-mismatch", message });
  }
  for (const each of [d, ...others]) {
    assert.equal(each.end.to, d.providers[0]!.counters);
    checkAll(each, 1);
  }
  rewire(others.map(({ end }) => ({ end, to: d.providers[1]!.counters })));
  for (const each of others) checkAll(each, 2);
  checkAll(d, 1);
});

test("an end that occurs twice in a transaction gets what was said last", async () => {
  const d = await driverOf(3);
  const seen: string[] = [];
  const through: Interposer[] = [
    (call) => {
      seen.push(call.function);
      return call.next(...call.args);
    },
  ];
  rewire([
    { end: d.end, to: d.providers[1]!.counters },
    { end: d.end, through },
    { end: d.end, to: d.providers[2]!.counters },
  ]);
  assert.equal(d.run.get(d.run.create(1)), 3001);
  assert.deepEqual(seen, [], "what was given with another provider is not kept");
  rewire([
    { end: d.end, to: d.providers[1]!.counters },
    { end: d.end, through },
  ]);
  assert.equal(d.run.get(d.run.create(1)), 2001);
  assert.deepEqual(seen, ["[constructor]counter", "[method]counter.get"]);
});

test("refused: an instance of another store", async () => {
  const d = await driverOf(1);
  const stranger = await provider(new Store(), 9);
  assert.throws(() => rewire([{ end: d.end, to: stranger.counters }]), {
    code: "link/import-mismatch",
    message: /belongs to another store; give both instances the same `store`/,
  });
  checkAll(d, 1);
});

test("without a store of its own a part takes that of what it is opened with", async () => {
  const first = await provider(new Store(), 7);
  const part = await (await load("driver")).open({ [COUNTERS]: first.counters });
  assert.equal(part.store, first.part.store);
  checkAll({ part, end: part.ends.get(COUNTERS)!, run: part.exports as never }, 7);
});
