import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { ResultError } from "../abi/result-error.ts";
import type { Call, Interposer } from "../link/connection.ts";
import { rewire } from "../link/rewire.ts";
import { promising } from "./promising.ts";
import { COUNTERS, type Counter, type Counters, driver, driverOf, hostCounters, isDead, OUTSIDE } from "./test-wires.ts";

/** Writes down what passes. */
function tap(seen: unknown[]): Interposer {
  return ({ import: name, function: called, args, next }) => {
    assert.equal(name, COUNTERS);
    const result = next(...args);
    seen.push([called, args, result]);
    return result;
  };
}

test("an interposer sees typed values, on the way there and back", async () => {
  for (const provider of ["guest", "JavaScript"] as const) {
    const d = await driverOf(1);
    if (provider === "JavaScript") rewire([{ end: d.end, to: hostCounters(1).provider }]);
    const seen: [string, unknown[], unknown][] = [];
    rewire([{ end: d.end, through: [tap(seen)] }]);
    assert.equal(d.run.echo(5, "name", 2), "name");
    assert.equal(d.run.echo(6, "", 1), "");
    assert.equal(d.run.echo(7, "ünï 🦀", 0), "ünï 🦀");
    assert.deepEqual(
      seen.splice(0).map(([name, args, result]) => [name, args, result]),
      [
        ["echo", [{ x: 5, name: "name", kind: { tag: "text", val: "text" } }], { x: 1005, name: "name", kind: { tag: "text", val: "text" } }],
        ["echo", [{ x: 6, name: "", kind: { tag: "number", val: 7 } }], { x: 1006, name: "", kind: { tag: "number", val: 7 } }],
        ["echo", [{ x: 7, name: "ünï 🦀", kind: { tag: "none" } }], { x: 1007, name: "ünï 🦀", kind: { tag: "none" } }],
      ].map(([name, args, result]) => [name, (args as object[]).map((arg) => ({ ...arg })), result]),
    );
    const c = d.run.create(3);
    assert.equal(d.run.label(c), "counter 1");
    d.run.total([c, c]);
    const [[made, start, counter], [label, self, text], [, [all]]] = seen as [
      [string, unknown[], Counter],
      [string, Counter[], string],
      [string, Counter[][], number],
    ];
    assert.deepEqual([made, start, label, text], ["[constructor]counter", [3], "[method]counter.label", "counter 1"]);
    assert.equal(self.length, 1);
    assert.equal(all!.length, 2);
    if (provider === "guest") {
      assert.ok(counter instanceof d.providers[0]!.counters.Counter);
      // What was lent is over with the call.
      assert.throws(() => self[0]!.get(), { code: "call/type-mismatch" });
    }
    d.run.drop(c);
  }
});

test("it uses the resources that pass while the call lasts", async () => {
  const d = await driverOf(1);
  const answers: number[] = [];
  const looking: Interposer = ({ function: name, args, next }) => {
    if (name === "value") answers.push((args[0] as Counter).add(100));
    return next(...args);
  };
  rewire([{ end: d.end, through: [looking] }]);
  const c = d.run.create(1);
  assert.equal(d.run.value(c), 1101);
  assert.deepEqual(answers, [1101]);
});

test("it changes arguments and results, puts others in their place, and answers itself", async () => {
  const d = await driverOf(2);
  const { counters: others } = d.providers[1]!;
  const changing: Interposer = ({ function: name, args, next }: Call) => {
    switch (name) {
      case "[constructor]counter":
        return next((args[0] as number) + 1);
      case "[method]counter.label":
        return `${next(...args)}!`;
      case "make":
        return others.make(args[0] as number);
      case "value":
        return 42;
      case "total":
        return next((args[0] as Counter[]).slice(1));
      case "take":
        (args[0] as Counter)[Symbol.dispose]();
        return 7;
      default:
        return next(...args);
    }
  };
  rewire([{ end: d.end, through: [changing] }]);
  const [a, b] = [d.run.create(1), d.run.create(2)];
  assert.deepEqual([d.run.get(a), d.run.label(a), d.run.value(a), d.run.total([a, b]), d.run.take(b)], [1002, "counter 1!", 42, 1003, 7]);
  assert.equal(d.providers[0]!.dropped(), 1);
  // A counter of somebody else's, which it put in: its methods go there, past the interposer of another wire.
  const c = d.run.make(5);
  assert.deepEqual([d.run.get(c), d.run.label(c)], [2005, "counter 2"]);
  d.run.drop(c);
  assert.equal(d.providers[1]!.dropped(), 1);
});

