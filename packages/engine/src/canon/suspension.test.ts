import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { ResultError } from "../abi/result-error.ts";
import { list, result, string, u8, u32, u64 } from "../abi/test-guest.ts";
import * as Op from "../binary/opcodes.ts";
import type { ComponentError } from "../diagnostics/component-error.ts";
import type { Trap } from "../diagnostics/trap.ts";
import { Store } from "../store/store.ts";
import type { FuncType } from "../types/component-types.ts";
import { hostFunction } from "./lift.ts";
import { lowerHostFunction } from "./lower.ts";
import { lowerLifted } from "./lower-lifted.ts";
import { promisingHostFunction } from "./promising.ts";
import { type CoreDefinition, catchAll, func, i32, i64, sign, TestComponent, type TestOptions } from "./test-core.ts";

/** A part whose functions call the gated host functions of these types. */
function gated(
  hosts: Readonly<Record<string, readonly [FuncType, (...args: never[]) => unknown]>>,
  definitions: Readonly<Record<string, CoreDefinition>>,
  options: TestOptions = {},
): TestComponent {
  const types = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };
  return new TestComponent(definitions, {
    ...options,
    imports: ({ cx }) => {
      const names = Object.keys(hosts);
      return Object.fromEntries(
        names.map((name) => {
          const signature = sign(hosts[name]![0]);
          const { params, results } = signature.lowered;
          const lowered = lowerHostFunction(name, signature, cx, hosts[name]![1] as () => unknown);
          return [name, [params.map((type) => types[type]), results.map((type) => types[type]), lowered]];
        }),
      );
    },
  });
}

const pass = { params: [i32], results: [i32], code: (code, call) => code.get(0).call(call("host")) } satisfies ConstructorParameters<
  typeof TestComponent
>[0][string];
const unary = func({ a: u32 }, u32);

test("a plain value comes back at once, from both sides", async () => {
  const part = gated({ host: [unary, (a: number) => a + 1] }, { pass });
  assert.equal(hostFunction(part.lift("pass", unary))(1), 2);
  assert.equal(await promisingHostFunction(part.lift("pass", unary))(1), 2);
});

test("a promise suspends the guest, which gets its value", async () => {
  const part = gated(
    {
      host: [unary, async (a: number) => a + 1],
      hostWide: [func({ a: u64 }, u64), async (a: bigint) => a + 1n],
      hostText: [func({}, string), async () => "later"],
      hostNone: [func({}), async () => {}],
    },
    {
      pass,
      wide: { params: [i64], results: [i64], code: (code, call) => code.get(0).call(call("hostWide")).call(call("hostWide")) },
      text: { results: [i32], code: (code, call) => code.i32(16).call(call("hostText")).i32(16) },
      none: { code: (code, call) => code.call(call("hostNone")) },
    },
  );
  assert.equal(await promisingHostFunction(part.lift("pass", unary))(2 ** 32 - 2), 2 ** 32 - 1);
  assert.equal(await promisingHostFunction(part.lift("wide", func({ a: u64 }, u64)))(5n), 7n);
  assert.equal(await promisingHostFunction(part.lift("text", func({}, string)))(), "later");
  assert.equal(await promisingHostFunction(part.lift("none", func({})))(), undefined);
  const { activations } = part.instance.store;
  assert.deepEqual([part.instance.mayEnter, activations.isHeld(part.instance), activations.current, activations.syncDepth], [true, false, 0, 0]);
});

test("a promise from the synchronous side is an error that names import and export", async () => {
  for (const settled of [async () => 1, () => Promise.reject(new Error("nobody listens"))]) {
    const part = gated({ host: [unary, settled] }, { pass });
    assert.throws(
      () => hostFunction(part.lift("pass", unary))(1),
      (e: ComponentError) =>
        e.code === "call/would-suspend" &&
        e.message === "import `host` returned a promise in export `pass`; call the export through `promising`, or return a plain value",
    );
    assert.throws(() => hostFunction(part.lift("pass", unary))(1), { code: "trap/poisoned" });
    await setImmediate();
  }
});

