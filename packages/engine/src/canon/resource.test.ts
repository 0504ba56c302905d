import assert from "node:assert/strict";
import { test } from "node:test";
import { borrow, own, u32 } from "../abi/test-guest.ts";
import * as Op from "../binary/opcodes.ts";
import type { Trap } from "../diagnostics/trap.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { HANDLE_BYTES, HandleField, InstanceField } from "../store/control-memory.ts";
import { RuntimeResource } from "../store/runtime-resource.ts";
import { Store } from "../store/store.ts";
import { destroyFromHost } from "./destroy.ts";
import { hostFunction } from "./lift.ts";
import { lowerHostFunction } from "./lower.ts";
import { catchAll, contextBuiltin, func, i32, identities, resourceBuiltin, sign, TestComponent, trapOf } from "./test-core.ts";

const own1 = own(identities[0]!);
const borrow1 = borrow(identities[0]!);
/** What a guest logs that caught a trap and goes on. */
const WENT_ON = 99;

/** A part that defines a resource, and exports its built-ins. `events` tells what its destructor saw. */
function definer(destructor: "logs" | "traps" | "throws" | "none" = "logs", store = new Store()) {
  const events: number[] = [];
  let resource!: RuntimeResource;
  const part = new TestComponent(
    {
      make: { params: [i32], results: [i32], code: (code, call) => code.get(0).call(call("new")) },
      repOf: { params: [i32], results: [i32], code: (code, call) => code.get(0).call(call("rep")) },
      drop: { params: [i32], code: (code, call) => code.get(0).call(call("drop-handle")) },
      dropTwice: { params: [i32], code: (code, call) => code.get(0).call(call("drop-handle")).get(0).call(call("drop-handle")) },
      dropAndForget: {
        params: [i32],
        code: (code, call) => {
          catchAll(code, () => code.get(0).call(call("drop-handle")));
          code.i32(WENT_ON).call(call("log"));
        },
      },
      destructor: {
        params: [i32],
        code: (code, call) => {
          code.get(0).call(call("log"));
          if (destructor === "traps") code.op(Op.unreachable);
          if (destructor === "throws") code.op(Op.throw, 0);
        },
      },
    },
    {
      store,
      name: "definer",
      imports: ({ instance }) => {
        resource = new RuntimeResource("thing", store, instance);
        return {
          new: [[i32], [i32], resourceBuiltin("resource.new", instance, resource)],
          rep: [[i32], [i32], resourceBuiltin("resource.rep", instance, resource)],
          "drop-handle": [[i32], [], resourceBuiltin("resource.drop", instance, resource)],
          log: [[i32], [], (rep) => void events.push(rep as number) as never],
        };
      },
    },
  );
  if (destructor !== "none") resource.destructor = part.exports.destructor;
  const call = (name: string, result = true) => hostFunction(part.lift(name, func({ a: u32 }, result ? u32 : undefined)));
  return {
    part,
    resource,
    events,
    make: call("make"),
    repOf: call("repOf"),
    drop: call("drop", false),
    dropTwice: call("dropTwice", false),
    dropAndForget: call("dropAndForget", false),
  };
}

/** Another part, which drops what it is given; or catches what it can of it. */
function dropper(resource: RuntimeResource, store: Store, events: number[]) {
  const user = new TestComponent(
    {
      take: { params: [i32], code: (code, call) => code.get(0).call(call("drop-handle")) },
      takeAndForget: {
        params: [i32],
        code: (code, call) => {
          catchAll(code, () => code.get(0).call(call("drop-handle")));
          code.i32(WENT_ON).call(call("log"));
        },
      },
    },
    {
      store,
      resources: [resource],
      name: "user",
      imports: ({ instance }) => ({
        "drop-handle": [[i32], [], resourceBuiltin("resource.drop", instance, resource)],
        log: [[i32], [], (rep) => void events.push(rep as number) as never],
      }),
    },
  );
  /** The object stands for the resource of that representation. */
  resource.host = { class: Object, accepts: () => true, liftOwn: () => ({}), liftBorrow: () => ({}), lowerOwn: () => 5, lowerBorrow: () => 5 };
  return { user, call: (name: "take" | "takeAndForget") => hostFunction(user.lift(name, func({ a: own1 })))({}) };
}

