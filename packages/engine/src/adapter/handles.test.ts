import assert from "node:assert/strict";
import { test } from "node:test";
import { borrow, list, option, own, result, string, tuple, u8, u32 } from "../abi/test-guest.ts";
import type { ValueType } from "../types/component-types.ts";
import { AREA, type Case, drop, give, identities, type Seen, same, WAYS, type World } from "./test-joint.ts";

const [first, second] = identities as [(typeof identities)[0], (typeof identities)[0]];
const definers = ["callee", "caller"] as const;

/** In all ways; what was seen of a synchronous one. */
function always(given: Case): Seen {
  for (const way of WAYS) same({ ...given, ...way }, `${way.lower} ${way.lift}`);
  return same(given);
}

/** Puts handles of the caller where the arguments name them by `AREA`'s words or flat values. */
const arguments_ =
  (...handles: ((world: World) => number)[]): Case["prepare"] =>
  (world, core) => {
    core.args = [...handles.map((handle) => handle(world)), ...core.args];
  };

const mine = (slot: number) => (world: World) => give(world, world.caller, slot);

test("own handles move", () => {
  for (const slot of [0, 1]) {
    const type = own(identities[slot]!);
    const seen = always({ params: [type, type], definers, prepare: arguments_(mine(slot), mine(slot)) });
    assert.deepEqual(seen.received, [1, 2]);
    assert.deepEqual(seen.states, [
      [true, true, 0],
      [true, true, 2],
    ]);
  }
});

test("own handles come back", () => {
  const returns: Case["prepare"] = (world, core) => {
    core.result = give(world, world.callee, 0, 7);
    core.results = [core.result];
  };
  const seen = always({ params: [], result: own(first), definers, prepare: returns });
  assert.equal(seen.returned, 1);
});

/** A list of handles in the caller's memory. */
const listOf =
  (...handles: ((world: World) => number)[]): Case["prepare"] =>
  (world, core) => {
    for (const [i, handle] of handles.entries()) world.caller.view.setUint32(AREA + 4 * i, handle(world), true);
    core.args = [AREA, handles.length];
  };

test("handles pass in lists, options and results", () => {
  always({ params: [list(own(second))], definers, prepare: listOf(mine(1), mine(1), mine(1)) });
  always({ params: [list(borrow(first))], definers, prepare: listOf(mine(0), mine(0)) });
  always({ params: [option(own(first))], definers, prepare: (world, core) => void (core.args = [1, give(world, world.caller)]) });
  always({ params: [option(own(first))], definers, prepare: (_, core) => void (core.args = [0, 5]) });
  always({ params: [result(borrow(first), string)], definers, prepare: (world, core) => void (core.args = [0, give(world, world.caller), 0]) });
  const returned: Case["prepare"] = (world, core) => {
    core.results = [give(world, world.callee, 1), give(world, world.callee, 0)];
    for (const [i, handle] of core.results.entries()) world.callee.view.setUint32(AREA + 4 * i, handle as number, true);
    core.args = [AREA];
    core.result = AREA;
  };
  always({ params: [], result: tuple(own(second), own(first)), definers, prepare: returned });
});

test("the definer of a resource borrows its representation", () => {
  const seen = always({ params: [borrow(first), u32], definers, prepare: arguments_(mine(0), () => 5) });
  assert.deepEqual(seen.received, [42, 5]);
  assert.deepEqual(seen.states[1], [true, true, 0]);
});

test("others get a handle, which they drop", () => {
  const seen = always({
    params: [u8, borrow(second), borrow(first)],
    definers,
    prepare: arguments_(() => 3, mine(1), mine(0)),
    during: (world, [, index]) => drop(world, world.callee, index as number, 1),
  });
  assert.deepEqual(seen.received, [3, 1, 42]);
  assert.deepEqual(seen.states, [
    [true, true, 2],
    [true, true, 0],
  ]);
});

test("a loan ends with the call", () => {
  for (const type of [borrow(first), tuple(u8, borrow(first)), borrow(second)]) {
    const slot = type === borrow(second) ? 1 : 0;
    let lent = -1;
    const args: ValueType[] = [type];
    const given: Case = {
      params: args,
      definers: ["callee", "callee"],
      prepare: (world, core) => {
        lent = give(world, world.caller, slot);
        core.args = type.kind === "tuple" ? [1, lent] : [lent];
      },
    };
    if (type.kind === "borrow" && type.resource.identity === second) continue;
    const worlds: World[] = [];
    always({ ...given, during: (world) => void worlds.push(world) });
    // It could not be dropped otherwise.
    for (const world of worlds) drop(world, world.caller, lent, slot);
  }
});

test("all spilled parameters may borrow", () => {
  const params = [...Array<ValueType>(16).fill(u8), borrow(second), borrow(first)];
  const prepare: Case["prepare"] = (world, core) => {
    world.caller.view.setUint32(AREA + 16, give(world, world.caller, 1), true);
    world.caller.view.setUint32(AREA + 20, give(world, world.caller, 0), true);
    core.args = [AREA];
  };
  always({ params, definers, prepare, during: (world, [at]) => drop(world, world.callee, world.callee.view.getUint32((at as number) + 16, true), 1) });
});

const traps: ReadonlyArray<[what: string, given: Case, code: string]> = [
  ["a forged own handle", { params: [own(first)], prepare: arguments_(() => 5) }, "trap/unknown-handle"],
  ["handle 0", { params: [own(first)], prepare: arguments_(() => 0) }, "trap/unknown-handle"],
  ["a handle of 2^32 - 1", { params: [borrow(first)], prepare: arguments_(() => -1) }, "trap/unknown-handle"],
  ["an own handle of another type", { params: [own(first)], prepare: arguments_(mine(1)) }, "trap/wrong-handle-type"],
  ["a borrowed handle of another type", { params: [borrow(second)], prepare: arguments_(mine(0)) }, "trap/wrong-handle-type"],
  ["one handle given twice", { params: [own(first), own(first)], prepare: arguments_(mine(0), () => 1) }, "trap/unknown-handle"],
  ["a handle lent and given", { params: [borrow(first), own(first)], prepare: arguments_(mine(0), () => 1) }, "trap/handle-lent"],
  ["a handle given and lent", { params: [own(first), borrow(first)], prepare: arguments_(mine(0), () => 1) }, "trap/unknown-handle"],
  ["a borrow that is kept", { params: [borrow(second)], prepare: arguments_(mine(1)) }, "trap/borrows-remain"],
  [
    "a borrow in a list that is kept",
    { params: [list(borrow(second))], prepare: listOf(mine(1), mine(1)), during: (world) => drop(world, world.callee, 1, 1) },
    "trap/borrows-remain",
  ],
  [
    "a result that is forged",
    { params: [], result: own(first), prepare: (_, core) => void Object.assign(core, { result: 9, results: [9] }) },
    "trap/unknown-handle",
  ],
];
for (const [what, given, code] of traps) {
  test(`traps: ${what}`, () => {
    assert.equal(always({ ...given, definers }).trap?.code, code);
  });
}