test("a synchronous call inside a suspended one can't suspend, later ones can", async () => {
  const store = new Store();
  const inner = gated({ host: [unary, async (a: number) => a] }, { pass }, { store, name: "inner" });
  const sync = hostFunction(inner.lift("pass", unary));
  let calls = 0;
  const outer = gated(
    {
      host: [
        unary,
        async (a: number) => {
          assert.throws(() => sync(a), { code: calls++ === 0 ? "call/would-suspend" : "trap/poisoned" });
          return a;
        },
      ],
    },
    { twice: { params: [i32], results: [i32], code: (code, call) => code.get(0).call(call("host")).call(call("host")) } },
    { store },
  );
  await assert.doesNotReject(promisingHostFunction(outer.lift("twice", unary))(1));
  assert.equal(store.activations.syncDepth, 0);
});

test("what a promise rejects with is as if it had been thrown", async () => {
  const type = func({ a: u32 }, result(u8, u32));
  const code = {
    params: [i32],
    results: [i32],
    code: (code: import("../binary/writer.ts").CodeWriter, call: (name: string) => number) => code.get(0).i32(16).call(call("host")).i32(16),
  };
  const part = gated(
    {
      host: [
        type,
        async (a: number) => {
          if (a === 0) throw new ResultError(7);
          if (a === 1) return 5;
          throw new Error("broken");
        },
      ],
    },
    { pass: code },
  );
  const call = promisingHostFunction(part.lift("pass", type));
  assert.equal(await call(1), 5);
  await assert.rejects(call(0), { code: "call/result-error", payload: 7 });
  await assert.rejects(call(2), (e: Trap) => e.code === "trap/host-threw" && /broken/.test(e.message));
  await assert.rejects(call(1), { code: "trap/poisoned" });
});

test("a late value of the wrong type is named", async () => {
  const part = gated({ host: [unary, async () => "x"] }, { pass });
  await assert.rejects(promisingHostFunction(part.lift("pass", unary))(1), {
    code: "call/type-mismatch",
    message: 'result of import `host`: expected u32, got string "x"',
  });
});

test("the resumed guest can't catch a trap", async () => {
  let wentOn = 0;
  const part = gated(
    { host: [func({}), async () => Promise.reject(new Error("broken"))], "went-on": [func({}), () => void wentOn++] },
    {
      f: {
        code: (code, call) => {
          catchAll(code, () => code.call(call("host")));
          code.call(call("went-on"));
        },
      },
    },
  );
  const call = promisingHostFunction(part.lift("f", func({})));
  await assert.rejects(call(), { code: "trap/host-threw" });
  assert.equal(wentOn, 0);
  await assert.rejects(call(), { code: "trap/poisoned" });
});

test("calls wait for one another, first come first served; synchronous ones trap", async () => {
  const order: string[] = [];
  const open: (() => void)[] = [];
  const part = gated(
    {
      host: [
        unary,
        (a: number) => {
          order.push(`begin ${a}`);
          return new Promise<number>((resolve) => open.push(() => resolve(a)));
        },
      ],
    },
    { pass },
  );
  const call = promisingHostFunction(part.lift("pass", unary));
  const calls = [1, 2, 3].map(async (a) => order.push(`end ${await call(a)}`));
  await setImmediate();
  assert.throws(() => hostFunction(part.lift("pass", unary))(9), { code: "trap/cannot-enter" });
  for (let i = 0; i < 3; i++) {
    assert.equal(open.length, i + 1);
    open[i]!();
    await setImmediate();
  }
  await Promise.all(calls);
  assert.deepEqual(
    order.filter((entry) => entry.startsWith("begin")),
    ["begin 1", "begin 2", "begin 3"],
  );
  assert.deepEqual(
    order.filter((entry) => entry.startsWith("end")),
    ["end 1", "end 2", "end 3"],
  );
  assert.ok(part.instance.mayEnter);
});

