import assert from "node:assert/strict";
import { test } from "node:test";
import { type Interposer, WireFailure } from "../link/connection.ts";
import { prepareRewire, rewire } from "../link/rewire.ts";
import { Store } from "../store/store.ts";
import { differenceBetween } from "../types/fit.ts";
import { promising } from "./promising.ts";
import { COUNTERS, type DriverExports, driver, driverOf, hostCounters, load, OUTSIDE, provider } from "./test-wires.ts";

test("a prepared change is made later, and checked at once", async () => {
  const d = await driverOf(2);
  assert.throws(() => prepareRewire([{ end: d.end, to: { make: 5 } }]), { code: "link/missing-import" });
  const commit = prepareRewire([{ end: d.end, to: d.providers[1]!.counters }]);
  assert.equal(d.run.get(d.run.create(1)), 1001);
  commit();
  assert.equal(d.run.get(d.run.create(1)), 2001);
});

test("a part has the name it is opened with, and its ends what they are given, before any of its code runs", async () => {
  const store = new Store();
  const { counters } = await provider(store, 1);
  const seen: string[] = [];
  const see: Interposer = ({ function: name, args, next }) => {
    seen.push(name);
    return next(...args);
  };
  const part = await (await load("driver")).open(
    { [COUNTERS]: counters },
    {
      store,
      name: "first",
      connect: (ends) => [{ end: ends.get(COUNTERS)!, through: [see] }],
    },
  );
  const run = part.exports as unknown as DriverExports;
  run.create(1);
  assert.deepEqual(seen, ["[constructor]counter"]);
  rewire([{ end: part.ends.get(COUNTERS)!, to: null, through: [] }]);
  assert.throws(() => run.ask(1), { message: /the wire `first → test:wires\/counters` is broken/ });
  await assert.rejects(async () => (await load("driver")).open({}, { store, connect: (ends) => [{ end: ends.get(COUNTERS)!, to: {} }] }), {
    code: "link/missing-import",
  });
});

test("an interposer that fails the wire: the caller gets what it gets of a broken one", async () => {
  for (const refuse of [
    () => {
      throw new WireFailure("too many calls");
    },
    async () => {
      throw new WireFailure("too many calls");
    },
  ]) {
    const d = await driverOf(1);
    rewire([{ end: d.end, through: [refuse], onFailure: "busy" }]);
    await assert.rejects(promising(d.run.check)(1), { payload: "busy" });
    assert.equal(d.part.poisonedBy, undefined);
    await assert.rejects(promising(d.run.ask)(1), { code: "wire/broken", message: /is broken: too many calls/ });
    assert.equal(d.providers[0]!.part.poisonedBy, undefined);
  }
});

test("what another error of an interposer is stays a trap, also where there is an error case", async () => {
  const d = await driverOf(1);
  rewire([
    {
      end: d.end,
      through: [
        () => {
          throw new Error("a bug");
        },
      ],
      onFailure: "busy",
    },
  ]);
  assert.throws(() => d.run.check(1), { code: "trap/host-threw", message: /a bug/ });
});

test("whoever asks is told once when an instance is poisoned, after the call has failed", async () => {
  const d = await driverOf(1);
  const told: unknown[] = [];
  d.part.onPoisoned((error) => told.push("first", error));
  d.part.onPoisoned(() => told.push("second"));
  assert.throws(() => d.run.fail(), { code: "trap/core" });
  assert.deepEqual(told, []);
  await Promise.resolve();
  await Promise.resolve();
  assert.deepEqual(told, ["first", d.part.poisonedBy, "second"]);
  const late: unknown[] = [];
  d.part.onPoisoned((error) => late.push(error));
  await Promise.resolve();
  assert.deepEqual(late, [d.part.poisonedBy]);
});

test("an instance is idle but while a call is inside, also one that waits", async () => {
  const store = new Store();
  let inside: boolean | undefined;
  let answer: ((n: number) => void) | undefined;
  const { provider: host } = hostCounters(1);
  const d = await driver(store, {
    ...host,
    ask: () => {
      inside = d.part.idle;
      return new Promise<number>((resolve) => {
        answer = resolve;
      });
    },
  });
  assert.equal(d.part.idle, true);
  const asked = promising(d.run.ask)(1);
  assert.deepEqual([inside, d.part.idle], [false, false]);
  answer!(5);
  assert.equal(await asked, 5);
  assert.equal(d.part.idle, true);
});

test("types tell whether an export can stand for an import", async () => {
  const [user, maker] = [await load("driver"), await load("provider")];
  const wanted = user.type.imports.get(COUNTERS)!;
  assert.equal(differenceBetween(wanted, maker.type.exports.get(COUNTERS)!), undefined);
  assert.match(differenceBetween(wanted, user.type.exports.get(OUTSIDE)!)!, /^it has no function `/);
  assert.match(differenceBetween(wanted, maker.type.exports.get("tag")!)!, /^a whole interface is wanted, a function is offered$/);
});