/** How often a handle is lent. */
function lends({ store, record }: ComponentInstance, index: number): number {
  const { cells } = store.control;
  const entries = cells[(record + InstanceField.handles) >> 2]!;
  return cells[(entries + index * HANDLE_BYTES + HandleField.lends) >> 2]!;
}

/** A new handle of the instance, as if it had come from somewhere. */
function handle({ instance }: TestComponent, { record }: RuntimeResource, rep: number): number {
  return instance.store.kernel.add(instance.record, record, record, rep, 0, 0);
}

test("new, rep, drop: the destructor gets the representation, freed indices come back", () => {
  const { make, repOf, drop, events } = definer();
  assert.deepEqual([make(10), make(20), make(30)], [1, 2, 3]);
  assert.deepEqual([repOf(2), repOf(3)], [20, 30]);
  drop(1);
  drop(3);
  assert.deepEqual(events, [10, 30]);
  assert.deepEqual([make(40), make(50), make(60)], [3, 1, 4]);
});

const handleTraps: ReadonlyArray<[what: string, call: (of: ReturnType<typeof definer>) => unknown, code: string, message: string]> = [
  ["rep of nothing", ({ repOf }) => repOf(1), "trap/unknown-handle", "unknown handle index 1"],
  ["rep of 0", ({ repOf }) => repOf(0), "trap/unknown-handle", "unknown handle index 0"],
  ["rep of the largest index", ({ repOf }) => repOf(2 ** 32 - 1), "trap/unknown-handle", "unknown handle index 4294967295"],
  ["drop twice", ({ make, dropTwice }) => dropTwice(make(5)), "trap/unknown-handle", "unknown handle index 1"],
  ["drop of nothing, caught by the guest", ({ dropAndForget }) => dropAndForget(7), "trap/unknown-handle", "unknown handle index 7"],
];
for (const [what, call, code, message] of handleTraps) {
  test(`traps: ${what}`, () => {
    const of = definer();
    assert.throws(
      () => call(of),
      (e: Trap) => e.code === code && e.message === `wasm trap: ${message}`,
    );
    assert.equal(of.part.instance.mayEnter, false);
  });
}

for (const [kind, code] of [
  ["traps", "trap/core"],
  ["throws", "trap/uncaught-exception"],
] as const) {
  for (const name of ["take", "takeAndForget"] as const) {
    test(`a destructor that ${kind} poisons its instance and the one that dropped (${name})`, () => {
      const itself = definer(kind);
      const drop = name === "take" ? itself.drop : itself.dropAndForget;
      const index = itself.make(5);
      assert.throws(() => drop(index), { code });
      assert.equal(itself.part.instance.mayEnter, false);
      assert.deepEqual(itself.events, [5]);

      const store = new Store();
      const { part, resource, events } = definer(kind, store);
      const { user, call } = dropper(resource, store, events);
      const other = new TestComponent({}, { store });
      assert.throws(() => call(name), { code });
      assert.deepEqual(events, [5]);
      assert.deepEqual([part.instance.mayEnter, user.instance.mayEnter, other.instance.mayEnter, store.activations.syncDepth], [false, false, true, 0]);
      assert.equal(store.activations.current, 0);
    });
  }

  test(`a destructor that ${kind} when the host drops poisons its instance`, () => {
    const { part, resource, events, make } = definer(kind);
    assert.throws(() => destroyFromHost(resource, 7), { code });
    assert.deepEqual(events, [7]);
    assert.throws(() => make(1), { code: "trap/poisoned" });
    assert.deepEqual([part.instance.store.activations.current, part.instance.store.activations.syncDepth], [0, 0]);
  });
}

