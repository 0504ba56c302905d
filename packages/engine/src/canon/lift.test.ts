import assert from "node:assert/strict";
import { test } from "node:test";
import { list, option, record, result, string, tuple, u8, u16, u32, u64 } from "../abi/test-guest.ts";
import * as Op from "../binary/opcodes.ts";
import type { Trap } from "../diagnostics/trap.ts";
import { hostFunction } from "./lift.ts";
import { lowerHostFunction } from "./lower.ts";
import { type CoreDefinition, catchAll, func, i32, i64, sign, TestComponent } from "./test-core.ts";

const add = { params: [i32, i32], results: [i32], code: (code) => code.get(0).get(1).op(Op.i32_add) } satisfies ConstructorParameters<
  typeof TestComponent
>[0][string];
const nothing = { code: () => {} };
const unreachable = { code: (code: { op(op: number): unknown }) => code.op(Op.unreachable) };

test("scalars pass through", () => {
  const { cx } = new TestComponent({});
  const part = new TestComponent({
    add,
    zero: { results: [i32], code: (code) => code.i32(-1) },
    wide: { params: [i64], results: [i64], code: (code) => code.get(0) },
    nothing,
  });
  assert.equal(hostFunction(part.lift("add", func({ a: u32, b: u32 }, u32)))(2 ** 32 - 1, 2), 1);
  assert.equal(hostFunction(part.lift("add", func({ a: u8, b: u8 }, u8)))(255, 2), 1);
  assert.equal(hostFunction(part.lift("zero", func({}, u16)))(), 65535);
  assert.equal(hostFunction(part.lift("wide", func({ a: u64 }, u64)))(2n ** 64n - 1n), 2n ** 64n - 1n);
  assert.equal(hostFunction(part.lift("nothing", func({})))(), undefined);
  assert.ok(cx.instance.mayEnter);
});

test("strings, lists and spilled values pass through", () => {
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`p${i}`, i === 16 ? string : u8]));
  const part = new TestComponent({
    // A string comes back: its address and length are stored at 16.
    echo: { params: [i32, i32], results: [i32], code: (code) => code.i32(16).get(0).memory(Op.i32_store, 2).i32(20).get(1).memory(Op.i32_store, 2).i32(16) },
    // Of 17 parameters, the last is returned.
    last: { params: [i32], results: [i32], code: (code) => code.get(0).i32(16).op(Op.i32_add) },
  });
  assert.equal(hostFunction(part.lift("echo", func({ s: string }, string)))("h\xe9"), "h\xe9");
  assert.deepEqual(hostFunction(part.lift("echo", func({ l: list(u16) }, list(u16))))([1, 2]), Uint16Array.of(1, 2));
  assert.equal(hostFunction(part.lift("last", func(many, string)))(...Array(16).fill(7), "end"), "end");
  assert.deepEqual(hostFunction(part.lift("echo", func({ a: u32, b: u32 }, tuple(u32, u32))))(3, 4), [3, 4]);
});

test("a result is returned, or thrown as a ResultError", () => {
  // The parameter selects the case.
  const part = new TestComponent({
    choose: { params: [i32], results: [i32], code: (code) => code.i32(16).get(0).memory(Op.i32_store8, 0).i32(20).i32(5).memory(Op.i32_store, 2).i32(16) },
    bare: { params: [i32], results: [i32], code: (code) => code.get(0) },
  });
  const choose = hostFunction(part.lift("choose", func({ a: u8 }, result(u32, u32))));
  assert.equal(choose(0), 5);
  assert.throws(() => choose(1), { name: "ResultError", code: "call/result-error", payload: 5 });
  const bare = hostFunction(part.lift("bare", func({ a: u8 }, result(undefined, undefined))));
  assert.equal(bare(0), undefined);
  assert.throws(() => bare(1), { code: "call/result-error", payload: undefined });
  assert.throws(() => bare(2), { code: "trap/invalid-discriminant", message: "wasm trap: invalid variant discriminant: discriminant 2 out of range [0..2)" });
});

test("wrong arguments are named, and the guest is untouched", () => {
  let entered = 0;
  const part = new TestComponent(
    { take: { params: [i32, i32, i32, i32, i32], code: () => {} }, one: { params: [i32], code: () => {} }, two: { params: [i32, i32], code: () => {} } },
    { imports: { unused: [[], [], () => void entered++ as never] } },
  );
  const items = list(record({ name: string, score: option(u8) }));
  const take = hostFunction(part.lift("take", func({ title: string, items, count: u32 })));
  const cases: ReadonlyArray<[args: unknown[], message: string]> = [
    [["t", [{ name: "a" }, { name: "b" }, { name: "c" }, { name: "d", score: "x" }], 1], 'argument `items`[3].score: expected u8, got string "x"'],
    [["t", [], -1], "argument `count`: expected u32, got number -1"],
    [["t", []], "argument `count`: expected u32, got undefined"],
    [[], "argument `title`: expected string, got undefined"],
  ];
  for (const [args, message] of cases) assert.throws(() => take(...args), { name: "ComponentError", code: "call/type-mismatch", message });
  assert.throws(() => hostFunction(part.lift("one", func({ a: u8 })))(256), { message: "argument `a`: expected u8, got number 256" });
  assert.throws(() => hostFunction(part.lift("two", func({ a: u8, b: u8 })))(1, "2"), { message: 'argument `b`: expected u8, got string "2"' });
  assert.deepEqual(
    new Uint8Array(part.memory.buffer).every((byte) => byte === 0),
    true,
  );
  assert.equal(entered, 0);
  take("t", [{ name: "a", score: 1 }], 3);
});

