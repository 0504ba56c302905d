import assert from "node:assert/strict";
import { test } from "node:test";
import { rewire } from "../link/rewire.ts";
import { COUNTERS, type DriverExports, driver, driverOf, type Functions, hostCounters, isDead, load, type Provider } from "./test-wires.ts";

type Client = Functions<"create" | "get" | "add" | "value" | "drop" | "give" | "relayAdd" | "relayValue" | "pass" | "keep" | "addKept" | "back">;

/** A part of several components, all of which lower what the outermost imports. */
async function nest() {
  const d = await driverOf(2);
  const part = await (await load("nest")).open({ [COUNTERS]: d.providers[0]!.counters }, { store: d.store });
  const { left, right, client } = part.exports as unknown as { left: DriverExports; right: DriverExports; client: Client };
  return { store: d.store, part, end: part.ends.get(COUNTERS)!, providers: d.providers as readonly [Provider, Provider], left, right, client };
}

test("components within a part share its end: each has its own handles, of one home", async () => {
  const { part, end, left, right, client, providers } = await nest();
  assert.deepEqual([...part.ends.keys()], [COUNTERS]);
  const [a, b, c] = [left.create(1), right.create(2), client.create(3)];
  assert.deepEqual([left.get(a), right.get(b), client.get(c)], [1001, 1002, 1003]);
  rewire([{ end, to: providers[1].counters }]);
  assert.deepEqual([left.get(a), right.spread(b, b), client.add(c, 1)], [1001, 1000 + 2 + 136 + 2, 1004]);
  assert.deepEqual([left.get(left.create(5)), right.get(right.make(6))], [2005, 2006]);
  assert.equal(end.drains[0]!.handles, 3);
  left.drop(a);
  right.drop(b);
  client.drop(c);
  assert.deepEqual([providers[0].dropped(), end.drains.length], [3, 0]);
});

test("passed between them a handle keeps its route", async () => {
  const { end, client, providers } = await nest();
  const seen: string[] = [];
  rewire([
    {
      end,
      through: [
        ({ function: name, args, next }) => {
          seen.push(name);
          return next(...args);
        },
      ],
    },
  ]);
  const c = client.create(1);
  rewire([{ end, to: providers[1].counters }]);
  assert.deepEqual([client.relayAdd(c, 1), client.get(c)], [1002, 1002]);
  client.keep(c);
  assert.equal(client.addKept(1), 1003);
  const back = client.back();
  assert.equal(client.get(back), 1003);
  assert.deepEqual(seen, [
    "[constructor]counter",
    ...Array<string>(2).fill("[method]counter.add").toSpliced(1, 0, "[method]counter.get"),
    "[method]counter.get",
  ]);
  assert.equal(client.get(client.give(7)), 2007);
  client.drop(back);
  assert.deepEqual([end.drains, providers[0].dropped()], [[], 1]);
  const late = client.create(1);
  client.keep(late);
  rewire([{ end, to: null }]);
  assert.throws(() => client.addKept(1), { code: "wire/broken" });
});

test("a handle of one is none of another", async () => {
  const { left, right, part } = await nest();
  left.create(1);
  assert.throws(() => right.get(1), { code: "trap/unknown-handle" });
  assert.equal(isDead(part), true);
});

test("strings in UTF-16", async () => {
  const d = await driverOf(2);
  const wide = await driver(d.store, d.providers[0]!.counters, "driver-utf16");
  const { run, end } = wide;
  for (let tag = 1; tag <= 2; tag++) {
    for (const [kind, name] of ["", "name", "ünïcode 🦀 和"].entries()) assert.equal(run.echo(9, name, kind), name);
    const c = run.create(1);
    assert.equal(run.label(c), `counter ${tag}`);
    assert.throws(() => run.check(13), { payload: "thirteen" });
    assert.deepEqual([run.total([c, c]), run.spread(c, c)], [1000 * tag + 2, 1000 * tag + 138]);
    rewire([{ end, to: d.providers[1]!.counters }]);
    assert.equal(run.label(c), `counter ${tag}`);
    run.drop(c);
  }
  rewire([{ end, to: hostCounters(7).provider }]);
  assert.equal(run.label(run.create(1)), "counter 7");
});

test("a memory with 64-bit addresses", async () => {
  const d = await driverOf(2);
  const open = () => driver(d.store, d.providers[0]!.counters, "wide-driver");
  const { run, end } = await open();
  const [a, b] = [run.create(1), run.create(2)];
  assert.deepEqual([run.label(a), run.spread(a, b)], ["counter 1", 1000 + 1 + 136 + 2]);
  rewire([{ end, to: d.providers[1]!.counters }]);
  const c = run.create(3);
  assert.deepEqual([run.label(a), run.spread(a, b), run.label(c), run.spread(c, c)], ["counter 1", 1000 + 139 + 136 + 2, "counter 2", 2000 + 3 + 136 + 3]);
  run.drop(a);
  run.drop(b);
  assert.deepEqual(end.drains, []);
  // Parameters that lie outside the memory are found out where the wire leads, also while there are other routes.
  for (const pages of [0, 1, 2]) {
    const stray = await open();
    const old = stray.run.create(1);
    rewire([{ end: stray.end, to: d.providers[1]!.counters }]);
    assert.throws(() => (stray.run as unknown as Functions<"stray">).stray(pages), { code: /^trap\/(out-of-bounds|unaligned)$/ }, `${pages} pages, ${old}`);
  }
});

test("parameters that lie outside the memory, with 32-bit addresses", async () => {
  const d = await driverOf(2);
  d.run.create(1);
  rewire([{ end: d.end, to: d.providers[1]!.counters }]);
  assert.throws(() => d.run.spread(0xffff_ffff, 1), { code: "trap/unknown-handle" });
});
