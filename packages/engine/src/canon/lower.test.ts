import assert from "node:assert/strict";
import { test } from "node:test";
import { ResultError } from "../abi/result-error.ts";
import { bool, char, list, record, result, string, tuple, u8, u32, u64 } from "../abi/test-guest.ts";
import * as Op from "../binary/opcodes.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { FuncType } from "../types/component-types.ts";
import { hostFunction } from "./lift.ts";
import { lowerHostFunction } from "./lower.ts";
import { func, sign, TestComponent } from "./test-core.ts";

/** A part whose `run` calls a host function with these core arguments and drops what it returns. */
function calling(type: FuncType, host: (...args: never[]) => unknown, ...args: number[]): { readonly part: TestComponent; readonly run: () => unknown } {
  const signature = sign(type);
  const types = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };
  const { params, results } = signature.lowered;
  const part = new TestComponent(
    {
      run: {
        code: (code, call) => {
          for (const [i, param] of params.entries()) {
            if (param === "i64") code.i64(BigInt(args[i]!));
            else code.i32(args[i]!);
          }
          code.call(call("host"));
          if (results.length > 0) code.op(Op.drop);
        },
      },
    },
    {
      imports: ({ cx }) => ({
        host: [params.map((param) => types[param]), results.map((param) => types[param]), lowerHostFunction("host", signature, cx, host as () => unknown)],
      }),
    },
  );
  return { part, run: hostFunction(part.lift("run", func({}))) };
}

test("arguments are lifted and results lowered", () => {
  const seen: unknown[] = [];
  const take = (...args: unknown[]) => void seen.push(...args);
  calling(func({ a: u8, b: bool, c: char }), take, 257, 2, 0x61).run();
  calling(func({ a: u8 }), take, -1).run();
  calling(func({ a: u64 }), take, -1).run();
  calling(func({ a: tuple(u8, u8), b: string }), take, 1, 2, 0, 0).run();
  assert.deepEqual(seen, [1, true, "a", 255, 2n ** 64n - 1n, [1, 2], ""]);

  const { part, run } = calling(func({}, string), () => "abc", 16);
  run();
  assert.deepEqual([part.view.getUint32(16, true), part.view.getUint32(20, true), part.view.getUint8(1024)], [1024, 3, 0x61]);
  const spilled = calling(func({}, list(u32)), () => [7], 32);
  spilled.run();
  assert.deepEqual([spilled.part.view.getUint32(32, true), spilled.part.view.getUint32(36, true), spilled.part.view.getUint32(1024, true)], [1024, 1, 7]);
});

test("an instance is left as it was after each call", () => {
  const { part, run } = calling(func({}, u8), () => 1);
  run();
  run();
  assert.deepEqual([part.instance.mayEnter, part.instance.mayLeave, part.instance.store.activations.syncDepth], [true, true, 0]);
});

const out = 16;
const wrong: ReadonlyArray<[type: FuncType, returned: unknown, message: string]> = [
  [func({}, u8), 256, "result of import `host`: expected u8, got number 256"],
  [func({}, u8), undefined, "result of import `host`: expected u8, got undefined"],
  [func({}, string), 5, "result of import `host`: expected string, got number 5"],
  [func({}, record({ name: string, tags: list(string) })), { name: "a", tags: ["b", 1] }, "result of import `host`.tags[1]: expected string, got number 1"],
  [func({}, result(list(u8), string)), ["x"], 'result of import `host`[0]: expected u8, got string "x"'],
  [func({}, result(undefined, string)), 1, "result of import `host`: expected nothing, got number"],
];
for (const [type, returned, message] of wrong) {
  test(message, () => {
    const { part, run } = calling(type, () => returned, out);
    assert.throws(run, { name: "ComponentError", code: "call/type-mismatch", message });
    assert.ok(new Uint8Array(part.memory.buffer).every((byte) => byte === 0));
    assert.throws(run, { code: "trap/poisoned" });
  });
}

