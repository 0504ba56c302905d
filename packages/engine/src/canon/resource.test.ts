import assert from "node:assert/strict";
import { test } from "node:test";
import { borrow, own, u32 } from "../abi/test-guest.ts";
import { Op } from "../binary/opcode.ts";
import type { Trap } from "../diagnostics/trap.ts";
import { RuntimeResource } from "../store/runtime-resource.ts";
import { Store } from "../store/store.ts";
import { hostFunction } from "./lift.ts";
import { lowerHostFunction } from "./lower.ts";
import { catchAll, func, i32, identities, sign, TestComponent } from "./test-core.ts";

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
      dropAndForget: { params: [i32], code: (code, call) => catchAll(code, () => code.get(0).call(call("drop-handle"))) },
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
        resource = new RuntimeResource("thing", instance);
        return {
          new: [[i32], [i32], resourceBuiltin("resource.new", instance, resource)],
          rep: [[i32], [i32], resourceBuiltin("resource.rep", instance, resource)],
          "drop-handle": [[i32], [], resourceBuiltin("resource.drop", instance, resource)],
          log: [[i32], [], (rep) => void events.push(rep as number) as never],
        };
      },
    },
  );
  const core = part.exports.destructor!;
  if (destructor !== "none") resource.destructor = (rep, caller) => runDestructor(resource, core, rep, caller);
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
      (e: Trap) => e.code === code && e.message === message,
    );
    assert.equal(of.part.instance.mayEnter, false);
  });
}

test("a destructor that traps or throws poisons its instance and the one that dropped", () => {
  for (const [kind, code] of [
    ["traps", "trap/core"],
    ["throws", "trap/uncaught-exception"],
  ] as const) {
    const own = definer(kind);
    assert.throws(() => own.drop(own.make(5)), { code });
    assert.deepEqual(own.events, [5]);

    const store = new Store();
    const { part, resource, events } = definer(kind, store);
    const user = new TestComponent(
      { take: { params: [i32], code: (code, call) => code.get(0).call(call("drop-handle")) } },
      {
        store,
        resources: [resource],
        name: "user",
        imports: ({ instance }) => ({ "drop-handle": [[i32], [], resourceBuiltin("resource.drop", instance, resource)] }),
      },
    );
    resource.host = { liftOwn: () => ({}), liftBorrow: () => ({}), lowerOwn: () => 5, lowerBorrow: () => 5 };
    assert.throws(() => hostFunction(user.lift("take", func({ a: own1 })))({}), { code });
    assert.deepEqual(events, [5]);
    assert.deepEqual([part.instance.mayEnter, user.instance.mayEnter, store.syncDepth], [false, false, 0]);
  }
});

const own1 = own(identities[0]!);
const borrow1 = borrow(identities[0]!);

test("a destructor's instance is entered: it may not be inside already", () => {
  const { part, resource } = definer("none");
  const user = new TestComponent({}, { store: part.instance.store });
  const drop = resourceBuiltin("resource.drop", user.instance, resource);
  assert.equal(drop(user.instance.handles.addOwn(resource, 5)), undefined);
  part.instance.mayEnter = false;
  assert.throws(() => drop(user.instance.handles.addOwn(resource, 5)), { code: "trap/cannot-enter" });
});

test("a host's destructor that throws is a trap of who dropped", () => {
  const resource = new RuntimeResource("file", undefined);
  const { instance } = new TestComponent({});
  const thrown = new Error("disk gone");
  resource.destructor = () => {
    throw thrown;
  };
  const drop = resourceBuiltin("resource.drop", instance, resource);
  assert.throws(
    () => drop(instance.handles.addOwn(resource, 1)),
    (e: Trap) => e.code === "trap/host-threw" && e.cause === thrown && e.message === "the destructor of `file` threw: disk gone",
  );
});

test("nothing leaves while it may not", () => {
  const resource = new RuntimeResource("file", undefined);
  for (const builtin of [resourceNew, resourceDrop]) {
    const { instance } = new TestComponent({});
    instance.mayLeave = false;
    assert.throws(() => builtin(instance, resource)(1), { code: "trap/cannot-leave" });
  }
  const { instance } = new TestComponent({});
  const index = instance.handles.addOwn(resource, 9);
  instance.mayLeave = false;
  assert.equal(resourceBuiltin("resource.rep", instance, resource)(index), 9);
});

/** A host resource whose objects are their representations, with a ledger of loans. */
function hosted() {
  const resource = new RuntimeResource("file", undefined);
  const ended: number[] = [];
  const taken: number[] = [];
  resource.host = {
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
    const { resource, ended } = hosted();
    const part = new TestComponent(
      {
        keep: { params: [i32], code: () => {} },
        drop: { params: [i32], code: (code, call) => code.get(0).call(call("drop-handle")) },
        trap: { params: [i32], code: (code) => code.op(Op.unreachable) },
      },
      { resources: [resource], imports: ({ instance }) => ({ "drop-handle": [[i32], [], resourceBuiltin("resource.drop", instance, resource)] }) },
    );
    const call = hostFunction(part.lift(name, func({ a: borrow1 })));
    if (code === undefined) call({ rep: 3 });
    else assert.throws(() => call({ rep: 3 }), { code, message: name === "keep" ? "wasm trap: borrow handles still remain at the end of the call" : /./ });
    assert.deepEqual(ended, [3]);
  }
});

test("what the guest lends to the host comes back when the call ends, also when the host throws", () => {
  for (const throws of [false, true]) {
    const { resource, ended } = hosted();
    const part = new TestComponent(
      { use: { params: [i32], code: (code, call) => code.get(0).call(call("host")).get(0).call(call("drop-handle")) } },
      {
        resources: [resource],
        imports: ({ instance, cx }) => ({
          host: [
            [i32],
            [],
            lowerHostFunction("host", sign(func({ a: borrow1 })), cx, (file) => {
              assert.deepEqual(file, { rep: 4 });
              // Lent, so it can't be dropped now.
              assert.throws(() => instance.handles.drop(resource, 1), { code: "trap/handle-lent" });
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
    if (throws) assert.equal(part.instance.handles.drop(resource, 1), 4);
  }
});

test("an object given away twice in one call is a mismatch, and the guest lives", () => {
  const { resource } = hosted();
  const part = new TestComponent({ two: { params: [i32, i32], code: () => {} }, one: { params: [i32], code: () => {} } }, { resources: [resource] });
  const file = { rep: 1 };
  assert.throws(() => hostFunction(part.lift("two", func({ a: own1, b: own1 })))(file, file), { code: "call/type-mismatch", message: /`a`, `b`/ });
  hostFunction(part.lift("one", func({ a: own1 })))({ rep: 2 });
});