test("a destructor's instance is entered: it may not be inside already", () => {
  const { part, resource } = definer("none");
  const { store } = part.instance;
  const user = new TestComponent({}, { store });
  const drop = resourceBuiltin("resource.drop", user.instance, resource);
  drop(handle(user, resource, 5));
  assert.equal(user.instance.handles, 0);
  const above = store.activations.enter(part.instance);
  assert.throws(() => trapOf(store, () => drop(handle(user, resource, 5))), {
    code: "trap/cannot-enter",
    message: "wasm trap: cannot enter component instance `definer`: a call is already inside it (part → definer)",
  });
  store.activations.leave(part.instance, above);
  drop(handle(user, resource, 5));
});

test("a destructor has a context of its own, and leaves the interrupted one", () => {
  const seen: number[] = [];
  const store = new Store();
  let resource!: RuntimeResource;
  const part: TestComponent = new TestComponent(
    {
      f: {
        results: [i32],
        code: (code, call) => code.i32(7).call(call("set")).i32(1).call(call("new")).call(call("drop-handle")).call(call("get")),
      },
      destructor: { params: [i32], code: (code, call) => code.call(call("get")).call(call("log")).i32(8).call(call("set")) },
    },
    {
      store,
      imports: ({ instance }) => {
        resource = new RuntimeResource("thing", store, instance);
        return {
          new: [[i32], [i32], resourceBuiltin("resource.new", instance, resource)],
          "drop-handle": [[i32], [], resourceBuiltin("resource.drop", instance, resource)],
          get: [[], [i32], contextBuiltin("context.get", instance, 0)],
          set: [[i32], [], contextBuiltin("context.set", instance, 0)],
          log: [[i32], [], (rep) => void seen.push(rep as number) as never],
        };
      },
    },
  );
  resource.destructor = part.exports.destructor;
  const f = hostFunction(part.lift("f", func({}, u32)));
  assert.equal(f(), 7);
  assert.equal(f(), 7);
  assert.deepEqual(seen, [0, 0]);
});

test("a host's destructor that throws is a trap of who dropped", () => {
  const part = new TestComponent({});
  const { instance } = part;
  const { store } = instance;
  const resource = new RuntimeResource("file", store, undefined);
  const thrown = new Error("disk gone");
  const dispose = () => {
    throw thrown;
  };
  resource.host = hosted(store).resource.host;
  Object.assign(resource.host!, { liftOwn: () => ({ [Symbol.dispose]: dispose }) });
  const drop = resourceBuiltin("resource.drop", instance, resource);
  assert.throws(
    () => trapOf(store, () => drop(handle(part, resource, 1))),
    (e: Trap) => e.code === "trap/host-threw" && e.cause === thrown && e.message === "the destructor of `file` threw: disk gone",
  );
  const { call, user } = dropper(resource, store, []);
  Object.assign(resource.host!, { liftOwn: () => ({ [Symbol.dispose]: dispose }) });
  assert.throws(() => call("takeAndForget"), { code: "trap/host-threw", cause: thrown });
  assert.equal(user.instance.mayEnter, false);
});

test("nothing leaves while it may not", () => {
  for (const kind of ["resource.new", "resource.drop"] as const) {
    const part = new TestComponent({});
    const { instance } = part;
    const resource = new RuntimeResource("file", instance.store, instance);
    const index = handle(part, resource, 9);
    instance.mayLeave = false;
    assert.throws(() => trapOf(instance.store, () => resourceBuiltin(kind, instance, resource)(index)), {
      code: "trap/cannot-leave",
      message: "wasm trap: cannot leave component instance `part` while its values are being moved or in post-return",
    });
    assert.equal(instance.handles, 1);
    assert.equal(resourceBuiltin("resource.rep", instance, resource)(index), 9);
  }
});

