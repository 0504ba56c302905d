import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Call, Interposer } from "../link/connection.ts";
import { rewire } from "../link/rewire.ts";
import { type Driver, driverOf, hostCounters, isDead, type Provider } from "./test-wires.ts";

const foreign = { code: "wire/foreign-handle", message: /a handle of `counter` of `provider` can't be used where one of `counter` of `provider` is expected/ };

test("a handle goes on working at its home: methods, what they make, and its destructor", async () => {
  const d = await driverOf(2);
  const [one, two] = d.providers as [Provider, Provider];
  const [a, b, c] = [d.run.create(1), d.run.make(2), d.run.made(3)];
  rewire([{ end: d.end, to: two.counters }]);
  const other = d.run.create(7);
  assert.deepEqual([d.run.get(a), d.run.add(b, 10), d.run.label(c), d.run.get(other)], [1001, 1012, "counter 1", 2007]);
  assert.equal(d.run.plus(a, b), 1013, "a borrow for a method of the same home");
  assert.equal(d.run.absorb(a, c), 1016, "an own handle for a method of the same home");
  assert.equal(one.dropped(), 1);
  const copy = d.run.copy(a);
  assert.equal(d.run.get(copy), 1016, "what a method makes is of that home");
  assert.equal(d.run.spread(a, b), 1000 + 16 + 136 + 12, "a method whose parameters lie in memory");
  assert.equal(d.end.drains.map(({ handles }) => handles).join(), "3");
  for (const handle of [a, b, copy]) d.run.drop(handle);
  assert.deepEqual([one.dropped(), two.dropped(), d.end.drains.length], [4, 0, 0]);
  d.run.drop(other);
  assert.equal(two.dropped(), 1);
});

test("so do handles of JavaScript's objects", async () => {
  const d = await driverOf(1);
  const [one, two] = [hostCounters(8), hostCounters(9)];
  rewire([{ end: d.end, to: one.provider }]);
  const [a, b] = [d.run.create(1), d.run.create(2)];
  rewire([{ end: d.end, to: two.provider }]);
  const c = d.run.create(3);
  rewire([{ end: d.end, to: d.providers[0]!.counters }]);
  assert.deepEqual([d.run.plus(a, b), d.run.get(c), d.run.label(b)], [8003, 9003, "counter 8"]);
  assert.equal(d.run.spread(a, c), 8000 + 3 + 136 + 3, "host-made handles mix");
  assert.equal(d.end.drains.length, 2);
  for (const handle of [a, b, c]) d.run.drop(handle);
  assert.deepEqual([one.dropped(), two.dropped(), d.end.drains.length], [2, 1, 0]);
});

type Misuse = (run: Driver["run"], old: number, made: number) => unknown;
const misuses: ReadonlyArray<[what: string, use: Misuse]> = [
  ["a free function borrows a handle of another home", (run, old) => run.value(old)],
  ["a free function takes one over", (run, old) => run.take(old)],
  ["in a list", (run, old, made) => run.total([made, old])],
  ["two homes in one call", (run, old, made) => run.pair(made, old)],
  ["two homes in one call, the other way round", (run, old, made) => run.pair(old, made)],
  ["a method of the old home borrows a new one", (run, old, made) => run.plus(old, made)],
  ["a method of the new home borrows an old one", (run, old, made) => run.plus(made, old)],
  ["a method takes over one of another home", (run, old, made) => run.absorb(old, made)],
  ["a method whose parameters lie in memory borrows one", (run, old, made) => run.spread(old, made)],
  ["such a method of the new home", (run, old, made) => run.spread(made, old)],
];
for (const [what, use] of misuses) {
  test(`${what}: trap wire/foreign-handle`, async () => {
    const d = await driverOf(2);
    const old = d.run.create(1);
    rewire([{ end: d.end, to: d.providers[1]!.counters }]);
    const made = d.run.create(2);
    assert.throws(() => use(d.run, old, made), foreign);
    assert.equal(isDead(d.part), true);
  });
}

test("forged handles trap as ever, wherever the end leads", async () => {
  for (const times of [0, 1, 2]) {
    for (const forged of [0, 99, 0xffff_ffff]) {
      for (const name of ["get", "drop", "value", "spread"] as const) {
        const d = await driverOf(2);
        const kept = d.run.create(1);
        for (let i = 0; i < times; i++) rewire([{ end: d.end, to: d.providers[(i + 1) % 2]!.counters }]);
        d.run.drop(d.run.create(2));
        const use = name === "spread" ? () => d.run.spread(forged, kept) : () => d.run[name](forged);
        assert.throws(use, { code: "trap/unknown-handle", message: new RegExp(`unknown handle index ${forged >>> 0}`) });
      }
    }
  }
  const d = await driverOf(2);
  const [a, b] = [d.run.create(1), d.run.create(2)];
  rewire([{ end: d.end, to: d.providers[1]!.counters }]);
  d.run.drop(a);
  assert.equal(d.run.get(b), 1002);
  assert.throws(() => d.run.drop(a), { code: "trap/unknown-handle" });
});

test("from A to B and back: old and new handles of A are of one home", async () => {
  const d = await driverOf(2);
  const [one, two] = d.providers as [Provider, Provider];
  const first = d.run.create(1);
  rewire([{ end: d.end, to: two.counters }]);
  const second = d.run.create(2);
  rewire([{ end: d.end, to: one.counters }]);
  const third = d.run.create(3);
  assert.deepEqual([d.run.pair(first, third), d.run.plus(first, third), d.run.value(first)], [1004, 1004, 1004]);
  assert.equal(d.run.get(second), 2002);
  assert.deepEqual(
    d.end.drains.map(({ handles }) => handles),
    [1, 1],
  );
  d.run.drop(first);
  assert.equal(d.end.drains.length, 1);
  d.run.take(third);
  d.run.drop(second);
  assert.deepEqual([one.dropped(), two.dropped(), d.end.drains.length], [2, 1, 0]);
});

test("a drain that is closed: methods fail, handles can be dropped, and others are not touched", async () => {
  const d = await driverOf(3);
  const [one, two, three] = d.providers as [Provider, Provider, Provider];
  const [a, b] = [d.run.create(1), d.run.create(2)];
  rewire([{ end: d.end, to: two.counters }]);
  const c = d.run.create(3);
  rewire([{ end: d.end, to: three.counters }]);
  const e = d.run.create(4);
  const drain = d.end.drains.find(({ handles }) => handles === 2)!;
  assert.equal(drain.resource, "test:wires/counters counter");
  drain.close();
  assert.deepEqual([d.run.get(c), d.run.get(e)], [2003, 3004]);
  d.run.drop(a);
  assert.equal(one.dropped(), 1);
  assert.throws(() => d.run.get(b), { code: "wire/broken", message: /the wire `driver → test:wires\/counters` is broken/ });
  assert.equal(isDead(one.part), false);
});

test("a cut closes all handles that came by the end, from wherever; they can be dropped", async () => {
  for (const name of ["get", "label", "spread"] as const) {
    const d = await driverOf(2);
    const [one, two] = d.providers as [Provider, Provider];
    const [a, b] = [d.run.create(1), d.run.create(2)];
    rewire([{ end: d.end, to: two.counters }]);
    const [c, e] = [d.run.create(3), d.run.create(4)];
    rewire([{ end: d.end, to: null }]);
    d.run.drop(a);
    d.run.drop(c);
    assert.deepEqual([one.dropped(), two.dropped()], [1, 1]);
    // Connected again, what was closed stays closed.
    rewire([{ end: d.end, to: one.counters }]);
    const f = d.run.create(5);
    assert.equal(d.run.get(f), 1005);
    const closed = name === "get" ? b : e;
    const use = name === "spread" ? () => d.run.spread(closed, f) : () => d.run[name](closed);
    assert.throws(use, { code: "wire/broken" });
  }
});

test("a closed handle is still one of its home for functions that take it", async () => {
  const d = await driverOf(1);
  const [one] = d.providers as [Provider];
  const a = d.run.create(1);
  rewire([{ end: d.end, to: null }]);
  rewire([{ end: d.end, to: one.counters }]);
  assert.equal(d.run.take(a), 1001);
  assert.equal(one.dropped(), 1);
});

test("handles of an instance that a trap poisoned can be dropped; nothing of it is called", async () => {
  const d = await driverOf(2);
  const [one, two] = d.providers as [Provider, Provider];
  const a = d.run.create(1);
  rewire([{ end: d.end, to: two.counters }]);
  assert.throws(() => one.counters.fail(), { code: "trap/core" });
  d.run.drop(a);
  assert.deepEqual(d.end.drains, []);
  assert.equal(d.run.get(d.run.create(2)), 2002);
});

/** Interposers that write down the functions that pass. */
function tap(seen: string[], name: string): Interposer {
  return ({ function: called, args, next }: Call) => {
    seen.push(`${name} ${called}`);
    return next(...args);
  };
}

test("a handle keeps the interposers of the connection that it came by", async () => {
  const d = await driverOf(2);
  const [one, two] = d.providers as [Provider, Provider];
  const seen: string[] = [];
  const plain = d.run.create(0);
  rewire([{ end: d.end, through: [tap(seen, "x")] }]);
  // The connection is the same.
  d.run.get(plain);
  const a = d.run.create(1);
  rewire([{ end: d.end, to: two.counters, through: [tap(seen, "y")] }]);
  const b = d.run.create(2);
  assert.deepEqual([d.run.get(a), d.run.get(b), d.run.get(plain)], [1001, 2002, 1000]);
  assert.deepEqual(seen.splice(0), [
    "x [method]counter.get",
    "x [constructor]counter",
    "y [constructor]counter",
    "x [method]counter.get",
    "y [method]counter.get",
    "x [method]counter.get",
  ]);
  rewire([{ end: d.end, through: [] }]);
  assert.deepEqual([d.run.get(a), d.run.get(b)], [1001, 2002]);
  assert.deepEqual(seen.splice(0), ["x [method]counter.get"]);
  rewire([{ end: d.end, to: one.counters }]);
  // By another wire to the same home.
  assert.equal(d.run.plus(a, d.run.create(3)), 1004);
  assert.deepEqual(seen.splice(0), ["x [method]counter.plus"]);
});

const PROVIDERS = 4;

/** What a handle must be, whatever happens to the wires. */
interface Model {
  readonly handle: number;
  readonly tag: number;
  value: number;
  closed: boolean;
  /** By which connection it came: its number. */
  readonly by: number;
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("lead" as const), to: fc.nat(PROVIDERS), through: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("through" as const), through: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("close" as const), which: fc.nat() }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom("create", "made", "make"), value: fc.nat(99) }) },
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constantFrom("get", "add", "copy", "drop", "take", "value", "label", "spread"), which: fc.nat(), by: fc.nat(9) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("plus", "absorb", "pair"), which: fc.nat(), other: fc.nat() }) },
);

