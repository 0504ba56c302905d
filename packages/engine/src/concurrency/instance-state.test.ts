import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_WAITABLES } from "../diagnostics/limits.ts";
import { ComponentInstance } from "../store/component-instance.ts";
import { Store } from "../store/store.ts";
import { ErrorContext } from "./error-context.ts";
import { stateOf } from "./instance-state.ts";
import { Table } from "./table.ts";
import { WaitableSet } from "./waitable.ts";

test("a guest can't make waitables without end; a place that is free again can be taken", () => {
  const instance = new ComponentInstance(new Store(), "part");
  const state = stateOf(instance);
  const element = new ErrorContext("one");
  let last = 0;
  for (let i = 0; i < MAX_WAITABLES; i++) last = state.add(element);
  assert.throws(() => state.add(element), { code: "trap/too-long", message: /more than 1048576 waitables/ });
  assert.equal(instance.handles, MAX_WAITABLES);
  state.remove(last);
  assert.equal(state.add(element), last);
  assert.throws(() => state.add(element), { code: "trap/too-long" });
});

test("nor threads", () => {
  const threads = new Table<object>();
  const thread = {};
  for (let i = 1; i <= MAX_WAITABLES; i++) assert.equal(threads.add(thread), i);
  assert.throws(() => threads.add(thread), { code: "trap/too-long", message: /more than 1048576 threads/ });
  threads.remove(7);
  assert.throws(() => threads.get(7), { code: "trap/unknown-handle" });
  assert.equal(threads.add(thread), 7);
  assert.throws(() => threads.add(thread), { code: "trap/too-long" });
});

test("what an index names is told when it is something else", () => {
  const state = stateOf(new ComponentInstance(new Store(), "part"));
  const index = state.add(new ErrorContext("one"));
  assert.equal(state.get(index, ErrorContext, "an error context").debugMessage, "one");
  assert.throws(() => state.get(index, WaitableSet, "a waitable set"), {
    code: "trap/wrong-handle-type",
    message: /expected a waitable set but found an error context/,
  });
  assert.throws(() => state.get(index + 1, WaitableSet, "a waitable set"), { code: "trap/unknown-handle" });
  state.remove(index);
  assert.throws(() => state.get(index, ErrorContext, "an error context"), { code: "trap/unknown-handle" });
  assert.throws(() => state.get(0, ErrorContext, "an error context"), { code: "trap/unknown-handle" });
});