/** A host resource whose objects are their representations, with a ledger of loans. */
function hosted(store: Store) {
  const resource = new RuntimeResource("file", store, undefined);
  const ended: number[] = [];
  const taken: number[] = [];
  resource.host = {
    class: Object,
    accepts: (value) => "rep" in value,
    liftOwn: (rep) => ({ rep }),
    liftBorrow: (rep, scope) => {
      scope.lend(() => ended.push(rep));
      return { rep };
    },
    lowerOwn: (value) => {
      const { rep } = value as { rep?: number };
      if (rep === undefined || taken.includes(rep)) return undefined;
      taken.push(rep);
      return rep;
    },
    lowerBorrow: (value, scope) => {
      const { rep } = value as { rep: number };
      scope.lend(() => ended.push(rep));
      return rep;
    },
  };
  return { resource, ended };
}

test("borrowed handles that remain at the end of a call are a trap, dropped ones are not; loans end in any case", () => {
  for (const [name, code] of [
    ["keep", "trap/borrows-remain"],
    ["drop", undefined],
    ["trap", "trap/core"],
  ] as const) {
    const store = new Store();
    const { resource, ended } = hosted(store);
    const part = new TestComponent(
      {
        keep: { params: [i32], code: () => {} },
        drop: { params: [i32], code: (code, call) => code.get(0).call(call("drop-handle")) },
        trap: { params: [i32], code: (code) => code.op(Op.unreachable) },
      },
      { store, resources: [resource], imports: ({ instance }) => ({ "drop-handle": [[i32], [], resourceBuiltin("resource.drop", instance, resource)] }) },
    );
    const call = hostFunction(part.lift(name, func({ a: borrow1 })));
    if (code === undefined) call({ rep: 3 });
    else assert.throws(() => call({ rep: 3 }), { code, message: name === "keep" ? "wasm trap: borrow handles still remain at the end of the call" : /./ });
    assert.deepEqual(ended, [3]);
  }
});

test("what the guest lends to the host comes back when the call ends, also when the host throws", () => {
  for (const throws of [false, true]) {
    const store = new Store();
    const { resource, ended } = hosted(store);
    const part = new TestComponent(
      { use: { params: [i32], code: (code, call) => code.get(0).call(call("host")).get(0).call(call("drop-handle")) } },
      {
        store,
        resources: [resource],
        imports: ({ instance, cx }) => ({
          host: [
            [i32],
            [],
            lowerHostFunction("host", sign(func({ a: borrow1 })), cx, (file) => {
              assert.deepEqual(file, { rep: 4 });
              assert.equal(lends(instance, 1), 1);
              assert.throws(() => trapOf(store, () => store.kernel.drop(instance.record, resource.record, 1)), { code: "trap/handle-lent" });
              if (throws) throw new Error("no");
            }),
          ],
          "drop-handle": [[i32], [], resourceBuiltin("resource.drop", instance, resource)],
        }),
      },
    );
    const call = hostFunction(part.lift("use", func({ a: own1 })));
    if (throws) assert.throws(() => call({ rep: 4 }), { code: "trap/host-threw" });
    else call({ rep: 4 });
    assert.deepEqual(ended, [4]);
    if (throws) assert.equal(lends(part.instance, 1), 0);
    else assert.equal(part.instance.handles, 0);
  }
});

test("an object given away twice in one call is a mismatch, and the guest lives", () => {
  const store = new Store();
  const { resource } = hosted(store);
  const definitions = { two: { params: [i32, i32], code: () => {} }, one: { params: [i32], code: () => {} } };
  const part = new TestComponent(definitions, { store, resources: [resource] });
  const file = { rep: 1 };
  assert.throws(() => hostFunction(part.lift("two", func({ a: own1, b: own1 })))(file, file), { code: "call/type-mismatch", message: /`a`, `b`/ });
  hostFunction(part.lift("one", func({ a: own1 })))({ rep: 2 });
});
