import assert from "node:assert/strict";
import { test } from "node:test";
import { BorrowScope, RuntimeResource } from "../store/runtime-resource.ts";
import { borrow, codecOf, list, own, TestGuest } from "./test-guest.ts";

const identity = { name: "file", rep: undefined } as const;

/** A host representation whose objects are `{ rep }`. */
function hosted(instance?: ConstructorParameters<typeof RuntimeResource>[1]): RuntimeResource {
  const resource = new RuntimeResource("file", instance);
  const rep = (value: unknown) => (value as { rep?: number }).rep;
  resource.host = { liftOwn: (rep) => ({ rep }), liftBorrow: (rep) => ({ rep, borrowed: true }), lowerOwn: rep, lowerBorrow: rep };
  return resource;
}

test("own: an object becomes a handle, and the handle the object again", () => {
  const { cx } = new TestGuest("i32", [hosted()]);
  const codec = codecOf(own(identity));
  const index = codec.lower(cx, { rep: 7 });
  assert.equal(index, 1);
  assert.equal(cx.instance.handles.size, 1);
  assert.deepEqual(codec.lift(cx, index), { rep: 7 });
  assert.throws(() => codec.lift(cx, index), { code: "trap/unknown-handle", message: "unknown handle index 1" });
  assert.throws(() => codec.lift(cx, -1), { message: "unknown handle index 4294967295" });
});

test("borrow: the handle is of the scope, and the definer gets its representation", () => {
  const { cx } = new TestGuest("i32", [hosted()]);
  const codec = codecOf(borrow(identity));
  cx.scope = new BorrowScope();
  const index = codec.lower(cx, { rep: 7 });
  assert.equal(cx.scope.borrows, 1);
  assert.deepEqual(codec.lift(cx, index), { rep: 7, borrowed: true });
  assert.throws(() => codecOf(own(identity)).lift(cx, index), { code: "trap/wrong-handle-type" });

  const definer = new TestGuest();
  const its = new TestGuest("i32", [hosted(definer.cx.instance)]);
  Object.assign(its.cx, { instance: definer.cx.instance, scope: new BorrowScope() });
  assert.equal(codec.lower(its.cx, { rep: 9 }), 9);
  assert.equal(its.cx.scope?.borrows, 0);
});

test("a lent handle can't be given away until the loan ends", () => {
  const { cx } = new TestGuest("i32", [hosted()]);
  const index = codecOf(own(identity)).lower(cx, { rep: 7 });
  cx.scope = new BorrowScope();
  codecOf(borrow(identity)).lift(cx, index);
  assert.throws(() => codecOf(own(identity)).lift(cx, index), { code: "trap/handle-lent" });
  cx.scope.end();
  assert.deepEqual(codecOf(own(identity)).lift(cx, index), { rep: 7 });
});

test("between components the representation passes, whatever the host has", () => {
  const resource = new RuntimeResource("file", undefined);
  const { cx } = new TestGuest("i32", [resource]);
  cx.raw = true;
  const index = codecOf(own(identity)).lower(cx, 5);
  assert.equal(codecOf(own(identity)).lift(cx, index), 5);
});

test("what is no such resource is refused; the host may refuse before anything is moved", () => {
  const resource = hosted();
  const { cx } = new TestGuest("i32", [resource]);
  const codec = codecOf(list(own(identity)));
  for (const value of [5, null, undefined, "x"]) assert.equal(codec.accepts(cx, [value]), false);
  assert.equal(codec.accepts(cx, [{}]), true);
  assert.throws(() => codec.lowerFlat(cx, [{}]), { message: "a value is not of its type" });
  resource.host!.accepts = (value) => "rep" in value;
  assert.equal(codec.accepts(cx, [{}]), false);
  assert.equal(codec.accepts(cx, [{ rep: 1 }]), true);
});
