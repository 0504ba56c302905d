import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { CoreFunction } from "../abi/core-value.ts";
import { string, tuple, u8, u32 } from "../abi/test-guest.ts";
import { lowerLifted } from "../canon/lower-lifted.ts";
import { stateOf } from "../concurrency/instance-state.ts";
import { Subtask, SubtaskState } from "../concurrency/subtask.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import { Store } from "../store/store.ts";
import type { ValueType } from "../types/component-types.ts";
import { fuseTask } from "./fuse.ts";
import type { Joint } from "./joint.ts";
import { AREA, func, Guest, sign } from "./test-joint.ts";

interface Held {
  readonly store: Store;
  readonly caller: Guest;
  readonly callee: Guest;
  /** What the callee's core function was called with. */
  readonly received: number[][];
  readonly call: CoreFunction;
  /** Lets the callee in, and waits until nothing goes on by itself. */
  letIn(): Promise<void>;
}

/** An async function of a callee that lets nobody in, lowered with `async`. It gives what `result` does. */
function held(fused: boolean, params: readonly ValueType[], result: ValueType, give: (callee: Guest) => number): Held {
  const store = new Store({}, true);
  const [caller, callee] = [new Guest(store, "caller", {}, []), new Guest(store, "callee", {}, [])];
  const type = func(params, result, true);
  const received: number[][] = [];
  const joint: Joint = {
    signature: sign(type, { async: true }),
    caller: caller.cx,
    callee: {
      name: "f",
      async: true,
      abi: "sync",
      callback: undefined,
      signature: sign(type, { lifted: "sync" }),
      cx: callee.cx,
      core: (...args) => {
        received.push(args.map(Number));
        return give(callee);
      },
      postReturn: undefined,
    },
  };
  callee.instance.backpressure = 1;
  const call = lowerLifted(joint.signature, caller.cx, joint.callee, caller.instance, false, () => (fused ? fuseTask(joint, store) : undefined));
  const letIn = async (): Promise<void> => {
    callee.instance.backpressure = 0;
    stateOf(callee.instance).changed();
    await setImmediate();
  };
  return { store, caller, callee, received, call, letIn };
}

/** The subtask that a call has answered with. */
function subtaskOf({ caller }: Held, answer: unknown): Subtask {
  const packed = answer as number;
  assert.equal(packed & 0xf, SubtaskState.starting);
  return stateOf(caller.instance).get(packed >>> 4, Subtask, "");
}

const ways: readonly (readonly [name: string, fused: boolean])[] = [
  ["by closures", false],
  ["fused", true],
];

for (const [name, fused] of ways) {
  test(`arguments pass when the callee lets the call in: ${name}`, async () => {
    const world = held(fused, [u8, ...Array<ValueType>(3).fill(u32), string], tuple(u32, u8), ({ view }) => {
      view.setBigUint64(2048, 0x6_0000_0005n, true);
      return 2048;
    });
    const { caller, callee, call, received, letIn } = world;
    const subtask = subtaskOf(world, call(AREA, 2048));
    assert.equal(received.length, 0);
    caller.bytes.set([9, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 10, 0, 0, 3, 0, 0, 0], AREA);
    caller.bytes.set([97, 98, 99], 2560);
    await letIn();
    const [byte, a, b, c, at, length] = received[0]!;
    assert.deepEqual([byte, a, b, c, length], [9, 1, 2, 3, 3]);
    assert.equal(String.fromCharCode(...callee.bytes.slice(at, at! + 3)), "abc");
    assert.equal(subtask.state, SubtaskState.returned);
    assert.deepEqual([caller.view.getUint32(2048, true), caller.bytes[2052]], [5, 6]);
  });

  test(`an argument that is wrong when the callee lets the call in is the caller's: ${name}`, async () => {
    const world = held(fused, [string], u32, () => 7);
    const { caller, callee, call, received, letIn } = world;
    const subtask = subtaskOf(world, call(65_530, 100, AREA));
    await letIn();
    assert.deepEqual([received, callee.instance.mayEnter, callee.instance.mayLeave, subtask.isOver], [[], true, true, true]);
    assert.throws(() => subtask.deliverResolve(), /string content out-of-bounds: 0xfffa \+ 100/);
    assert.equal(caller.view.getUint32(AREA, true), 0x3f3f3f3f);
    assert.match(String(caller.instance.poisonedBy), /string content out-of-bounds/);
    // The callee goes on with others.
    assert.equal(callee.instance.poisonedBy, undefined);
  });

  test(`a wrong pointer for the result is the callee's to trap by: ${name}`, async () => {
    const world = held(fused, [], u32, () => 7);
    const subtask = subtaskOf(world, world.call(65_534));
    await world.letIn();
    assert.throws(() => subtask.deliverResolve(), /unaligned pointer: 0xfffe is not aligned to 4/);
    assert.equal(world.callee.instance.mayEnter, false);
  });

  test(`nothing is written to a caller that is no more: ${name}`, async () => {
    const world = held(fused, [], string, ({ view }) => {
      view.setBigUint64(2048, 0x3_0000_0800n, true);
      return 2048;
    });
    const subtask = subtaskOf(world, world.call(AREA));
    world.caller.instance.poison(new Trap(TrapCode.Core, "gone"));
    await world.letIn();
    assert.deepEqual([subtask.isAbandoned, world.caller.calls], [true, []]);
    assert.equal(world.caller.view.getUint32(AREA, true), 0x3f3f3f3f);
  });
}

test("moves are made at the first call, and once", () => {
  const made = { count: 0 };
  const store = new Store({}, true);
  const [caller, callee] = [new Guest(store, "caller", {}, []), new Guest(store, "callee", {}, [])];
  const type = func([u32], u32, true);
  const lifted = {
    name: "f",
    async: true,
    abi: "sync",
    callback: undefined,
    signature: sign(type, { lifted: "sync" }),
    cx: callee.cx,
    postReturn: undefined,
  } as const;
  const joint: Joint = { signature: sign(type, { async: true }), caller: caller.cx, callee: { ...lifted, core: (x) => Number(x) + 1 } };
  const call = lowerLifted(joint.signature, caller.cx, joint.callee, caller.instance, false, () => {
    made.count += 1;
    return fuseTask(joint, store);
  });
  assert.equal(made.count, 0);
  for (const x of [1, 2, 3]) {
    assert.equal(call(x, AREA), SubtaskState.returned);
    assert.equal(caller.view.getUint32(AREA, true), x + 1);
  }
  assert.equal(made.count, 1);
});
