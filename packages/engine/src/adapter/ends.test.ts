import assert from "node:assert/strict";
import { test } from "node:test";
import { elementType } from "../abi/element-type.ts";
import { list, option, own, string, tuple, u8, u32 } from "../abi/test-guest.ts";
import { CopyEnd, CopyState, ReadableFutureEnd, ReadableStreamEnd, WritableStreamEnd } from "../concurrency/copy-end.ts";
import { ErrorContext } from "../concurrency/error-context.ts";
import { stateOf, type TableElement } from "../concurrency/instance-state.ts";
import { Scheduler } from "../concurrency/scheduler.ts";
import { type Shared, SharedFuture, SharedStream } from "../concurrency/shared.ts";
import { WaitableSet } from "../concurrency/waitable.ts";
import type { ValueType } from "../types/component-types.ts";
import { AREA, type Case, type Core, type Guest, give, identities, type Seen, same, WAYS, type World } from "./test-joint.ts";

const stream = (element?: ValueType): ValueType => ({ kind: "stream", element });
const future = (element?: ValueType): ValueType => ({ kind: "future", element });
const errorContext: ValueType = { kind: "error-context" };

function always(given: Case): Seen {
  for (const way of WAYS) same({ ...given, ...way }, `${way.lower} ${way.lift}`);
  return same(given);
}

const add = ({ instance }: Guest, element: TableElement): number => stateOf(instance).add(element);
const readable = (guest: Guest, type?: ValueType): number => add(guest, new ReadableStreamEnd(new SharedStream(elementType(type))));
const handed = (handles: (world: World) => readonly number[]): Case["prepare"] => {
  return (world, core) => {
    core.args = [...handles(world), ...core.args];
  };
};

test("ends and error contexts move, with what lies behind them", () => {
  let given: { stream: Shared; future: Shared; context: ErrorContext };
  const seen = always({
    params: [stream(u8), u8, future(string), errorContext],
    prepare: handed(({ caller }) => {
      given = { stream: new SharedStream(elementType(u8)), future: new SharedFuture(elementType(string)), context: new ErrorContext("no") };
      return [add(caller, new ReadableStreamEnd(given.stream)), 7, add(caller, new ReadableFutureEnd(given.future)), add(caller, given.context)];
    }),
    during: ({ callee, caller }, [s, _, f, c]) => {
      const state = stateOf(callee.instance);
      assert.equal(state.get(s as number, ReadableStreamEnd, "").shared, given.stream);
      assert.equal(state.get(f as number, ReadableFutureEnd, "").shared, given.future);
      assert.equal(state.get(c as number, ErrorContext, ""), given.context);
      // The context is still the caller's as well.
      assert.equal(caller.instance.handles, 1);
    },
  });
  assert.deepEqual(seen.received, [1, 7, 2, 3]);
});

test("ends pass in memory, and come back", () => {
  const type = tuple(list(stream()), option(future()), u32);
  const lay = (world: World, guest: Guest, core: Core): void => {
    const { view } = guest;
    [readable(guest), readable(guest)].forEach((index, i) => void view.setUint32(2048 + 4 * i, index, true));
    [2048, 2, 1, add(guest, new ReadableFutureEnd(new SharedFuture(elementType(undefined)))), 9].forEach(
      (word, i) => void view.setUint32(AREA + 4 * i, word, true),
    );
    core.results = [2048, 2, 1, view.getUint32(AREA + 12, true), 9];
    core.args = world.caller === guest ? core.results : [AREA];
    core.result = AREA;
  };
  // Six flat values are too many with `async`.
  const passed = same({ params: [type], prepare: (world, core) => lay(world, world.caller, core) });
  assert.deepEqual(passed.states[1], [true, true, 3]);
  const returned = always({ params: [], result: type, prepare: (world, core) => lay(world, world.callee, core) });
  assert.deepEqual(returned.states, [
    [true, true, 3],
    [true, true, 0],
  ]);
});

const faults: ReadonlyArray<[what: string, type: ValueType, end: (world: World) => number, message: RegExp]> = [
  ["none", stream(u8), () => 1, /unknown handle index 1/],
  ["index 0", future(u8), () => 0, /unknown handle index 0/],
  ["an index of 2^32 - 1", stream(u8), () => -1, /unknown handle index 4294967295/],
  ["a resource", stream(u8), (world) => give(world, world.caller), /expected the readable end of a stream but found a resource/],
  ["an end as a resource", own(identities[0]!), ({ caller }) => readable(caller), /but found no resource/],
  ["another element", stream(u8), ({ caller }) => readable(caller, u32), /handle index 1 used with the wrong type, expected the readable end of a stream/],
  ["no element", stream(u8), ({ caller }) => readable(caller), /used with the wrong type, expected the readable end of a stream/],
  ["a stream for a future", future(u8), ({ caller }) => readable(caller, u8), /expected the readable end of a future/],
  ["the writable end", stream(u8), ({ caller }) => add(caller, new WritableStreamEnd(new SharedStream(elementType(u8)))), /the readable end of a stream/],
  ["an end for an error context", errorContext, ({ caller }) => readable(caller), /expected an error context but found the readable end of a stream/],
  ["an end in a set", stream(), (world) => joined(world), /cannot lift stream while it's in a waitable set/],
  ["an end that reads", stream(), ({ caller }) => inState(caller, CopyState.copying), /cannot remove busy stream/],
  ["an end that is done", stream(), ({ caller }) => inState(caller, CopyState.done), /cannot lift stream after being notified that the writable end dropped/],
];

function joined({ store, caller }: World): number {
  const index = readable(caller);
  stateOf(caller.instance)
    .get(index, CopyEnd, "")
    .join(new WaitableSet(Scheduler.of(store)));
  return index;
}

function inState(guest: Guest, state: CopyState): number {
  const index = readable(guest);
  stateOf(guest.instance).get(index, CopyEnd, "").state = state;
  return index;
}

for (const [what, type, end, message] of faults) {
  test(`traps: ${what} for \`${type.kind}\``, () => {
    const definers = ["caller"] as const;
    const seen = always({ params: [type], definers, prepare: handed((world) => [end(world)]) });
    assert.match(seen.trap!.message, message);
    // The same as a result, from the callee.
    const returned: Case["prepare"] = ({ caller, callee, ...world }, core) => {
      core.result = end({ ...world, caller: callee, callee: caller });
      core.results = [core.result];
    };
    assert.match(always({ params: [], result: type, definers: ["callee"], prepare: returned }).trap!.message, message);
  });
}

test("one end given twice", () => {
  const prepare: Case["prepare"] = ({ caller }, core) => {
    const index = readable(caller);
    core.args = [index, index];
  };
  assert.match(always({ params: [stream(), stream()], prepare }).trap!.message, /unknown handle index 1/);
});
