import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComponentInstance } from "../store/component-instance.ts";
import { NodeField } from "../store/control-memory.ts";
import { BorrowScope, RuntimeResource } from "../store/runtime-resource.ts";
import type { Store } from "../store/store.ts";
import type { Codec } from "./codec.ts";
import { borrow, codecOf, list, own, TestGuest } from "./test-guest.ts";

const identity = { name: "file", rep: undefined } as const;

/** A host representation whose objects are `{ rep }`. */
function hosted(store: Store, instance?: ComponentInstance): RuntimeResource {
  const resource = new RuntimeResource("file", store, instance);
  const rep = (value: unknown) => (value as { rep?: number }).rep;
  resource.host = {
    class: Object,
    accepts: (value) => "rep" in value,
    liftOwn: (rep) => ({ rep }),
    liftBorrow: (rep) => ({ rep, borrowed: true }),
    lowerOwn: rep,
    lowerBorrow: rep,
  };
  return resource;
}

/** A guest that knows one resource, of the host or its own. */
function guest(defines = false) {
  const resources: RuntimeResource[] = [];
  const { cx } = new TestGuest("i32", resources);
  const { instance } = cx;
  resources.push(hosted(instance.store, defines ? instance : undefined));
  return { cx, instance, store: instance.store, resource: resources[0]! };
}

/** Borrowed handles of the scope that are there. */
function borrows({ control }: Store, { record }: BorrowScope): number {
  return control.cells[(record + NodeField.borrows) >> 2]!;
}

const trap = { message: /^unreachable/ };
/** What `run` traps with, in wasm: recorded, and then executed. */
function trapped(store: Store, run: () => unknown, expected: object): void {
  assert.throws(run, trap);
  assert.throws(() => {
    throw store.agent.takeTrap(store.activations.current);
  }, expected);
}

const lift = (codec: Codec, cx: TestGuest["cx"], index: number) => codec.lift(cx, index);

test("own: an object becomes a handle, and the handle the object again", () => {
  const { cx, instance, store } = guest();
  const codec = codecOf(own(identity));
  const index = codec.lower(cx, { rep: 7 }) as number;
  assert.equal(index, 1);
  assert.equal(instance.handles, 1);
  assert.deepEqual(lift(codec, cx, index), { rep: 7 });
  assert.equal(instance.handles, 0);
  trapped(store, () => lift(codec, cx, index), { code: "trap/unknown-handle", message: "wasm trap: unknown handle index 1" });
  trapped(store, () => lift(codec, cx, -1), { message: "wasm trap: unknown handle index 4294967295" });
});

test("borrow: the handle is of the scope, and the definer gets its representation", () => {
  const { cx, store } = guest();
  const codec = codecOf(borrow(identity));
  cx.scope = new BorrowScope(store);
  const index = codec.lower(cx, { rep: 7 }) as number;
  assert.equal(borrows(store, cx.scope), 1);
  assert.deepEqual(lift(codec, cx, index), { rep: 7, borrowed: true });
  trapped(store, () => lift(codecOf(own(identity)), cx, index), {
    code: "trap/wrong-handle-type",
    message: "wasm trap: cannot lift borrowed handle index 1 as an owned one",
  });

  const definer = guest(true);
  definer.cx.scope = new BorrowScope(definer.store);
  assert.equal(codec.lower(definer.cx, { rep: 9 }), 9);
  assert.equal(borrows(definer.store, definer.cx.scope), 0);
  assert.equal(definer.instance.handles, 0);
});

test("a lent handle can't be given away until the loan ends", () => {
  const { cx, store } = guest();
  const index = codecOf(own(identity)).lower(cx, { rep: 7 }) as number;
  cx.scope = new BorrowScope(store);
  lift(codecOf(borrow(identity)), cx, index);
  trapped(store, () => lift(codecOf(own(identity)), cx, index), {
    code: "trap/handle-lent",
    message: "wasm trap: cannot remove owned resource while borrowed: handle index 1 is lent",
  });
  cx.scope.end();
  assert.deepEqual(lift(codecOf(own(identity)), cx, index), { rep: 7 });
});

test("between components the representation passes with its home, whatever the host has", () => {
  const { cx, instance, resource } = guest();
  resource.host = undefined;
  cx.raw = true;
  const codec = codecOf(own(identity));
  const under = { home: resource.record, rep: 5, route: 0 };
  const index = codec.lower(cx, under) as number;
  assert.equal(instance.handles, 1);
  assert.deepEqual(lift(codec, cx, index), under);
});

test("a handle of another type, and one of another home, are refused", () => {
  const { cx, instance, store, resource } = guest();
  const other = hosted(store, instance);
  const codec = codecOf(own(identity));
  const index = store.kernel.add(instance.record, other.record, other.record, 5, 0, 0);
  trapped(store, () => lift(codec, cx, index), {
    code: "trap/wrong-handle-type",
    message: "wasm trap: handle index 1 used with the wrong type, expected host-defined resource but found guest-defined resource (`file` and `file`)",
  });
  cx.raw = true;
  const foreign = { home: other.record, rep: 5, route: 0 };
  trapped(store, () => codec.lower(cx, foreign), { code: "wire/foreign-handle" });
  cx.scope = new BorrowScope(store);
  trapped(store, () => codecOf(borrow(identity)).lower(cx, foreign), { code: "wire/foreign-handle" });
  // To its definer a borrow passes as a representation, by JavaScript.
  const definer = guest(true);
  definer.cx.raw = true;
  definer.cx.scope = new BorrowScope(definer.store);
  const its = { home: hosted(definer.store).record, rep: 5, route: 0 };
  assert.throws(() => codecOf(borrow(identity)).lower(definer.cx, its), { code: "wire/foreign-handle" });
  assert.deepEqual([instance.handles, definer.instance.handles, resource.name], [1, 0, "file"]);
});

test("what is no such resource is refused; the host may refuse before anything is moved", () => {
  const { cx, resource } = guest();
  const codec = codecOf(list(own(identity)));
  for (const value of [5, null, undefined, "x", {}, []]) assert.equal(codec.accepts(cx, [value]), false);
  assert.equal(codec.accepts(cx, [{ rep: 1 }]), true);
  assert.throws(() => codec.lowerFlat(cx, [{}]), { message: "a value is not of its type" });
  // It said yes, and then has none.
  Object.assign(resource.host!, { accepts: () => true });
  assert.equal(codec.accepts(cx, [{}]), true);
  assert.throws(() => codec.lowerFlat(cx, [{}]), { message: "a value is not of its type" });
});