const refusals: ReadonlyArray<[what: string, thrown: unknown, of: "check" | "test" | "get", expected: object]> = [
  ["an error of the result's type", "no", "check", { payload: "no" }],
  ["an error with a payload", Object.assign(new Error("words"), { payload: "no" }), "check", { payload: "no" }],
  ["a result error", new ResultError("no"), "check", { payload: "no" }],
  ["no payload where there is none", undefined, "test", { payload: undefined }],
  ["a payload of another type", 5, "check", { code: "trap/host-threw", message: "import `test:wires/counters.check` threw: 5" }],
  ["a payload where there is none", "no", "test", { code: "trap/host-threw" }],
  ["a plain error", new Error("no"), "check", { code: "trap/host-threw", message: "import `test:wires/counters.check` threw: no" }],
  ["where the function can't fail", "no", "get", { code: "trap/host-threw", message: "import `test:wires/counters.[method]counter.get` threw: no" }],
];
for (const [what, thrown, of, expected] of refusals) {
  test(`it refuses by throwing ${what}`, async () => {
    const d = await driverOf(1);
    const refusing: Interposer = ({ function: name, args, next }) => {
      if (name === of || name.endsWith(`.${of}`)) throw thrown;
      return next(...args);
    };
    rewire([{ end: d.end, through: [refusing] }]);
    const c = d.run.create(1);
    assert.throws(() => d.run[of](c), expected);
    assert.equal(isDead(d.part), "code" in expected);
    assert.equal(isDead(d.providers[0]!.part), false);
  });
}

test("it sees what the function throws, and may answer instead", async () => {
  const d = await driverOf(1);
  const soothing: Interposer = ({ args, next }) => {
    try {
      return next(...args);
    } catch (error) {
      assert.ok(error instanceof ResultError && error.payload === "thirteen");
      return 13;
    }
  };
  rewire([{ end: d.end, through: [soothing] }]);
  assert.deepEqual([d.run.check(13), d.run.check(1)], [13, 1001]);
});

test("a result of another type is its mistake", async () => {
  const d = await driverOf(1);
  rewire([{ end: d.end, through: [() => "no number"] }]);
  assert.throws(() => d.run.make(1), { code: "call/type-mismatch", message: /result of import `test:wires\/counters\.make`/ });
});

test("so are arguments that don't fit", async () => {
  const d = await driverOf(1);
  rewire([{ end: d.end, through: [({ next }) => next("x", {}, 3)] }]);
  assert.throws(() => d.run.make(1), { code: "trap/host-threw", message: /import `test:wires\/counters\.make` threw: argument `start`: expected u32/ });
  assert.equal(isDead(d.providers[0]!.part), false);
});

test("several: a call passes them in their order, the result the other way", async () => {
  const d = await driverOf(1);
  const seen: string[] = [];
  const named = (name: string): Interposer => {
    return ({ args, next }) => {
      seen.push(`${name} in`);
      const result = next(...args);
      seen.push(`${name} out`);
      return result;
    };
  };
  rewire([{ end: d.end, through: [named("a"), named("b"), named("c")] }]);
  assert.equal(d.run.check(1), 1001);
  assert.deepEqual(seen, ["a in", "b in", "c in", "c out", "b out", "a out"]);
});

test("taken away, nothing is left of it on the way: no JavaScript between caller and callee", async () => {
  const d = await driverOf(1);
  const frames: string[] = [];
  rewire([
    {
      end: d.providers[0]!.outside,
      to: {
        ask(n: number) {
          const { stackTraceLimit } = Error;
          Error.stackTraceLimit = 100;
          frames.push(String(new Error("here").stack));
          Error.stackTraceLimit = stackTraceLimit;
          return n;
        },
      },
    },
  ]);
  const between = (): number => {
    assert.equal(d.run.ask(1), 1001);
    const stack = frames.pop()!.split("\n");
    const wasm = stack.map((line) => line.includes("wasm://"));
    return stack.slice(wasm.indexOf(true), wasm.lastIndexOf(true)).filter((line) => !line.includes("wasm://")).length;
  };
  assert.equal(between(), 0);
  rewire([{ end: d.end, through: [({ args, next }) => next(...args)] }]);
  assert.ok(between() > 0);
  rewire([{ end: d.end, through: [] }]);
  assert.equal(between(), 0);
  // Handles that came before, meanwhile and after.
  const c = d.run.create(1);
  rewire([{ end: d.end, through: [({ args, next }) => next(...args)] }]);
  const b = d.run.create(1);
  rewire([{ end: d.end, through: [] }]);
  for (const handle of [c, b]) {
    assert.equal(d.run.slow(handle, 1), 1002);
    const stack = frames.pop()!.split("\n");
    assert.ok(!stack.some((line) => line.includes("connection.ts")), stack.join("\n"));
  }
});

