import assert from "node:assert/strict";
import { test } from "node:test";
import { borrow, list, map, own, record, result, string, tuple, u8, u32 } from "../abi/test-guest.ts";
import { Op } from "../binary/opcode.ts";
import type { Trap } from "../diagnostics/trap.ts";
import { RuntimeResource } from "../store/runtime-resource.ts";
import { Store } from "../store/store.ts";
import type { FuncType } from "../types/component-types.ts";
import { hostFunction, type LiftedFunction } from "./lift.ts";
import { lowerLifted } from "./lower-lifted.ts";
import { type CoreDefinition, catchAll, func, i32, identities, sign, TestComponent, type TestOptions } from "./test-core.ts";

const types = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };

/** A part that imports `f`, a function of another part, and has these functions. */
function caller(type: FuncType, callee: LiftedFunction, definitions: Readonly<Record<string, CoreDefinition>>, options: TestOptions = {}): TestComponent {
  const signature = sign(type);
  const { params, results } = signature.lowered;
  return new TestComponent(definitions, {
    store: callee.cx.instance.store,
    name: "caller",
    ...options,
    imports: ({ cx, instance }) => ({
      f: [params.map((core) => types[core]), results.map((core) => types[core]), lowerLifted(signature, cx, callee, instance)],
      ...(instance === callee.cx.instance ? {} : { "drop-handle": [[i32], [], resourceBuiltin("resource.drop", instance, cx.resources[0]!)] }),
    }),
  });
}

const echo: CoreDefinition = {
  params: [i32, i32],
  results: [i32],
  code: (code) => code.i32(16).get(0).memory(Op.i32_store, 2).i32(20).get(1).memory(Op.i32_store, 2).i32(16),
};
const through: CoreDefinition = { params: [i32, i32], results: [i32], code: (code, call) => code.get(0).get(1).i32(16).call(call("f")).i32(16) };

test("values pass through two components", () => {
  const cases = [
    [string, ["", "abc", "h\xe9\u2603\u{1f600}"]],
    [list(string), [[], ["a", "\u2603"]]],
    [list(record({ a: u8, b: list(u32) })), [[{ a: 1, b: Uint32Array.of(2, 3) }]]],
    [map(string, u8), [new Map([["k", 1]])]],
    [list(result(string, u8)), [[{ tag: "err", val: 5 }, { tag: "ok", val: "x" }]]], // biome-ignore format: as a table
  ] as const;
  for (const [type, values] of cases) {
    const callee = new TestComponent({ echo }, { name: "callee" });
    const part = caller(func({ a: type }, type), callee.lift("echo", func({ a: type }, type)), { through });
    const call = hostFunction(part.lift("through", func({ a: type }, type)));
    for (const value of values) assert.deepEqual(call(value), value);
    assert.deepEqual([part.instance.mayEnter, callee.instance.mayEnter, callee.instance.store.activations.syncDepth], [true, true, 0]);
  }
});

test("spilled parameters pass", () => {
  const type = func(Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`p${i}`, u32])), u32);
  const callee = new TestComponent({ last: { params: [i32], results: [i32], code: (code) => code.get(0).memory(Op.i32_load, 2, 64) } });
  const part = caller(type, callee.lift("last", type), { run: { params: [i32], results: [i32], code: (code, call) => code.get(0).call(call("f")) } });
  const call = hostFunction(part.lift("run", type));
  assert.equal(call(...Array.from({ length: 17 }, (_, i) => i)), 16);
});

const nothing = func({});

test("a trap in the callee poisons both, though the caller catches it", () => {
  for (const [name, code, message] of [
    ["unreachable", "trap/core", /unreachable/],
    ["throw", "trap/uncaught-exception", /uncaught exception propagated out of component/],
  ] as const) {
    const callee = new TestComponent(
      { unreachable: { code: (code) => code.op(Op.unreachable) }, throw: { code: (code) => code.op(Op.throw, 0) } },
      { name: "callee" },
    );
    const part = caller(nothing, callee.lift(name, nothing), {
      run: {
        code: (code, call) => {
          catchAll(code, () => code.call(call("f")));
          code.op(Op.unreachable);
        },
      },
    });
    const run = hostFunction(part.lift("run", nothing));
    assert.throws(run, (e: Trap) => e.code === code && message.test(e.message) && e.detail.part === "callee");
    assert.throws(run, { code: "trap/poisoned" });
    assert.throws(hostFunction(callee.lift(name, nothing)), { code: "trap/poisoned" });
  }
});

test("values that break a rule trap with the words of the suites", () => {
  const at = (begin: number, length: number): CoreDefinition => ({
    code: (code, call) => code.i32(begin).i32(length).call(call("f")),
  });
  const cases = [
    [string, at(65535, 2), "wasm trap: string content out-of-bounds"],
    [string, at(0, -1), "wasm trap: string content out-of-bounds"],
    [list(u32), at(2, 1), "wasm trap: unaligned pointer"],
    [list(u32), at(65532, 2), "wasm trap: list content out-of-bounds"],
    [result(undefined, u8), at(2, 0), "wasm trap: invalid variant discriminant"],
  ] as const;
  for (const [type, run, words] of cases) {
    const callee = new TestComponent({ take: { params: [i32, i32], code: () => {} } }, { name: "callee" });
    const part = caller(func({ a: type }), callee.lift("take", func({ a: type })), { run });
    assert.throws(hostFunction(part.lift("run", nothing)), (e: Trap) => e.message.startsWith(words));
  }
});

