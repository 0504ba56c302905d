import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Scheduler } from "../concurrency/scheduler.ts";
import { SharedFuture } from "../concurrency/shared.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { ValueType } from "../types/component-types.ts";
import { elementType } from "./element-type.ts";
import { futureFromJs, futureToJs } from "./host-future.ts";
import { type GuestEnd, readable, settled, writable } from "./test-ends.ts";
import { codecOf, GUARD, record, result, string, TestGuest, u8, u32 } from "./test-guest.ts";

const unhandled: unknown[] = [];
process.on("unhandledRejection", (error) => unhandled.push(error));
after(async () => {
  await settled();
  assert.deepEqual(unhandled, []);
});

const BUFFER = 1024;

interface Outgoing {
  readonly shared: SharedFuture;
  readonly writer: GuestEnd;
  readonly take: () => Promise<unknown>;
  readonly scheduler: Scheduler;
}

function outgoing(type: ValueType | undefined): Outgoing {
  const guest = new TestGuest();
  const shared = new SharedFuture(elementType(type));
  const { store } = guest.cx.instance;
  return { shared, writer: writable(shared, guest, type, true), take: () => futureToJs(shared, store), scheduler: Scheduler.of(store) };
}

test("a promise is there before the value, and reads at once", async () => {
  const { writer, take, scheduler } = outgoing(u32);
  const promise = take();
  new Uint32Array(writer.guest.memory.buffer, BUFFER, 1)[0] = 7;
  assert.deepEqual(writer.copy(BUFFER, 1), ["completed", 1]);
  assert.equal(await promise, 7);
  writer.drop();
  assert.equal(scheduler.outside, 0);
});

test("a value that waits is read, but not while others are being lifted", async () => {
  const { writer, take } = outgoing(record({ a: u8, b: u8 }));
  const { cx, bytes } = writer.guest;
  bytes.set([1, 2], BUFFER);
  const written = writer.copy(BUFFER, 1);
  cx.at = 5;
  const promise = take();
  assert.equal(cx.at, 5);
  assert.deepEqual(await promise, { a: 1, b: 2 });
  assert.deepEqual(await written, ["completed", 1]);
});

test("a future without a value comes about", async () => {
  const { writer, take } = outgoing(undefined);
  const promise = take();
  assert.deepEqual(writer.copy(0, 1), ["completed", 1]);
  assert.equal(await promise, undefined);
});

test("a result is a value", async () => {
  const { writer, take } = outgoing(result(u8, u8));
  writer.guest.bytes.set([1, 9], BUFFER);
  const promise = take();
  writer.copy(BUFFER, 1);
  assert.deepEqual(await promise, { tag: "err", val: 9 });
});

for (const when of ["before it is lifted", "while it is read", "when nobody looks"]) {
  test(`what the writer was to write is lost ${when}: the promise is rejected with that`, async () => {
    const { writer, take } = outgoing(u8);
    const error = new Error("its trap");
    const early = when.startsWith("before") ? undefined : take();
    writer.end.abandon(error);
    const promise = early ?? take();
    await settled();
    if (!when.startsWith("when")) await assert.rejects(promise, error);
  });
}

test("what can't be lifted is the fault of who wrote it", async () => {
  for (const waits of [true, false]) {
    const { writer, take } = outgoing(string);
    new Uint32Array(writer.guest.memory.buffer, BUFFER, 2).set([0x7fff_ffff, 4]);
    const failed = { code: "trap/out-of-bounds" };
    if (waits) {
      const written = writer.copy(BUFFER, 1) as Promise<unknown>;
      const promise = take();
      await assert.rejects(written, failed);
      await assert.rejects(promise, failed);
    } else {
      const promise = take();
      assert.throws(() => writer.copy(BUFFER, 1), failed);
      writer.end.abandon(new Trap(TrapCode.OutOfBounds, "what trapped"));
      await assert.rejects(promise, failed);
    }
  }
});

interface Incoming {
  readonly guest: TestGuest;
  readonly shared: SharedFuture;
  readonly reader: GuestEnd;
  readonly scheduler: Scheduler;
}

function incoming(value: unknown, type: ValueType | undefined): Incoming {
  const guest = new TestGuest();
  const shared = futureFromJs(value, elementType(type), type === undefined ? undefined : codecOf(type), guest.cx);
  return { guest, shared, reader: readable(shared, guest, type, true), scheduler: Scheduler.of(guest.cx.instance.store) };
}

