import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Activations, OUTERMOST } from "./activations.ts";
import { ComponentInstance } from "./component-instance.ts";
import { POISONED } from "./control-memory.ts";
import { RuntimeResource } from "./runtime-resource.ts";
import { Store } from "./store.ts";
import { fieldOf } from "./test-store.ts";

const { activations, control } = new Store();

// What a test leaves behind would show in the next.
afterEach(() => {
  assert.deepEqual([activations.current, activations.syncDepth, activations.hostCalls, activations.mayWait], [0, 0, 0, true]);
});

/** Outermost instances of one store, that keep no context. */
function parts<Name extends string>(...names: Name[]): Record<Name, ComponentInstance> & { readonly store: Store } {
  const store = new Store();
  return Object.assign(
    { store },
    Object.fromEntries(names.map((name) => [name, new ComponentInstance(store, name, undefined, { usesContext: false })])),
  ) as never;
}

const entered = (instance: ComponentInstance): number => fieldOf(instance, "entered");

/** What a host function does that a guest called. */
function hostCall<T>(run: () => T): T {
  activations.hostCalls += 1;
  try {
    return run();
  } finally {
    activations.hostCalls -= 1;
  }
}

/** A synchronous call from the host that runs this and returns. */
function call<T>(instance: ComponentInstance, run: (id: number) => T): T {
  const above = activations.enter(instance);
  const result = run(activations.current);
  activations.leave(instance, above);
  return result;
}

/** A synchronous call from the host that ends in a trap. */
function trap(instance: ComponentInstance, run: () => void, error: unknown = new Error("trap")): void {
  const above = activations.enter(instance);
  run();
  const id = activations.current;
  activations.poison(id, error, instance.store.instances);
  activations.endSync(id, above);
}

/** A call from the host that suspends at once; what ends it well. */
function suspended(instance: ComponentInstance): { readonly id: number; end(): void } {
  const above = activations.enterSuspendable(instance);
  const id = activations.current;
  activations.current = above;
  return {
    id,
    end() {
      activations.vacate(instance);
      activations.end(id, 0);
    },
  };
}

test("a call enters its instance and those around it, and leaves them", () => {
  const store = new Store();
  const outer = new ComponentInstance(store, "outer", undefined, { usesContext: false });
  const inner = new ComponentInstance(store, "inner", outer, { usesContext: false });
  const sibling = new ComponentInstance(store, "sibling", outer, { usesContext: false });
  const keeping = new ComponentInstance(store, "keeping");
  for (const instance of [outer, inner, keeping]) {
    call(instance, (id) => {
      assert.notEqual(id, 0);
      for (const each of [outer, inner, sibling, keeping]) assert.equal(entered(each), instance.selfAndAncestors.includes(each) ? id : 0);
      assert.equal(activations.mayWait, false);
      for (const each of instance.selfAndAncestors) {
        assert.throws(() => activations.enter(each), {
          code: "trap/cannot-enter",
          message: `wasm trap: cannot enter component instance \`${each.name}\`: a call is already inside it`,
        });
        assert.throws(() => activations.enterSuspendable(each), { code: "trap/cannot-enter" });
      }
      // Nothing of that changed anything.
      assert.deepEqual([activations.current, entered(instance)], [id, id]);
    });
    for (const each of [outer, inner, sibling, keeping]) assert.ok(each.mayEnter);
  }
});

test("the context is taken away when a call ends", () => {
  const instance = new ComponentInstance(new Store(), "keeping");
  call(instance, () => instance.putContext([1, 2, 3, 4]));
  assert.deepEqual(instance.takeContext(), [0, 0, 0, 0]);
});

test("calls below others have numbers of their own; the outermost needs none", () => {
  const { a, b, c } = parts("a", "b", "c");
  call(a, (outer) => {
    assert.equal(outer, OUTERMOST);
    const numbers = hostCall(() => [call(b, (inner) => [inner, hostCall(() => call(c, (innermost) => innermost))]), call(b, (again) => again)].flat());
    assert.equal(new Set([...numbers, outer]).size, 4);
    assert.deepEqual([activations.current, entered(a)], [outer, outer]);
  });
});

test("poisoned is what the activation had entered, by whatever wire, and nothing else", () => {
  const { a, b, c, bystander, store } = parts("a", "b", "c", "bystander");
  const { other } = parts("other");
  const error = new Error("first");
  trap(
    a,
    () => {
      // A wire through JavaScript, one in wasm, and one that was left.
      activations.enterWithin([b], a);
      activations.arriveWithin([b]);
      control.cells[c.at + 1] = activations.current;
      activations.enterWithin([bystander], a);
      activations.arriveWithin([bystander]);
      activations.leaveWithin([bystander]);
    },
    error,
  );
  for (const instance of [a, b, c]) {
    assert.deepEqual([entered(instance), instance.mayLeave, instance.poisonedBy], [POISONED, false, error]);
    assert.throws(() => activations.enter(instance), {
      code: "trap/poisoned",
      message: `wasm trap: cannot enter component instance \`${instance.name}\`: an earlier trap poisoned it`,
      cause: error,
    });
    assert.throws(() => activations.enterWithin([instance], bystander), { code: "trap/poisoned" });
  }
  for (const instance of [bystander, other]) assert.deepEqual([instance.mayEnter, instance.mayLeave, instance.poisonedBy], [true, true, undefined]);
  activations.poison(OUTERMOST, new Error("second"), store.instances);
  assert.equal(a.poisonedBy, error);
});

