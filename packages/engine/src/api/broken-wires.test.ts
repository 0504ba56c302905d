import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Trap } from "../diagnostics/trap.ts";
import { type Change, rewire } from "../link/rewire.ts";
import { promising } from "./promising.ts";
import { driver, driverOf, hostCounters, isDead, OUTSIDE, type Provider, provider } from "./test-wires.ts";

const broken = { code: "wire/broken", message: /the wire `driver → test:wires\/counters` is broken: it leads nowhere/ };

type Options = Pick<Change, "guard" | "onFailure" | "through">;
const pass: Options["through"] = [({ args, next }) => next(...args)];

const failures: ReadonlyArray<[what: string, options: Options, of: "check" | "test" | "get" | "ask", expected: object]> = [
  ["a result that has an error gets the value given", { onFailure: "away" }, "check", { payload: "away" }],
  ["also with interposers", { onFailure: "away", through: pass }, "check", { payload: "away" }],
  ["without a value it is a trap", {}, "check", broken],
  ["with a value of another type it is a trap", { onFailure: 5 }, "check", broken],
  ["an error without payload needs no value", {}, "test", { payload: undefined }],
  ["a function that can't fail traps", { onFailure: "away" }, "ask", broken],
  ["so does a method", { onFailure: "away" }, "get", broken],
];
for (const [what, options, of, expected] of failures) {
  test(`cut: ${what}`, async () => {
    const d = await driverOf(1);
    const c = d.run.create(1);
    rewire([{ end: d.end, to: null, ...options }]);
    assert.throws(() => d.run[of](of === "get" ? c : 1), expected);
    assert.equal(isDead(d.part), "code" in expected);
    assert.equal(isDead(d.providers[0]!.part), false);
    if (!("code" in expected)) d.run.drop(c);
  });
}

test("unguarded, a trap poisons all that are on the stack, and nobody else", async () => {
  const d = await driverOf(2);
  const idle = await driver(d.store, d.providers[0]!.counters);
  assert.throws(() => d.run.fail(), { code: "trap/core", message: /unreachable/ });
  assert.deepEqual([isDead(d.part), isDead(d.providers[0]!.part), isDead(d.providers[1]!.part), isDead(idle.part)], [true, true, false, false]);
  assert.match((d.part.poisonedBy as Trap).message, /unreachable/);
  // What leads to the dead one is re-wired.
  assert.throws(() => idle.run.create(1), { code: "trap/poisoned", message: /cannot enter component instance `provider`: an earlier trap poisoned it/ });
});

test("what a poisoned provider left: a part that never calls it lives, re-wired it works", async () => {
  const d = await driverOf(2);
  const old = d.run.create(1);
  assert.throws(() => d.providers[0]!.counters.fail(), { code: "trap/core" });
  rewire([{ end: d.end, to: d.providers[1]!.counters }]);
  assert.equal(d.run.get(d.run.create(3)), 2003);
  d.run.drop(old);
  assert.equal(isDead(d.part), false);
});

test("a trap of the caller after the call has come back is its own", async () => {
  const d = await driverOf(1);
  const c = d.run.create(1);
  // The payload that comes back is another one than it expects.
  rewire([
    { end: d.end, through: [({ function: name, args, next }) => (name === "echo" ? { ...(next(...args) as object), kind: { tag: "none" } } : next(...args))] },
  ]);
  assert.throws(() => d.run.echo(1, "", 1), { code: "trap/core" });
  assert.deepEqual([isDead(d.part), isDead(d.providers[0]!.part), c], [true, false, 1]);
});

const guarded: ReadonlyArray<[what: string, options: Options, run: (d: Awaited<ReturnType<typeof driverOf>>) => unknown, expected: object]> = [
  [
    "a trap is the wire's failure",
    {},
    (d) => d.run.fail(),
    { code: "wire/broken", message: /the wire `driver → test:wires\/counters` is broken: wasm trap: .*unreachable/ },
  ],
  ["with interposers, too", { through: pass }, (d) => d.run.fail(), { code: "wire/broken" }],
  ["a result that has an error gets the value", { onFailure: "dead" }, (d) => d.run.check(0), { payload: "dead" }],
  ["an error without payload", {}, (d) => d.run.test(0), { payload: undefined }],
];
for (const [what, options, run, expected] of guarded) {
  test(`guarded: ${what}; only what is beyond is poisoned`, async () => {
    const d = await driverOf(1);
    const [one] = d.providers as [Provider];
    rewire([{ end: d.end, guard: true, ...options }]);
    // All of the provider's functions fail from here on.
    if ("payload" in expected) assert.throws(() => one.counters.fail());
    assert.throws(() => run(d), expected);
    assert.equal(isDead(one.part), true);
    assert.equal(isDead(d.part), !("payload" in expected), "a trap of its own, where its function can't fail");
  });
}