const traps: ReadonlyArray<[name: string, code: string, words: RegExp, definition: CoreDefinition]> = [
  ["unreachable", "trap/core", /^wasm trap: wasm `unreachable` instruction executed/, unreachable],
  ["division", "trap/core", /integer divide by zero/, { code: (code) => code.i32(1).i32(0).raw(0x6e).op(Op.drop) }],
  ["overflow", "trap/core", /integer overflow/, { code: (code) => code.i32(-0x80000000).i32(-1).raw(0x6d).op(Op.drop) }],
  ["memory", "trap/core", /out of bounds memory access/, { code: (code) => code.i32(-1).memory(Op.i32_load, 2).op(Op.drop) }],
  ["stack", "trap/core", /call stack exhausted/, { code: (code, call) => code.call(call("f")) }],
  ["exception", "trap/uncaught-exception", /uncaught exception propagated out of component: thrown Wasm exception/, { code: (code) => code.op(Op.throw, 0) }],
];
for (const [name, code, words, f] of traps) {
  test(`a trap poisons: ${name}`, () => {
    const part = new TestComponent({ f, nothing });
    const call = hostFunction(part.lift("f", func({})));
    let trap: unknown;
    assert.throws(call, (e: Trap) => {
      trap = e;
      return e.name === "Trap" && e.code === code && words.test(e.message) && e.detail.part === "part" && e.detail.function === "f";
    });
    for (const again of [call, hostFunction(part.lift("nothing", func({})))]) {
      assert.throws(again, (e: Trap) => e.code === "trap/poisoned" && /cannot enter component instance/.test(e.message) && e.cause === trap);
    }
    assert.equal(part.instance.store.activations.syncDepth, 0);
  });
}

test("a trap while the result is lifted poisons too", () => {
  const part = new TestComponent({ f: { results: [i32], code: (code) => code.i32(65534) }, char: { results: [i32], code: (code) => code.i32(0xd800) } });
  assert.throws(() => hostFunction(part.lift("f", func({}, string)))(), { code: "trap/unaligned-pointer" });
  assert.throws(() => hostFunction(part.lift("char", func({}, u8)))(), { code: "trap/poisoned" });
  const other = new TestComponent({ char: { results: [i32], code: (code) => code.i32(0xd800) }, out: { results: [i32], code: (code) => code.i32(65536) } });
  assert.throws(() => hostFunction(other.lift("char", func({}, { kind: "char" })))(), { code: "trap/invalid-char", message: /invalid `char` bit pattern/ });
  assert.equal(other.instance.mayEnter, false);
  const third = new TestComponent({ out: { results: [i32], code: (code) => code.i32(65536) } });
  assert.throws(() => hostFunction(third.lift("out", func({}, string)))(), { code: "trap/out-of-bounds" });
});

test("what realloc returns is checked", () => {
  const returning = (value: number) =>
    new TestComponent({
      realloc: { params: [i32, i32, i32, i32], results: [i32], code: (code) => code.i32(value) },
      f: { params: [i32, i32], code: () => {} },
    });
  const call = (value: number, argument: number[]) => hostFunction(returning(value).lift("f", func({ a: list(u32) })))(argument);
  assert.throws(() => call(-4, []), { code: "trap/out-of-bounds", message: "wasm trap: list content out-of-bounds: realloc return: beyond end of memory" });
  assert.throws(() => call(65532, [1, 2]), { code: "trap/out-of-bounds" });
  assert.throws(() => call(2, [1]), { code: "trap/unaligned-pointer", message: "wasm trap: unaligned pointer: realloc return: result not aligned to 4" });
  call(65532, [1]);
  call(65536, []);
});

test("a call that comes back to an instance inside it traps, and the host may go on", () => {
  let again: () => unknown = () => {};
  const part = new TestComponent(
    { f: { code: (code, call) => code.call(call("host")) } },
    {
      imports: ({ cx }) => ({
        host: [
          [],
          [],
          lowerHostFunction("host", sign(func({})), cx, () =>
            assert.throws(again, { code: "trap/cannot-enter", message: /^wasm trap: cannot enter component instance/ }),
          ),
        ],
      }),
    },
  );
  again = hostFunction(part.lift("f", func({})));
  again();
  again();
});