test("when the call that holds an instance traps, those that wait hear of it", async () => {
  let release: (() => void) | undefined;
  const part = gated({ host: [unary, () => new Promise((_, reject) => (release = () => reject(new Error("broken"))))] }, { pass });
  const call = promisingHostFunction(part.lift("pass", unary));
  const [first, second, third] = [call(1), call(2), call(3)];
  await setImmediate();
  release!();
  await assert.rejects(first!, { code: "trap/host-threw" });
  await assert.rejects(second!, { code: "trap/poisoned" });
  await assert.rejects(third!, { code: "trap/poisoned" });
});

test("a call that comes back to an instance that runs on the stack traps", async () => {
  let again: (a: number) => Promise<unknown> = async () => {};
  const part = gated({ host: [unary, (a: number) => again(a)] }, { pass });
  const call = promisingHostFunction(part.lift("pass", unary));
  again = call;
  await assert.rejects(call(1), { code: "trap/cannot-enter" });
});

test("interleaved calls of several instances resume in any order", async () => {
  const store = new Store();
  const open: (() => void)[] = [];
  const parts = [0, 1, 2].map((i) => gated({ host: [unary, (a: number) => new Promise((resolve) => (open[i] = () => resolve(a + i)))] }, { pass }, { store }));
  const calls = parts.map((part) => promisingHostFunction(part.lift("pass", unary))(10));
  for (const i of [2, 0, 1]) open[i]!();
  assert.deepEqual(await Promise.all(calls), [10, 11, 12]);
});

test("errors of the asynchronous side are rejections", async () => {
  const part = gated({ host: [unary, () => 1] }, { pass, bad: { code: (code) => code.op(Op.unreachable) } });
  await assert.rejects(promisingHostFunction(part.lift("pass", unary))("x"), {
    code: "call/type-mismatch",
    message: 'argument `a`: expected u32, got string "x"',
  });
  await assert.rejects(promisingHostFunction(part.lift("bad", func({})))(), { code: "trap/core" });
  await assert.rejects(promisingHostFunction(part.lift("pass", unary))(1), { code: "trap/poisoned" });
});

test("an import that has no gate can't wait", async () => {
  const part = new TestComponent(
    { pass },
    { imports: ({ cx }) => ({ host: [[i32], [i32], lowerHostFunction("host", sign(unary), cx, async () => 1, false)] }) },
  );
  await assert.rejects(promisingHostFunction(part.lift("pass", unary))(1), { code: "call/would-suspend", message: /this import can't wait/ });
});

const held = ({ instance }: TestComponent): boolean => instance.store.activations.isHeld(instance);

test("a component suspends with the component that it calls", async () => {
  const store = new Store();
  const strings = func({ a: list(string) }, string);
  const inner = gated(
    { host: [func({}), async () => {}] },
    // Waits, then returns the first string of the list.
    { first: { params: [i32, i32], results: [i32], code: (code, call) => code.call(call("host")).get(0) } },
    { store, name: "inner" },
  );
  const signature = sign(strings);
  const outer = new TestComponent(
    { run: { params: [i32, i32], results: [i32], code: (code, call) => code.get(0).get(1).i32(16).call(call("first")).i32(16) } },
    {
      store,
      name: "outer",
      imports: ({ cx, instance }) => ({
        first: [[i32, i32, i32], [], lowerLifted(signature, cx, inner.lift("first", strings), instance, true)],
      }),
    },
  );
  const call = promisingHostFunction(outer.lift("run", strings));
  assert.equal(await call(["one", "two"]), "one");
  const both = Promise.all([call(["three"]), call(["four"])]);
  assert.deepEqual([inner.instance.mayEnter, held(inner), held(outer)], [false, true, true]);
  assert.deepEqual(await both, ["three", "four"]);
  assert.deepEqual([inner.instance.mayEnter, held(inner), outer.instance.mayEnter], [true, false, true]);
  assert.throws(
    () => hostFunction(outer.lift("run", strings))(["x"]),
    (e: ComponentError) => e.code === "call/would-suspend" && /import `host` returned a promise in export `run`/.test(e.message),
  );
});
