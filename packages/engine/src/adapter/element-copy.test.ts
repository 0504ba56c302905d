import assert from "node:assert/strict";
import { test } from "node:test";
import { GuestBuffer } from "../abi/buffers.ts";
import { elementType } from "../abi/element-type.ts";
import { bool, char, enums, GUARD, list, own, record, string, tuple, u8, u32, variant } from "../abi/test-guest.ts";
import { ReadableStreamEnd } from "../concurrency/copy-end.ts";
import { stateOf } from "../concurrency/instance-state.ts";
import { SharedStream } from "../concurrency/shared.ts";
import type { Trap } from "../diagnostics/trap.ts";
import { RuntimeResource } from "../store/runtime-resource.ts";
import { Store } from "../store/store.ts";
import type { ValueType } from "../types/component-types.ts";
import { typeName } from "../types/type-name.ts";
import { copyFused } from "./fuse.ts";
import { AREA, func, Guest, give, identities, type Options, sign, type World } from "./test-joint.ts";
import { values } from "./test-values.ts";

interface Elements {
  readonly type: ValueType;
  readonly from?: Options;
  readonly to?: Options;
  readonly values?: readonly unknown[];
  readonly prepare?: (world: World) => void;
  /** So many elements are copied at once, until all are. */
  readonly atOnce?: number;
  readonly count?: number;
}

interface Copied {
  readonly trap: string | undefined;
  readonly progress: readonly number[];
  readonly memories: readonly Uint8Array[];
  readonly reallocs: readonly unknown[];
  readonly states: readonly unknown[];
}

/** Where room for the elements is, between bytes that nobody may write. */
const INTO = 2048;

function copy(fused: boolean, { type, from = {}, to = {}, values: given, prepare, atOnce = 100, count = given?.length ?? 1 }: Elements): Copied {
  const store = new Store({}, true);
  const resources: RuntimeResource[] = [];
  const [caller, callee] = [new Guest(store, "from", from, resources), new Guest(store, "to", to, resources)];
  for (const each of [caller, callee]) resources.push(new RuntimeResource(`r${resources.length}`, store, each.instance));
  const [there, here] = [sign(func([type]), from), sign(func([type]), to)];
  const [source, target] = [there.params[0]!, here.params[0]!];
  for (const [i, value] of (given ?? []).entries()) {
    caller.cx.begin();
    source.store(caller.cx, value, AREA + i * source.size);
  }
  caller.calls.length = 0;
  prepare?.({ store, caller, callee, resources });
  const at = (guest: Guest, address: number) => (guest.cx.wide ? BigInt(address) : address);
  const reading = new GuestBuffer(caller.cx, source, at(caller, AREA), count, there);
  const writing = new GuestBuffer(callee.cx, target, at(callee, INTO), count, here);
  let trap: string | undefined;
  store.activations.current = 5;
  const { copy } = elementType(type, fused ? copyFused : undefined);
  try {
    while (reading.progress < count) copy(reading, writing, Math.min(atOnce, count - reading.progress));
  } catch (error) {
    const found = (store.agent.takeTrap(5) ?? error) as Trap;
    trap = `${found.code} ${found.message}`;
  }
  store.activations.current = 0;
  const guests = [caller, callee];
  return {
    trap,
    progress: [reading.progress, writing.progress, reading.at, writing.at],
    memories: guests.map(({ bytes }) => bytes.slice()),
    reallocs: guests.map(({ calls }) => calls),
    states: guests.map(({ instance }) => [instance.mayEnter, instance.mayLeave, instance.handles]),
  };
}

function same(elements: Elements): Copied {
  const [expected, actual] = [copy(false, elements), copy(true, elements)];
  if (expected.trap !== undefined || actual.trap !== undefined) assert.equal(actual.trap, expected.trap);
  else assert.deepEqual(actual, expected);
  return actual;
}

const sides: readonly Options[] = [{ encoding: "utf8" }, { encoding: "utf16" }, { encoding: "latin1+utf16" }, { encoding: "utf8", address: "i64" }];