test("a plain value is read at once", () => {
  const { guest, reader, scheduler } = incoming(5, u32);
  assert.deepEqual(reader.copy(BUFFER, 1), ["completed", 1]);
  assert.deepEqual([...guest.bytes.subarray(BUFFER, BUFFER + 5)], [5, 0, 0, 0, GUARD]);
  reader.drop();
  assert.equal(scheduler.outside, 0);
});

for (const [name, value] of [
  ["a promise", Promise.resolve(5)],
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is meant
  ["a thenable", { then: (resolve: (value: number) => void) => resolve(5) }],
] as const) {
  for (const first of [true, false]) {
    test(`${name} that settles ${first ? "before" : "after"} the read`, async () => {
      const { guest, reader, scheduler } = incoming(value, u32);
      if (first) await settled();
      const read = reader.copy(BUFFER, 1);
      assert.equal(read instanceof Promise, !first);
      assert.equal(scheduler.outside, first ? 0 : 1);
      assert.deepEqual(await read, ["completed", 1]);
      assert.equal(scheduler.outside, 0);
      assert.equal(guest.bytes[BUFFER], 5);
      guest.checkGuards();
    });
  }
}

test("a promise that is not read counts for nothing, and one that is until it settles, or the read is cancelled", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const { reader, scheduler, guest } = incoming(promise, u32);
  assert.equal(scheduler.outside, 0);
  reader.copy(BUFFER, 1);
  assert.equal(scheduler.outside, 1);
  assert.deepEqual(reader.cancel(), ["cancelled", 0]);
  assert.equal(scheduler.outside, 0);
  const read = reader.copy(BUFFER, 1);
  assert.equal(scheduler.outside, 1);
  resolve(3);
  assert.deepEqual(await read, ["completed", 1]);
  assert.deepEqual([scheduler.outside, guest.bytes[BUFFER]], [0, 3]);
});

test("a future that is given up while it is read", async () => {
  const { promise, reject } = Promise.withResolvers<number>();
  const { reader, scheduler } = incoming(promise, u32);
  reader.copy(BUFFER, 1);
  reader.end.abandon(undefined);
  assert.equal(scheduler.outside, 0);
  reject(new Error("nobody sees this"));
  await settled();
  assert.equal(scheduler.outside, 0);
});

test("a rejection that nobody reads is nothing", async () => {
  const { reader } = incoming(Promise.reject(new Error("no")), u32);
  await settled();
  reader.drop();
});

for (const [name, value, type, code, message] of [
  ["rejected", () => Promise.reject(new Error("no")), u32, "trap/host-threw", "promise given for a future was rejected: no"],
  ["rejected with a value", () => Promise.reject("no"), u32, "trap/host-threw", "promise given for a future was rejected: no"],
  ["rejected with a trap", () => Promise.reject(new Trap(TrapCode.Deadlock, "its own")), u32, "trap/deadlock", "its own"],
  ["of another type", () => Promise.resolve("no"), u32, "call/type-mismatch", 'value of a future: expected u32, got string "no"'],
  ["of another type inside", () => Promise.resolve({ a: 256 }), record({ a: u8 }), "call/type-mismatch", "value of a future.a: expected u8, got number 256"],
  ["of another type at once", () => -1, u32, "call/type-mismatch", "value of a future: expected u32, got number -1"],
] as const) {
  for (const first of [true, false]) {
    test(`what is ${name} traps in who reads it, ${first ? "now" : "later"}`, async () => {
      const { reader, scheduler, guest } = incoming(value(), type);
      if (first) await settled();
      await assert.rejects(async () => reader.copy(BUFFER, 1), { code, message });
      assert.equal(scheduler.outside, 0);
      reader.end.abandon(undefined);
      guest.checkGuards();
    });
  }
}

test("an allocator that fails is the guest's own trap", async () => {
  const failed = { code: "trap/out-of-bounds" };
  for (const value of ["text", Promise.resolve("text")]) {
    const { guest, reader } = incoming(value, string);
    guest.cx.setRealloc(() => 2 ** 20);
    await assert.rejects(async () => reader.copy(BUFFER, 1), failed);
  }
});

test("what JavaScript gave comes back to it", async () => {
  const { shared, guest } = incoming(Promise.resolve("text"), string);
  assert.equal(await futureToJs(shared, guest.cx.instance.store), "text");
  const lost = incoming(Promise.reject(new Error("no")), string);
  await assert.rejects(futureToJs(lost.shared, lost.guest.cx.instance.store), { code: "trap/host-threw" });
  assert.equal(lost.scheduler.outside, 0);
});
