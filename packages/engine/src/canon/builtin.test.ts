import assert from "node:assert/strict";
import { test } from "node:test";
import type { CoreFunction } from "../abi/core-value.ts";
import { u32 } from "../abi/test-guest.ts";
import * as Op from "../binary/opcodes.ts";
import type { BuiltinPlan } from "../plan/plan.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { builtin } from "./builtin.ts";
import { hostFunction } from "./lift.ts";
import { catchAll, contextBuiltin, func, gated, i32, TestComponent, trapOf } from "./test-core.ts";

/** A built-in without parameters, of no type's. */
function plainBuiltin(canon: string, instance: ComponentInstance): CoreFunction {
  const plan: BuiltinPlan = {
    canon,
    instance: 0,
    slot: 0,
    type: { kind: "func", params: [], results: [] },
    context: undefined,
    of: undefined,
    scope: new Map(),
    async: false,
    cancellable: false,
    table: undefined,
  };
  return builtin({ plan, instance, cx: undefined, codec: undefined, table: () => assert.fail() });
}

/** The built-in as core code calls it. */
function gatedBuiltin(canon: string, { instance }: TestComponent): () => unknown {
  const { store } = instance;
  const core = gated([], [], plainBuiltin(canon, instance), store);
  return () => trapOf(store, core);
}

test("context lives as long as a call", () => {
  const part = new TestComponent(
    {
      // Returns what was there before and after it is set.
      f: {
        params: [i32],
        results: [i32],
        code: (code, call) => code.call(call("get")).i32(100).op(Op.i32_mul).get(0).call(call("set")).call(call("get")).op(Op.i32_add),
      },
    },
    {
      imports: ({ instance }) => ({
        get: [[], [i32], contextBuiltin("context.get", instance, 1)],
        set: [[i32], [], contextBuiltin("context.set", instance, 1)],
      }),
    },
  );
  const f = hostFunction(part.lift("f", func({ a: u32 }, u32)));
  assert.equal(f(7), 7);
  assert.equal(f(8), 8);
});

test("the slots of the context are two, and each instance's own", () => {
  const { instance } = new TestComponent({});
  const { instance: other } = new TestComponent({}, { store: instance.store });
  for (const [each, slot] of [
    [instance, 0],
    [instance, 1],
    [other, 0],
    [other, 1],
  ] as const) {
    assert.equal(contextBuiltin("context.get", each, slot)(), 0);
    contextBuiltin("context.set", each, slot)(-1);
    assert.equal(contextBuiltin("context.get", each, slot)(), -1);
  }
});

test("backpressure is counted within its bounds", () => {
  const part = new TestComponent({});
  const { instance } = part;
  const [inc, dec] = [gatedBuiltin("backpressure.inc", part), gatedBuiltin("backpressure.dec", part)];
  inc();
  assert.equal(instance.backpressure, 1);
  dec();
  assert.throws(dec, { code: "trap/too-long", message: "wasm trap: backpressure counter overflow" });
  instance.backpressure = 0xffff;
  assert.throws(inc, { code: "trap/too-long" });
  assert.equal(instance.backpressure, 0xffff);
});

test("a thread of a shared memory is not run, and nobody may leave to make one", () => {
  const part = new TestComponent({});
  const spawn = gatedBuiltin("thread.spawn-ref", part);
  part.instance.mayLeave = false;
  assert.throws(spawn, { code: "trap/cannot-leave", message: /cannot leave component instance/ });
  part.instance.mayLeave = true;
  assert.throws(spawn, { code: "trap/unsupported", message: /`thread.spawn-ref` was called/ });
});

test("only backpressure is counted while an instance may not leave", () => {
  const part = new TestComponent({});
  part.instance.mayLeave = false;
  gatedBuiltin("backpressure.inc", part)();
  assert.equal(part.instance.backpressure, 1);
  for (const canon of ["task.cancel", "waitable-set.new", "subtask.drop", "thread.index", "thread.yield", "stream.new", "error-context.drop"]) {
    assert.throws(gatedBuiltin(canon, part), { code: "trap/cannot-leave" }, canon);
  }
});

test("without a task there is none to end, and no thread", () => {
  const part = new TestComponent({});
  assert.throws(gatedBuiltin("task.cancel", part), { code: "trap/task-return", message: /was not lifted with `async`/ });
  assert.throws(gatedBuiltin("thread.index", part), { code: "trap/thread", message: /no task is running/ });
});

test("a trap of a built-in can't be caught", () => {
  const part = new TestComponent(
    { f: { code: (code, call) => catchAll(code, () => code.call(call("dec"))) } },
    { imports: ({ instance }) => ({ dec: [[], [], plainBuiltin("backpressure.dec", instance)] }) },
  );
  assert.throws(hostFunction(part.lift("f", func({}))), { code: "trap/too-long" });
  assert.equal(part.instance.mayEnter, false);
});