for (const [type, all] of values) {
  test(`elements: ${typeName(type)}`, () => {
    for (const from of sides) {
      for (const to of sides) {
        const size = sign(func([type]), to).params[0]!.size;
        for (const atOnce of [1, 2, 100]) {
          const { memories } = same({ type, from, to, values: [...all, ...all], atOnce });
          const [before, after] = [memories[1]![INTO - 1], memories[1]![INTO + 2 * all.length * size]];
          assert.deepEqual([before, after], [GUARD, GUARD]);
        }
      }
    }
  });
}

const faults: ReadonlyArray<[what: string, elements: Elements, code: string | undefined]> = [
  ["bytes that are not 1", { type: bool, count: 4 }, undefined],
  ["a surrogate", { type: char, prepare: ({ caller: { view } }) => view.setUint32(AREA, 0xd800, true) }, "trap/invalid-char"],
  ["a case that is none", { type: variant({ a: u8, b: u32 }), prepare: ({ caller: { bytes } }) => void (bytes[AREA] = 2) }, "trap/invalid-discriminant"],
  ["the second is wrong", { type: enums("a", "b"), prepare: ({ caller: { bytes } }) => bytes.set([1, 2], AREA), count: 2 }, "trap/invalid-discriminant"],
  ["a string outside", { type: string, prepare: ({ caller: { view } }) => view.setUint32(AREA, 65536, true) }, "trap/out-of-bounds"],
  [
    "broken UTF-8",
    { type: record({ a: u8, b: string }), values: [{ a: 1, b: "\u00e9" }], prepare: ({ caller }) => void (caller.bytes[4097] = 0) },
    "trap/invalid-string",
  ],
  [
    "a list outside",
    { type: list(u32), values: [Uint32Array.of(1, 2)], prepare: ({ caller: { view } }) => view.setUint32(AREA, 65532, true) },
    "trap/out-of-bounds",
  ],
  ["a realloc that lies", { type: string, values: ["abc"], prepare: ({ callee }) => void (callee.lie = () => 65534) }, "trap/out-of-bounds"],
];

for (const [what, elements, code] of faults) {
  test(`elements: ${what}`, () => assert.equal(same(elements).trap?.split(" ")[0], code));
}

test("elements: own handles move, what is none traps", () => {
  const [first, second] = identities as [(typeof identities)[0], (typeof identities)[0]];
  const type = tuple(own(second), string, own(first));
  const handles = (world: World): void => {
    for (const [i, slot] of [1, 0].entries()) world.caller.view.setUint32(AREA + i * 12, give(world, world.caller, slot, 7), true);
    world.caller.view.setBigUint64(AREA + 4, 0n, true);
  };
  assert.deepEqual(same({ type, prepare: handles }).states, [
    [true, true, 0],
    [true, true, 2],
  ]);
  assert.match(same({ type, prepare: handles, count: 2 }).trap!, /unknown handle index/);
});

test("elements: streams move", () => {
  const type: ValueType = { kind: "stream", element: u8 };
  const streams = ({ caller }: World): void => {
    for (const i of [0, 1]) {
      const end = new ReadableStreamEnd(new SharedStream(elementType(u8)));
      caller.view.setUint32(AREA + 4 * i, stateOf(caller.instance).add(end), true);
    }
  };
  assert.deepEqual(same({ type, prepare: streams, count: 2 }).states, [
    [true, true, 0],
    [true, true, 2],
  ]);
  assert.match(same({ type, prepare: streams, count: 3 }).trap!, /unknown handle index/);
});

test("a copy is made once for two components", () => {
  const world = new Store();
  const [from, to] = ["from", "to"].map((name) => new Guest(world, name, {}, []));
  const signature = sign(func([string]));
  const [codec] = signature.params;
  const made = WebAssembly.Instance;
  let count = 0;
  WebAssembly.Instance = new Proxy(made, {
    construct(target, args) {
      count += 1;
      return Reflect.construct(target, args) as object;
    },
  });
  try {
    for (let i = 0; i < 3; i++) {
      from!.view.setBigUint64(AREA, 0n, true);
      const [source, target] = [from!, to!].map(({ cx }) => new GuestBuffer(cx, codec, AREA, 1, signature));
      assert.equal(copyFused(source!, target!, 1), true);
    }
  } finally {
    WebAssembly.Instance = made;
  }
  assert.equal(count, 1);
});