test("an instance and its ancestors are entered together", () => {
  const parent = new TestComponent({ nothing }, { name: "parent" });
  let inside: () => unknown = () => {};
  const options = { parent: parent.instance, store: parent.instance.store };
  const child = new TestComponent(
    { f: { code: (code, call) => code.call(call("host")) } },
    {
      ...options,
      imports: ({ cx }) => ({ host: [[], [], lowerHostFunction("host", sign(func({})), cx, () => inside())] }),
    },
  );
  const sibling = new TestComponent({ nothing, unreachable }, options);
  const call = hostFunction(child.lift("f", func({})));
  inside = () => {
    for (const part of [parent, sibling]) assert.throws(hostFunction(part.lift("nothing", func({}))), { code: "trap/cannot-enter" });
  };
  call();
  inside = () => {};
  hostFunction(parent.lift("nothing", func({})))();
  assert.throws(hostFunction(sibling.lift("unreachable", func({}))), { code: "trap/core" });
  assert.throws(call, { code: "trap/poisoned" });
});

test("post-return gets the core result, and may not leave", () => {
  const seen: unknown[] = [];
  const part = new TestComponent(
    {
      f: { results: [i32], code: (code) => code.i32(16) },
      post: { params: [i32], code: (code, call) => code.get(0).call(call("host")) },
      bad: { params: [i32], code: (code, call) => code.call(call("lowered")) },
      unreachable: { params: [i32], code: (code) => code.op(Op.unreachable) },
    },
    {
      imports: ({ instance, cx }) => ({
        host: [[i32], [], (value) => void seen.push(value, instance.mayLeave, instance.mayEnter) as never],
        lowered: [[], [], lowerHostFunction("lowered", sign(func({})), cx, () => {})],
      }),
    },
  );
  assert.equal(hostFunction(part.lift("f", func({}, string), "post"))(), "");
  assert.deepEqual(seen, [16, false, false]);
  assert.ok(part.instance.mayLeave && part.instance.mayEnter);
  assert.throws(hostFunction(part.lift("f", func({}, u32), "bad")), { code: "trap/cannot-leave", message: /cannot leave component instance/ });
  assert.throws(hostFunction(part.lift("f", func({}, u32), "post")), { code: "trap/poisoned" });
});

test("realloc may not leave", () => {
  const part = new TestComponent(
    {
      realloc: { params: [i32, i32, i32, i32], results: [i32], code: (code, call) => code.call(call("lowered")).i32(64) },
      f: { params: [i32, i32], code: () => {} },
    },
    { imports: ({ cx }) => ({ lowered: [[], [], lowerHostFunction("lowered", sign(func({})), cx, () => {})] }) },
  );
  assert.throws(() => hostFunction(part.lift("f", func({ s: string })))("x"), { code: "trap/cannot-leave" });
});

/** Functions that catch what they can, go on, and tell so; and what a host function threw below them. */
function catching(thrown: unknown) {
  const calls = { host: 0, wentOn: 0 };
  const caught: CoreDefinition["code"] = (code, call) => {
    catchAll(code, () => code.call(call("host")));
    code.call(call("went-on"));
  };
  const part = new TestComponent(
    {
      f: { code: caught },
      unreachable: {
        code: (code, call) => {
          catchAll(code, () => code.op(Op.unreachable));
          code.call(call("went-on"));
        },
      },
      allocate: { params: [i32, i32], code: () => {} },
      returns: { results: [i32], code: (code) => code.i32(16) },
      postReturn: { params: [i32], code: caught },
      realloc: {
        params: [i32, i32, i32, i32],
        results: [i32],
        code: (code, call) => {
          caught(code, call);
          code.i32(64);
        },
      },
    },
    {
      imports: ({ cx }) => ({
        host: [
          [],
          [],
          lowerHostFunction("host", sign(func({})), cx, () => {
            calls.host++;
            throw thrown;
          }),
        ],
        "went-on": [[], [], () => void calls.wentOn++ as never],
      }),
    },
  );
  return { part, calls };
}

for (const [name, type, args, code, hostCalls, postReturn] of [
  ["f", func({}), [], "trap/host-threw", 1],
  ["unreachable", func({}), [], "trap/core", 0],
  ["allocate", func({ s: string }), ["x"], "trap/cannot-leave", 0],
  ["returns", func({}, string), [], "trap/cannot-leave", 0, "postReturn"],
] as const) {
  test(`guest code can't catch a trap: ${code} in ${postReturn ?? name}`, () => {
    const thrown = new Error("no");
    const { part, calls } = catching(thrown);
    const call = hostFunction(part.lift(name, type, postReturn));
    assert.throws(
      () => call(...args),
      (e: Trap) => e.code === code && (code !== "trap/host-threw" || (e.cause === thrown && e.message === "import `host` threw: no")),
    );
    assert.deepEqual(calls, { host: hostCalls, wentOn: 0 });
    assert.throws(() => call(...args), { code: "trap/poisoned" });
    assert.deepEqual([part.instance.store.activations.current, part.instance.store.activations.syncDepth], [0, 0]);
  });
}
