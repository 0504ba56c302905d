import assert from "node:assert/strict";
import { test } from "node:test";
import { borrow, list, map, own, record, result, string, tuple, u8, u32 } from "../abi/test-guest.ts";
import * as Op from "../binary/opcodes.ts";
import type { Trap } from "../diagnostics/trap.ts";
import { RuntimeResource, representation } from "../store/runtime-resource.ts";
import { Store } from "../store/store.ts";
import type { FuncType, ValueType } from "../types/component-types.ts";
import { hostFunction, type LiftedFunction } from "./lift.ts";
import { lowerLifted } from "./lower-lifted.ts";
import {
  type CoreDefinition,
  type CoreImport,
  catchAll,
  func,
  gated,
  i32,
  identities,
  resourceBuiltin,
  sign,
  TestComponent,
  type TestOptions,
  trapOf,
} from "./test-core.ts";

const types = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };

interface CallerOptions extends Omit<TestOptions, "imports"> {
  /** More imports. */
  readonly also?: Readonly<Record<string, CoreImport>>;
}

/** A part that imports `f`, a function of another part, and has these functions. */
function caller(
  type: FuncType,
  callee: LiftedFunction,
  definitions: Readonly<Record<string, CoreDefinition>>,
  { also = {}, ...options }: CallerOptions = {},
): TestComponent {
  const signature = sign(type);
  const { params, results } = signature.lowered;
  return new TestComponent(definitions, {
    store: callee.cx.instance.store,
    name: "caller",
    ...options,
    imports: ({ cx, instance }) => ({
      f: [params.map((core) => types[core]), results.map((core) => types[core]), lowerLifted(signature, cx, callee, instance)],
      ...also,
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

test("a callee that is given a broken string can be called by the host", () => {
  const type = func({ a: string }, string);
  const callee = new TestComponent({ echo }, { name: "callee" });
  const lifted = callee.lift("echo", type);
  const broken: CoreDefinition = { code: (code, call) => code.i32(64).i32(0xff).memory(Op.i32_store8, 0).i32(64).i32(1).i32(16).call(call("f")) };
  const part = caller(type, lifted, { broken });
  assert.throws(hostFunction(part.lift("broken", nothing)), { code: "trap/invalid-string" });
  assert.deepEqual([part.instance.mayEnter, callee.instance.mayEnter], [false, true]);
  assert.equal(String(hostFunction(lifted)("as before")), "as before");
});

test("spilled parameters pass", () => {
  const type = func(Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`p${i}`, u32])), u32);
  const callee = new TestComponent({ last: { params: [i32], results: [i32], code: (code) => code.get(0).memory(Op.i32_load, 2, 64) } });
  const part = caller(type, callee.lift("last", type), { run: { params: [i32], results: [i32], code: (code, call) => code.get(0).call(call("f")) } });
  const call = hostFunction(part.lift("run", type));
  assert.equal(call(...Array.from({ length: 17 }, (_, i) => i)), 16);
});

const nothing = func({});

test("a trap in the callee poisons both: the caller can't catch it", () => {
  for (const [name, code, message] of [
    ["unreachable", "trap/core", /unreachable/],
    ["throw", "trap/uncaught-exception", /uncaught exception propagated out of component/],
  ] as const) {
    const callee = new TestComponent(
      { unreachable: { code: (code) => code.op(Op.unreachable) }, throw: { code: (code) => code.op(Op.throw, 0) } },
      { name: "callee" },
    );
    let wentOn = 0;
    const part = caller(
      nothing,
      callee.lift(name, nothing),
      {
        run: {
          code: (code, call) => {
            catchAll(code, () => code.call(call("f")));
            code.call(call("went-on"));
          },
        },
      },
      { also: { "went-on": [[], [], () => void wentOn++ as never] } },
    );
    const bystander = new TestComponent({}, { store: callee.instance.store });
    const run = hostFunction(part.lift("run", nothing));
    assert.throws(run, (e: Trap) => e.code === code && message.test(e.message) && e.detail.part === "callee");
    assert.equal(wentOn, 0);
    assert.throws(run, { code: "trap/poisoned" });
    assert.throws(hostFunction(callee.lift(name, nothing)), { code: "trap/poisoned" });
    assert.ok(bystander.instance.mayEnter);
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
    { its: { code: () => {} }, run: { code: (code, call) => code.call(call("f")) } },
    { parent: parent.instance },
  );
  const down = lowerLifted(sign(nothing), parent.cx, child.lift("its", nothing), parent.instance);
  const itself = lowerLifted(sign(nothing), parent.cx, parent.lift("f", nothing), parent.instance);
  const up = lowerLifted(sign(nothing), child.cx, parent.lift("f", nothing), child.instance);
  for (const call of [down, itself, up]) {
    const gate = gated([], [], call, store);
    assert.throws(() => trapOf(store, gate), {
      code: "trap/cannot-enter",
      message: /^wasm trap: cannot enter component instance `(parent|child|part|caller)`/,
    });
  }
  assert.throws(hostFunction(child.lift("run", nothing)), { code: "trap/cannot-enter" });
  assert.deepEqual([parent.instance.mayEnter, child.instance.mayEnter], [false, false]);
});

test("a cycle traps, and is named; all in it are poisoned, others live", () => {
  let back: () => unknown = () => undefined;
  const store = new Store();
  const first = new TestComponent(
    { f: { code: (code, call) => code.call(call("next")) } },
    { store, name: "first", imports: { next: [[], [], () => back() as undefined] } },
  );
  const second = caller(nothing, first.lift("f", nothing), { g: { code: (code, call) => code.call(call("f")) } }, { name: "second" });
  back = lowerLifted(sign(nothing), first.cx, second.lift("g", nothing), first.instance);
  const other = new TestComponent({}, { store, name: "other" });
  assert.throws(hostFunction(first.lift("f", nothing)), {
    code: "trap/cannot-enter",
    message: "wasm trap: cannot enter component instance `first`: a call is already inside it (first → second → first)",
  });
  assert.deepEqual([first.instance.mayEnter, second.instance.mayEnter, other.instance.mayEnter], [false, false, true]);
});

const own1 = own(identities[0]!);
const borrow1 = borrow(identities[0]!);

/** A new handle of the instance, as if it had come from somewhere. */
function handle({ instance }: TestComponent, { record }: RuntimeResource, rep: number): number {
  return instance.store.kernel.add(instance.record, record, record, rep, 0, 0);
}

/** `run` of a part, with a handle for its argument. */
function running(part: TestComponent, result?: ValueType): (index: number) => unknown {
  return hostFunction(part.lift("run", func({ a: u32 }, result)));
}

const passOn: CoreDefinition = { params: [i32], results: [i32], code: (code, call) => code.get(0).call(call("f")) };

/** A part with `f` of that type, which it may drop handles in; and one that calls it. */
function pair(type: FuncType, f: CoreDefinition, run: CoreDefinition, defines = false) {
  const store = new Store();
  const resources: RuntimeResource[] = [];
  const callee = new TestComponent(
    { f },
    {
      store,
      resources,
      name: "callee",
      imports: ({ instance }) => {
        resources.push(new RuntimeResource("file", store, defines ? instance : undefined));
        return { "drop-handle": [[i32], [], resourceBuiltin("resource.drop", instance, resources[0]!)] };
      },
    },
  );
  const part = caller(type, callee.lift("f", type), { run }, { resources });
  return { store, callee, part, resource: resources[0]! };
}

test("handles pass as representations, from table to table", () => {
  const keep: CoreDefinition = { params: [i32], results: [i32], code: (code) => code.get(0) };
  const { store, part, callee, resource } = pair(func({ a: own1 }, own1), keep, passOn);
  const index = handle(part, resource, 5);
  assert.equal(running(part, u32)(index), 1);
  assert.deepEqual([part.instance.handles, callee.instance.handles], [1, 0]);
  const entry = store.kernel.entry(part.instance.record, resource.record, 1);
  assert.deepEqual(representation(store, entry), { home: resource.record, rep: 5, route: 0 });
});

test("what is no handle is a trap of the caller; the callee was not called and lives", () => {
  const { part, callee, resource } = pair(func({ a: own1 }, own1), { params: [i32], results: [i32], code: (code) => code.op(Op.unreachable) }, passOn);
  handle(part, resource, 5);
  assert.throws(() => running(part, u32)(2), { code: "trap/unknown-handle", message: "wasm trap: unknown handle index 2" });
  assert.deepEqual([part.instance.mayEnter, callee.instance.mayEnter], [false, true]);
});

const takeAndDrop: CoreDefinition = { params: [i32], code: (code, call) => code.get(0).call(call("drop-handle")) };
const passTo: CoreDefinition = { params: [i32], code: (code, call) => code.get(0).call(call("f")) };

test("a borrow is lent for the call; one that the callee keeps is a trap of both", () => {
  for (const keeps of [false, true]) {
    const { store, part, callee, resource } = pair(func({ a: borrow1 }), keeps ? { params: [i32], code: () => {} } : takeAndDrop, passTo);
    const index = handle(part, resource, 5);
    const run = running(part);
    if (keeps) assert.throws(() => run(index), { code: "trap/borrows-remain", message: "wasm trap: borrow handles still remain at the end of the call" });
    else run(index);
    assert.deepEqual([part.instance.mayEnter, callee.instance.mayEnter], [!keeps, !keeps]);
    // The loan is over, also after the trap.
    const entry = store.kernel.take(part.instance.record, resource.record, index);
    assert.equal(representation(store, entry).rep, 5);
    assert.equal(callee.instance.handles, keeps ? 1 : 0);
  }
});

test("the definer of a resource gets its representation back", () => {
  const { part, callee, resource } = pair(func({ a: borrow1 }, u32), { params: [i32], results: [i32], code: (code) => code.get(0) }, passOn, true);
  assert.equal(running(part, u32)(handle(part, resource, 42)), 42);
  assert.equal(callee.instance.handles, 0);
});

test("while values pass nobody may leave", () => {
  const callee = new TestComponent({ f: { code: () => {} } }, { name: "callee" });
  const part = caller(nothing, callee.lift("f", nothing), { run: { code: (code, call) => code.call(call("f")) } });
  part.instance.mayLeave = false;
  assert.throws(hostFunction(part.lift("run", nothing)), { code: "trap/cannot-leave" });
  assert.ok(callee.instance.mayEnter);
});