/** `undefined`: a trap. */
const thrown: ReadonlyArray<[type: FuncType, thrown: unknown, stored: number[] | undefined]> = [
  [func({}, result(u32, u8)), new ResultError(7), [1, 7]],
  [func({}, result(u32, u8)), Object.assign(new Error("e"), { payload: 8 }), [1, 8]],
  [func({}, result(u32, u8)), 9, [1, 9]],
  [func({}, result(u32, undefined)), new ResultError(undefined), [1]],
  [func({}, result(u32, undefined)), { payload: undefined }, [1]],
  [func({}, result(u32, undefined)), undefined, [1]],
  [func({}, result(u32, u8)), new Error("e"), undefined],
  [func({}, result(u32, u8)), new ResultError("not a u8"), undefined],
  [func({}, result(u32, u8)), "not a u8", undefined],
  [func({}, result(u32, undefined)), new Error("e"), undefined],
  [func({}, u8), new ResultError(1), undefined],
  [func({}, u8), 5, undefined],
];
for (const [index, [type, error, stored]] of thrown.entries()) {
  test(`thrown by the host: ${index}`, () => {
    const { part, run } = calling(
      type,
      () => {
        throw error;
      },
      out,
    );
    if (stored === undefined) {
      assert.throws(run, (e: Trap) => e.code === "trap/host-threw" && e.cause === error && e.message.startsWith("import `host` threw: "));
      assert.throws(run, { code: "trap/poisoned" });
      return;
    }
    run();
    assert.equal(part.view.getUint8(out), stored[0]);
    if (stored.length > 1) assert.equal(part.view.getUint8(out + 4), stored[1]);
  });
}

test("the ok value of a result is what the host returns", () => {
  const { part, run } = calling(func({}, result(u32, u8)), () => 5, out);
  run();
  assert.deepEqual([part.view.getUint8(out), part.view.getUint32(out + 4, true)], [0, 5]);
  const { run: bare } = calling(func({}, result(undefined, undefined)), () => undefined);
  bare();
});

test("a trap that passes through the host stays the same", () => {
  const trap = new Trap("trap/core", "inner");
  for (const type of [func({}, u8), func({}, string)]) {
    const { run } = calling(
      type,
      () => {
        throw trap;
      },
      out,
    );
    assert.throws(run, (e) => e === trap);
  }
});

const traps: ReadonlyArray<[what: string, type: FuncType, args: number[], code: string]> = [
  ["an out pointer that is not aligned", func({}, string), [18], "trap/unaligned-pointer"],
  ["an out pointer behind the end", func({}, string), [65532], "trap/out-of-bounds"],
  ["an argument pointer that is not aligned", func(Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`p${i}`, u32]))), [2], "trap/unaligned-pointer"],
  ["an argument pointer behind the end", func(Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`p${i}`, u32]))), [65532], "trap/out-of-bounds"],
  ["a string behind the end", func({ s: string }), [65535, 2], "trap/out-of-bounds"],
  ["a list of 2^31 bytes", func({ s: list(u8) }), [0, 2 ** 31], "trap/too-long"],
  ["a list of 2^32 - 1 elements", func({ s: list(tuple(u32, u32)) }), [0, -1], "trap/too-long"],
  ["a list that is not aligned", func({ s: list(u32) }), [2, 0], "trap/unaligned-pointer"],
  ["a discriminant", func({ e: { kind: "enum", labels: ["a", "b"] } }), [2], "trap/invalid-discriminant"],
  ["a discriminant of many", func({ e: result(u8, u32) }), [-1, 0], "trap/invalid-discriminant"],
  ["a surrogate", func({ c: char }), [0xd800], "trap/invalid-char"],
  ["a code point too large", func({ c: char }), [0x110000], "trap/invalid-char"],
];
for (const [what, type, args, code] of traps) {
  test(`traps: ${what}`, () => {
    const { run } = calling(type, () => "s", ...args);
    assert.throws(run, (e: Trap) => e.code === code && e.message.startsWith("wasm trap: "));
    assert.throws(run, { code: "trap/poisoned" });
  });
}

test("async lowering returns at once with RETURNED", () => {
  const signature = sign(func({ a: u8, b: u8, c: u8, d: u8, e: u8 }, u32), { async: true });
  assert.deepEqual(signature.lowered, { params: ["i32", "i32"], results: ["i32"] });
  const { cx, view } = new TestComponent({});
  const lowered = lowerHostFunction("host", signature, cx, (...args) => args.reduce((a, b) => (a as number) + (b as number)));
  [1, 2, 3, 4, 5].forEach((value, i) => {
    view.setUint8(16 + i, value);
  });
  assert.equal(lowered(16, 32), 2);
  assert.equal(view.getUint32(32, true), 15);
  assert.equal(lowerHostFunction("host", sign(func({}), { async: true }), cx, () => {})(), 2);
});