test("put on and taken away a thousand times, each call passes just what lies there then", async () => {
  const d = await driverOf(2);
  let passed = 0;
  const counting: Interposer = ({ args, next }) => {
    passed += 1;
    return next(...args);
  };
  const handles = [d.run.create(1)];
  let expected = 0;
  for (let i = 1; i <= 1000; i++) {
    const through = i % 3 === 0 ? [counting, counting] : i % 2 === 0 ? [counting] : [];
    rewire([{ end: d.end, through, ...(i % 50 === 0 ? { to: d.providers[(i / 50) % 2]!.counters } : {}) }]);
    if (i % 50 === 0) {
      for (const handle of handles.splice(0)) d.run.drop(handle);
      handles.push(d.run.create(1));
      expected += through.length;
    }
    d.run.get(handles[0]!);
    expected += through.length;
    assert.equal(passed, expected);
  }
});

test("of a JavaScript provider, too", async () => {
  const d = await driverOf(0);
  const host = hostCounters(6);
  const seen: [string][] = [];
  rewire([{ end: d.end, to: host.provider, through: [tap(seen)] }]);
  const c = d.run.create(1);
  assert.equal(d.run.add(c, 1), 6002);
  d.run.drop(c);
  assert.deepEqual([seen.map(([name]) => name), host.dropped()], [["[constructor]counter", "[method]counter.add"], 1]);
});

const asyncPasses: ReadonlyArray<[what: string, interposer: Interposer]> = [
  [
    "that waits before",
    async ({ args, next }) => {
      await setImmediate();
      return next(...args);
    },
  ],
  [
    "that waits behind",
    async ({ args, next }) => {
      const result = await next(...args);
      await setImmediate();
      return result;
    },
  ],
  ["that returns a promise", ({ args, next }) => Promise.resolve(next(...args))],
];
for (const [what, interposer] of asyncPasses) {
  test(`an interposer ${what}: the caller waits, if it may`, async () => {
    const d = await driverOf(1);
    assert.equal(d.end.maySuspend, false);
    rewire([{ end: d.end, through: [interposer] }]);
    assert.equal(d.end.maySuspend, true);
    const create = promising(d.part.exports.create);
    const c = (await create(4)) as number;
    assert.equal(await promising(d.part.exports.add)(c, 2), 1006);
    assert.equal(await promising(d.part.exports.echo)(1, "name", 1), "name");
    assert.equal(await promising(d.part.exports.label)(c), "counter 1");
    await assert.rejects(promising(d.part.exports.check)(13) as Promise<unknown>, { payload: "thirteen" });
    assert.throws(() => d.run.get(c), { code: "call/would-suspend", message: /import `test:wires\/counters\.\[method\]counter\.get` returned a promise/ });
  });
}

test("an interposer that waits, and then calls: what it calls still descends from its caller", async () => {
  const d = await driverOf(1);
  // The provider asks the driver, which waits for it.
  rewire([{ end: d.providers[0]!.outside, to: d.part.exports[OUTSIDE] }]);
  rewire([
    {
      end: d.end,
      through: [
        async ({ args, next }) => {
          await setImmediate();
          return next(...args);
        },
      ],
    },
  ]);
  await assert.rejects(promising(d.part.exports.ask)(1) as Promise<unknown>, {
    code: "trap/cannot-enter",
    message: /cannot enter component instance `driver`: a call is already inside it \(driver → provider → driver\)/,
  });
});

test("what it calls instead, when it has waited, descends from its caller if it says so", async () => {
  const d = await driverOf(1);
  rewire([{ end: d.providers[0]!.outside, to: d.part.exports[OUTSIDE] }]);
  const { counters } = d.providers[0]!;
  const instead = async ({ function: name, args }: Call) => {
    const call = d.store.descending(() => promising(counters[name as "ask"])(...args));
    await setImmediate();
    return call();
  };
  rewire([{ end: d.end, through: [instead] }]);
  await assert.rejects(promising(d.part.exports.ask)(1) as Promise<unknown>, {
    code: "trap/cannot-enter",
    message: /cannot enter component instance `driver`: a call is already inside it/,
  });
});

test("interposers on the wires of several parts to one provider are apart", async () => {
  const d = await driverOf(1);
  const e = await driver(d.store, d.providers[0]!.counters);
  const seen: [string][] = [];
  rewire([{ end: d.end, through: [tap(seen)] }]);
  const { counters }: { counters: Counters } = d.providers[0]!;
  assert.deepEqual([e.run.check(1), d.run.check(2), counters.check(3)], [1001, 1002, 1003]);
  assert.equal(seen.length, 1);
});