test("what a host function enters and catches is poisoned alone", () => {
  const { a, b, c, d } = parts("a", "b", "c", "d");
  call(a, () => {
    activations.enterWithin([b], a);
    activations.arriveWithin([b]);
    hostCall(() =>
      trap(c, () => {
        activations.enterWithin([d], c);
        activations.arriveWithin([d]);
      }),
    );
    assert.deepEqual([entered(a), entered(b)], [OUTERMOST, OUTERMOST]);
    activations.leaveWithin([b]);
  });
  assert.deepEqual(
    [a, b, c, d].map(({ mayEnter }) => mayEnter),
    [true, true, false, false],
  );
});

test("where the host does not catch, each has its own reason", () => {
  const { a, b } = parts("a", "b");
  const [inner, outer] = [new Error("inner"), new Error("outer")];
  trap(a, () => hostCall(() => trap(b, () => {}, inner)), outer);
  assert.deepEqual([a.poisonedBy, b.poisonedBy], [outer, inner]);
});

test("whose arguments were still on the way lives, as if it had not been called", () => {
  const store = new Store();
  const caller = new ComponentInstance(store, "caller", undefined, { usesContext: false });
  const around = new ComponentInstance(store, "around", undefined, { usesContext: false });
  const callee = new ComponentInstance(store, "callee", around, { usesContext: false });
  const file = new RuntimeResource("file", store, undefined);
  trap(caller, () => {
    activations.enterWithin([callee, around], caller);
    const scope = store.kernel.begin();
    store.kernel.add(callee.record, file.record, file.record, 1, scope, 0);
    store.kernel.add(callee.record, file.record, file.record, 2, 0, 0);
    assert.equal(callee.mayEnter, false);
  });
  assert.deepEqual([caller.mayEnter, callee.mayEnter, around.mayEnter, callee.mayLeave], [false, true, true, true]);
  // What it was lent is gone, what it was given it keeps.
  assert.equal(callee.handles, 1);
  call(callee, () => {});
});

test("it dies when it was its own allocator that failed", () => {
  const store = new Store();
  const caller = new ComponentInstance(store, "caller", undefined, { usesContext: false });
  const around = new ComponentInstance(store, "around", undefined, { usesContext: false });
  const callee = new ComponentInstance(store, "callee", around, { usesContext: false });
  trap(caller, () => {
    activations.enterWithin([callee, around], caller);
    callee.mayLeave = false;
  });
  assert.deepEqual([caller.mayEnter, callee.mayEnter, around.mayEnter], [false, false, false]);
});

test("a cycle is named", () => {
  const { a, b, c } = parts("a", "b", "c");
  call(a, () => {
    activations.enterWithin([b], a);
    activations.arriveWithin([b]);
    activations.enterWithin([c], b);
    activations.arriveWithin([c]);
    const message = (cycle: string) => `wasm trap: cannot enter component instance \`${cycle[0]}\`: a call is already inside it (${[...cycle].join(" → ")})`;
    assert.throws(() => activations.enterWithin([a], c), { code: "trap/cannot-enter", message: message("abca") });
    assert.throws(() => activations.enterWithin([b], c), { message: message("bcb") });
    activations.leaveWithin([b, c]);
  });
  // Who called once is not named for ever.
  call(b, () => {
    activations.enterWithin([c], b);
    activations.arriveWithin([c]);
    assert.throws(() => activations.enterWithin([b], c), { message: /\(b → c → b\)$/ });
    const other = suspended(a);
    assert.throws(() => activations.enterWithin([a], c), { message: /\(b → c → a\)$/ });
    other.end();
    activations.current = OUTERMOST;
    activations.leaveWithin([c]);
  });
});

