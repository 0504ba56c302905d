import assert from "node:assert/strict";
import { test } from "node:test";
import { u32 } from "../abi/test-guest.ts";
import { Op } from "../binary/opcode.ts";
import { builtin } from "./builtin.ts";
import { hostFunction } from "./lift.ts";
import { func, i32, TestComponent } from "./test-core.ts";

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
        get: [[], [i32], builtin("context.get", instance, 1)],
        set: [[i32], [], builtin("context.set", instance, 1)],
      }),
    },
  );
  const f = hostFunction(part.lift("f", func({ a: u32 }, u32)));
  assert.equal(f(7), 7);
  assert.equal(f(8), 8);
});

test("backpressure is counted within its bounds", () => {
  const { instance } = new TestComponent({});
  const [inc, dec] = [builtin("backpressure.inc", instance, 0), builtin("backpressure.dec", instance, 0)];
  inc();
  dec();
  assert.throws(() => dec(), { code: "trap/too-long", message: "wasm trap: backpressure counter overflow" });
  instance.backpressure = 0xffff;
  assert.throws(() => inc(), { code: "trap/too-long" });
});

test("others trap: first because nobody may leave, then because they are not run", () => {
  const { instance } = new TestComponent({});
  instance.mayLeave = false;
  assert.throws(() => builtin("task.return", instance, 0)(), { code: "trap/cannot-leave", message: /cannot leave component instance/ });
  const other = new TestComponent({});
  assert.throws(() => builtin("task.return", other.instance, 0)(), { code: "trap/unsupported", message: /`task.return` was called/ });
});