test("post-return runs after the result was stored", () => {
  const seen: unknown[] = [];
  const callee: TestComponent = new TestComponent(
    { get: { results: [i32], code: (code) => code.i32(32) }, post: { params: [i32], code: (code, call) => code.get(0).call(call("log")) } },
    {
      name: "callee",
      imports: ({ instance }) => ({ log: [[i32], [], (value) => void seen.push(value, instance.mayLeave, part.view.getUint32(16, true)) as never] }),
    },
  );
  callee.view.setUint32(36, 9, true);
  const type = func({}, tuple(u32, u32));
  const part = caller(type, callee.lift("get", type, "post"), { run: { results: [i32], code: (code, call) => code.i32(16).call(call("f")).i32(16) } });
  part.view.setUint32(16, 77, true);
  assert.deepEqual(hostFunction(part.lift("run", type))(), [0, 9]);
  assert.deepEqual(seen, [32, false, 0]);
});

test("a component can't call itself, its parent or its child", () => {
  const store = new Store();
  const parent = new TestComponent({ f: { code: () => {} } }, { store, name: "parent" });
  const child = caller(
    nothing,
    parent.lift("f", nothing),
    { f: { code: () => {} }, run: { code: (code, call) => code.call(call("f")) } },
    { parent: parent.instance },
  );
  const down = lowerLifted(sign(nothing), parent.cx, child.lift("f", nothing), parent.instance);
  const itself = lowerLifted(sign(nothing), parent.cx, parent.lift("f", nothing), parent.instance);
  const up = lowerLifted(sign(nothing), child.cx, parent.lift("f", nothing), child.instance);
  for (const call of [down, itself, up]) assert.throws(call, { code: "trap/cannot-enter", message: /^wasm trap: cannot enter component instance/ });
});

test("a cycle traps", () => {
  let back: () => unknown = () => undefined;
  const store = new Store();
  const first = new TestComponent(
    { f: { code: (code, call) => code.call(call("next")) } },
    { store, name: "first", imports: { next: [[], [], () => back() as undefined] } },
  );
  const second = caller(nothing, first.lift("f", nothing), { g: { code: (code, call) => code.call(call("f")) } }, { name: "second" });
  back = lowerLifted(sign(nothing), first.cx, second.lift("g", nothing), first.instance);
  assert.throws(hostFunction(first.lift("f", nothing)), { code: "trap/cannot-enter" });
});

const own1 = own(identities[0]!);
const borrow1 = borrow(identities[0]!);

test("handles pass as representations, from table to table", () => {
  const resource = new RuntimeResource("file", undefined);
  const resources = [resource];
  const callee = new TestComponent({ keep: { params: [i32], results: [i32], code: (code) => code.get(0) } }, { resources, name: "callee" });
  const type = func({ a: own1 }, own1);
  const part = caller(
    type,
    callee.lift("keep", type),
    { run: { params: [i32], results: [i32], code: (code, call) => code.get(0).call(call("f")) } },
    { resources },
  );
  const index = part.instance.handles.addOwn(resource, 5);
  assert.equal(part.exports.run!(index), 1);
  assert.deepEqual([part.instance.handles.size, callee.instance.handles.size, part.instance.handles.rep(resource, 1)], [1, 0, 5]);
});

test("a borrow is lent for the call; one that the callee keeps is a trap of both", () => {
  for (const keeps of [false, true]) {
    const resource = new RuntimeResource("file", undefined);
    const resources = [resource];
    const callee: TestComponent = new TestComponent(
      { use: { params: [i32], code: (code, call) => (keeps ? code : code.get(0).call(call("drop-handle"))) } },
      { resources, name: "callee", imports: ({ instance }) => ({ "drop-handle": [[i32], [], resourceBuiltin("resource.drop", instance, resource)] }) },
    );
    const type = func({ a: borrow1 });
    const part = caller(type, callee.lift("use", type), { run: { params: [i32], code: (code, call) => code.get(0).call(call("f")) } }, { resources });
    const index = part.instance.handles.addOwn(resource, 5);
    if (keeps) assert.throws(() => part.exports.run!(index), { code: "trap/borrows-remain" });
    else part.exports.run!(index);
    // The loan is over, also after the trap.
    assert.equal(part.instance.handles.drop(resource, index), 5);
    assert.equal(callee.instance.handles.size, keeps ? 1 : 0);
  }
});

test("the definer of a resource gets its representation back", () => {
  const callee = new TestComponent({ use: { params: [i32], results: [i32], code: (code) => code.get(0) } }, { name: "callee" });
  const resource = new RuntimeResource("thing", callee.instance);
  Object.assign(callee.cx, { resources: [resource] });
  const type = func({ a: borrow1 }, u32);
  const part = caller(
    type,
    callee.lift("use", type),
    { run: { params: [i32], results: [i32], code: (code, call) => code.get(0).call(call("f")) } },
    { resources: [resource] },
  );
  assert.equal(part.exports.run!(part.instance.handles.addOwn(resource, 42)), 42);
  assert.equal(callee.instance.handles.size, 0);
});

test("while values pass nobody may leave", () => {
  const callee = new TestComponent({ f: { code: () => {} } }, { name: "callee" });
  const part = caller(nothing, callee.lift("f", nothing), { run: { code: (code, call) => code.call(call("f")) } });
  part.instance.mayLeave = false;
  assert.throws(() => part.exports.run!(), { code: "trap/cannot-leave" });
});