test("while a call holds an instance others wait, in order, for as long as it takes", async () => {
  const { a, b } = parts("a", "b");
  const order: number[] = [];
  const first = suspended(a);
  const ends: (() => void)[] = [];
  for (const i of [1, 2, 3]) {
    assert.ok(activations.isHeld(a));
    activations.queue(a, (caller) => {
      order.push(i);
      activations.enterSuspendable(a, caller);
      const id = activations.current;
      activations.current = 0;
      ends.push(() => {
        activations.vacate(a);
        activations.end(id, 0);
      });
    });
  }
  assert.throws(() => activations.enter(a), { code: "trap/cannot-enter" });
  // Other calls come and go.
  call(b, () => {});
  suspended(b).end();
  await setImmediate();
  assert.deepEqual(order, []);
  first.end();
  assert.deepEqual(order, [], "not on this stack");
  for (let i = 1; i <= 3; i++) {
    await setImmediate();
    assert.equal(order.length, i);
    ends[i - 1]!();
  }
  await setImmediate();
  assert.deepEqual(order, [1, 2, 3]);
  assert.ok(a.mayEnter && !activations.isHeld(a));
});

test("a call that waits does not take part in what the holder's host functions do", async () => {
  const { a, b } = parts("a", "b");
  const holder = suspended(a);
  const seen: boolean[] = [];
  activations.queue(a, () => seen.push(a.mayEnter));
  // The holder runs on, and its host function calls something else.
  activations.current = holder.id;
  hostCall(() => call(b, () => {}));
  activations.current = 0;
  await setImmediate();
  assert.deepEqual(seen, []);
  holder.end();
  await setImmediate();
  assert.deepEqual(seen, [true]);
});

test("a call that comes from the holder is not made to wait for it", () => {
  const { a, b } = parts("a", "b");
  const holder = suspended(a);
  activations.current = holder.id;
  hostCall(() => {
    assert.equal(activations.isHeld(a), false);
    // However far below.
    const below = suspended(b);
    activations.current = below.id;
    assert.equal(activations.isHeld(a), false);
    activations.current = holder.id;
    below.end();
  });
  // Nor is one made to trap that comes from nobody, while the holder has ended and JavaScript has not heard of it.
  assert.ok(activations.isHeld(a));
  activations.current = 0;
  assert.ok(activations.isHeld(a));
  holder.end();
});

test("who was queued by a call is below it all the same", async () => {
  const { a, b } = parts("a", "b");
  const [holder, caller] = [suspended(b), suspended(a)];
  let below = 0;
  activations.current = caller.id;
  hostCall(() =>
    activations.queue(b, (from) => {
      activations.enterSuspendable(b, from);
      below = activations.current;
      activations.current = 0;
    }),
  );
  activations.current = 0;
  holder.end();
  await setImmediate();
  assert.notEqual(below, 0);
  // What it calls now can't wait for its caller.
  activations.current = below;
  assert.throws(() => activations.waitFor(a.record, b.record, a.store.instances), { code: "trap/cannot-enter" });
  activations.vacate(b);
  activations.end(below, 0);
  caller.end();
});

test("a wire waits for a suspended call, until that has left", async () => {
  const { a, b, store } = parts("a", "b");
  const [holder, waiting] = [suspended(a), suspended(b)];
  activations.current = waiting.id;
  let free = false;
  const waited = activations.waitFor(a.record, b.record, store.instances).then(() => {
    free = true;
  });
  activations.current = 0;
  await setImmediate();
  assert.equal(free, false);
  holder.end();
  await waited;
  waiting.end();
});

test("a wire does not wait where that can't help, or can't be", () => {
  const { a, b, store } = parts("a", "b");
  const refused = () =>
    assert.throws(() => activations.waitFor(a.record, b.record, store.instances), {
      code: "trap/cannot-enter",
      message: "wasm trap: cannot enter component instance `a`: a call is already inside it (b → a)",
    });
  const holder = suspended(a);
  // From the synchronous side, the outermost call or one below.
  call(b, refused);
  const outer = suspended(b);
  activations.current = outer.id;
  hostCall(() => call(new ComponentInstance(store, "c"), refused));
  // Through a wire in JavaScript.
  activations.syncDepth += 1;
  refused();
  activations.syncDepth -= 1;
  activations.current = 0;
  holder.end();
  // For a synchronous call, which is further up on the stack; for itself.
  call(a, () => {
    activations.current = outer.id;
    refused();
    activations.current = OUTERMOST;
  });
  activations.current = outer.id;
  activations.enterWithin([a], b);
  activations.arriveWithin([a]);
  refused();
  activations.leaveWithin([a]);
  activations.current = 0;
  outer.end();
});

test("numbers start over, past those in use", () => {
  const store = new Store();
  const last = 2 ** 31 - 1;
  const counting = new Activations(store.control, last - 2);
  const suspend = (i: number): number => {
    const above = counting.enterSuspendable(new ComponentInstance(store, String(i)));
    const id = counting.current;
    counting.current = above;
    return id;
  };
  assert.deepEqual([0, 1, 2].map(suspend), [last - 1, last, OUTERMOST + 1]);
  // Of two that have come round, one is below the other.
  const round = new Activations(store.control, last);
  round.current = OUTERMOST + 1;
  assert.equal(round.begin(), OUTERMOST + 1);
  assert.equal(round.current, OUTERMOST + 2);
  round.current = 0;
});