test("guarded: errors that the function means pass, calls cost no state, interposers stand before the guard", async () => {
  const d = await driverOf(2);
  const seen: unknown[] = [];
  rewire([
    {
      end: d.end,
      guard: true,
      onFailure: "dead",
      through: [
        ({ args, next }) => {
          try {
            return next(...args);
          } catch (error) {
            seen.push((error as { payload: unknown }).payload);
            throw error;
          }
        },
      ],
    },
  ]);
  assert.throws(() => d.run.check(13), { payload: "thirteen" });
  assert.equal(d.run.check(1), 1001);
  assert.throws(() => d.providers[0]!.counters.fail());
  assert.throws(() => d.run.check(1), { payload: "dead" });
  assert.deepEqual(seen, ["thirteen", "dead"]);
  rewire([{ end: d.end, to: d.providers[1]!.counters, guard: false }]);
  assert.equal(d.run.check(1), 2001);
  assert.equal(isDead(d.part), false);
});

test("guarded: what a host function throws is a failure, unless it is an error that it means", async () => {
  const d = await driverOf(0);
  const host = hostCounters(1).provider as Record<string, unknown>;
  const check = (n: number): number => {
    if (n === 13) throw "thirteen";
    throw new Error("lost");
  };
  rewire([{ end: d.end, to: { ...host, check }, guard: true, onFailure: "away" }]);
  assert.throws(() => d.run.check(13), { payload: "thirteen" });
  assert.throws(() => d.run.check(1), { payload: "away" });
  assert.equal(isDead(d.part), false);
  rewire([{ end: d.end, guard: false }]);
  assert.throws(() => d.run.check(1), { code: "trap/host-threw", message: /lost/ });
});

test("guarded: a failure after a wait", async () => {
  const d = await driverOf(1);
  const [one] = d.providers as [Provider];
  rewire([
    { end: one.outside, to: { ask: async (n: number) => setImmediate(n) } },
    { end: d.end, guard: true, onFailure: "dead" },
  ]);
  assert.equal(await promising(d.part.exports.ask)(5), 1005);
  assert.equal(isDead(d.part), false);
  rewire([{ end: one.outside, to: { ask: () => Promise.reject(new Error("no more")) } }]);
  await assert.rejects(promising(d.part.exports.ask)(5) as Promise<unknown>, {
    code: "wire/broken",
    message: /is broken: import `test:wires\/outside\.ask` threw: no more/,
  });
  assert.equal(isDead(one.part), true);
});

test("guarded: handles of the dead can be dropped, their methods fail", async () => {
  const d = await driverOf(1);
  rewire([{ end: d.end, guard: true }]);
  const [a, b] = [d.run.create(1), d.run.create(2)];
  assert.throws(() => d.providers[0]!.counters.fail());
  d.run.drop(a);
  assert.throws(() => d.run.get(b), { code: "wire/broken", message: /an earlier trap poisoned it/ });
});

test("a synchronous call back into a part on the stack traps and names the cycle", async () => {
  for (const through of [[], pass]) {
    const d = await driverOf(1);
    const [one] = d.providers as [Provider];
    rewire([
      { end: d.end, through },
      { end: one.outside, to: d.part.exports[OUTSIDE] },
    ]);
    assert.throws(() => d.run.ask(1), {
      code: "trap/cannot-enter",
      message: /cannot enter component instance `driver`: a call is already inside it \(driver → provider → driver\)/,
    });
    assert.deepEqual([isDead(d.part), isDead(one.part)], [true, true]);
  }
});

test("a cycle that no call closes is no trap", async () => {
  const d = await driverOf(1);
  const [one] = d.providers as [Provider];
  rewire([{ end: one.outside, to: d.part.exports[OUTSIDE] }]);
  const c = d.run.create(1);
  assert.equal(d.run.add(c, 1), 1002);
  const outside = d.part.exports[OUTSIDE] as { ask(n: number): number };
  assert.equal(outside.ask(0), 1);
});

test("longer cycles are named, too; through JavaScript as well", async () => {
  const d = await driverOf(1);
  const [one] = d.providers as [Provider];
  const second = await driver(d.store);
  const two = await provider(d.store, 2, d.part.exports[OUTSIDE]);
  rewire([
    { end: second.end, to: two.counters },
    { end: one.outside, to: { ask: (n: number) => second.run[OUTSIDE].ask(n) } },
  ]);
  assert.throws(() => d.run.ask(1), { code: "trap/cannot-enter", message: /`driver`: .*\(driver → provider → driver → provider → driver\)/ });
});

test("a part may not be wired to itself", async () => {
  const d = await driverOf(1);
  const [one] = d.providers as [Provider];
  rewire([{ end: one.outside, to: { ask: (n: number) => n } }]);
  const self = await driver(d.store, d.providers[0]!.counters);
  assert.equal(self.run.ask(1), 1001);
});
