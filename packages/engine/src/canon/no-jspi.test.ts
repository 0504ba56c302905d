import assert from "node:assert/strict";
import { test } from "node:test";

// This file runs in a process of its own: what it takes away is missed by nobody else.
Reflect.deleteProperty(WebAssembly, "Suspending");
const { u32 } = await import("../abi/test-guest.ts");
const { lowerLifted } = await import("./lower-lifted.ts");
const { lowerHostFunction } = await import("./lower.ts");
const { hostFunction, promisingHostFunction } = await import("./lift.ts");
const { func, i32, sign, TestComponent } = await import("./test-core.ts");

const unary = func({ a: u32 }, u32);

test("where nothing can suspend, plain values pass from both sides and a promise is an error that says why", async () => {
  let host: (a: number) => unknown = (a) => a + 1;
  const part = new TestComponent(
    { pass: { params: [i32], results: [i32], code: (code, call) => code.get(0).call(call("host")) } },
    {
      imports: ({ cx }) => ({ host: [[i32], [i32], lowerHostFunction("host", sign(unary), cx, (a) => host(a as number))] }),
    },
  );
  const outer = new TestComponent(
    { pass: { params: [i32], results: [i32], code: (code, call) => code.get(0).call(call("inner")) } },
    {
      store: part.instance.store,
      imports: ({ cx, instance }) => ({ inner: [[i32], [i32], lowerLifted(sign(unary), cx, part.lift("pass", unary), instance, true)] }),
    },
  );
  assert.equal(hostFunction(part.lift("pass", unary))(1), 2);
  const call = promisingHostFunction(part.lift("pass", unary));
  assert.equal(await call(1), 2);
  assert.equal(await promisingHostFunction(outer.lift("pass", unary))(5), 6);
  host = async () => 1;
  await assert.rejects(call(1), {
    code: "call/would-suspend",
    message: /^import `host` returned a promise in export `pass`; this JavaScript engine can't suspend WebAssembly \(no JSPI\)/,
  });
});