test("any sequence of changes and calls is as the model says", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 200 }), async (steps) => {
      const d = await driverOf(PROVIDERS);
      const host = hostCounters(PROVIDERS + 1);
      const providers = [...d.providers.map(({ counters, dropped }) => ({ provider: counters as object, dropped })), host];
      const dropped = providers.map(() => 0);
      let live: Model[] = [];
      let [current, connection, calls]: [number | undefined, number, number] = [0, 0, 0];
      const counting: Interposer = ({ args, next }) => {
        calls += 1;
        return next(...args);
      };
      /** Interposers by connection. */
      const through = [false];
      const gone = (model: Model): void => {
        live = live.filter((each) => each !== model);
        dropped[model.tag - 1]! += 1;
      };
      const pick = (n: number, where: (model: Model) => boolean): Model | undefined => {
        const fitting = live.filter(where);
        return fitting[n % Math.max(fitting.length, 1)];
      };
      for (const each of steps) {
        if (each.kind === "lead") {
          rewire([{ end: d.end, to: providers[each.to]!.provider, through: each.through ? [counting] : [] }]);
          if (each.to !== current) {
            connection += 1;
            current = each.to;
          }
          through[connection] = each.through;
        } else if (each.kind === "through") {
          if (current === undefined) continue;
          rewire([{ end: d.end, through: each.through ? [counting] : [] }]);
          through[connection] = each.through;
        } else if (each.kind === "cut") {
          rewire([{ end: d.end, to: null }]);
          for (const model of live) model.closed = true;
          connection += 1;
          current = undefined;
        } else if (each.kind === "close") {
          const old = [...new Set(live.filter(({ by }) => by !== connection).map(({ by }) => by))];
          assert.equal(d.end.drains.length, old.length);
          if (old.length === 0) continue;
          const by = old[each.which % old.length]!;
          // Drains stand in the order in which they were left.
          const handles = live.filter((model) => model.by === by).length;
          const drain = d.end.drains.filter((drain) => drain.handles === handles);
          if (drain.length !== 1) continue;
          drain[0]!.close();
          for (const model of live) if (model.by === by) model.closed = true;
        } else if ("value" in each) {
          if (current === undefined) continue;
          const name = each.kind as "create";
          const before = calls;
          live.push({ handle: d.run[name](each.value), tag: current + 1, value: each.value, closed: false, by: connection });
          assert.equal(calls - before, through[connection] ? 1 : 0);
        } else if ("by" in each) {
          const free = each.kind === "take" || each.kind === "value";
          const model = pick(each.which, (m) => (free ? m.tag - 1 === current : !m.closed || each.kind === "drop"));
          if (model === undefined) continue;
          const before = calls;
          const marked = (): number => 1000 * model.tag + model.value;
          switch (each.kind) {
            case "get":
              assert.equal(d.run.get(model.handle), marked());
              break;
            case "add":
              model.value += each.by;
              assert.equal(d.run.add(model.handle, each.by), marked());
              break;
            case "label":
              assert.equal(d.run.label(model.handle), `counter ${model.tag}`);
              break;
            case "spread":
              // Twice its own value is too much for the marks, in the long run.
              if (model.value > 400) continue;
              model.value += 136 + model.value;
              assert.equal(d.run.spread(model.handle, model.handle), marked());
              break;
            case "copy":
              live.push({ ...model, handle: d.run.copy(model.handle), by: connectionOf(model) });
              break;
            case "value":
              assert.equal(d.run.value(model.handle), marked());
              break;
            case "take":
              assert.equal(d.run.take(model.handle), marked());
              gone(model);
              break;
            default:
              d.run.drop(model.handle);
              gone(model);
          }
          const passes = each.kind === "drop" ? false : free ? through[connection] : through[model.by];
          assert.equal(calls - before, passes ? 1 : 0, `${each.kind} passes what lies on its wire`);
        } else {
          const { which, other } = each as { which: number; other: number };
          const first = pick(which, (m) => !m.closed && (each.kind !== "pair" || m.tag - 1 === current) && m.value < 400);
          const second = pick(other, (m) => m !== first && m.tag === first?.tag && m.value < 400);
          if (first === undefined || second === undefined) continue;
          if (each.kind === "pair") {
            assert.equal(d.run.pair(first.handle, second.handle), 1000 * first.tag + first.value + second.value);
            continue;
          }
          first.value += second.value;
          assert.equal(d.run[each.kind as "plus"](first.handle, second.handle), 1000 * first.tag + first.value);
          if (each.kind === "absorb") gone(second);
        }
      }
      function connectionOf(model: Model): number {
        // What a method makes comes by the current connection if that leads to its home, else by the newest that works.
        if (model.tag - 1 === current) return connection;
        return Math.max(...live.filter(({ tag, closed }) => tag === model.tag && !closed).map(({ by }) => by));
      }
      for (const model of [...live]) {
        d.run.drop(model.handle);
        gone(model);
      }
      assert.deepEqual(d.end.drains, []);
      await Promise.resolve();
      assert.ok(d.store.routes.size <= 1, "old ends are released");
      assert.deepEqual(
        providers.map(({ dropped }) => dropped()),
        dropped,
      );
    }),
    { numRuns: 60 },
  );
});
