import assert from "node:assert/strict";
import { test } from "node:test";
import { Scheduler } from "../concurrency/scheduler.ts";
import { SharedStream } from "../concurrency/shared.ts";
import type { ValueType } from "../types/component-types.ts";
import type { TakeBytes } from "./byte-taker.ts";
import { elementType } from "./element-type.ts";
import { streamToJs, takeBytes } from "./host-stream.ts";
import { settled, writable } from "./test-ends.ts";
import { TestGuest, u8, u32 } from "./test-guest.ts";

const BUFFER = 1024;

/** A guest's stream, taken by `take`, and the guest's writable end of it. */
function taken(take: TakeBytes, pages = 1) {
  const guest = new TestGuest("i32", [], pages);
  const shared = new SharedStream(elementType(u8));
  const { store } = guest.cx.instance;
  const stream = streamToJs(shared, store);
  guest.bytes.set([1, 2, 3, 4], BUFFER);
  const taking = takeBytes(stream, take)!;
  return { guest, stream, writer: writable(shared, guest, u8), scheduler: Scheduler.of(store), taking, over: taking.over };
}

test("bytes are taken before the write returns, one write after the other", async () => {
  const all: number[] = [];
  const { writer, over, scheduler, stream } = taken((bytes) => {
    all.push(...bytes);
    return true;
  });
  assert.deepEqual(writer.copy(BUFFER, 2), ["completed", 2]);
  assert.deepEqual(writer.copy(BUFFER + 2, 2), ["completed", 2]);
  assert.deepEqual(all, [1, 2, 3, 4]);
  assert.equal(stream.locked, true);
  assert.equal(scheduler.outside, 1);
  writer.drop();
  await over;
  assert.equal(scheduler.outside, 0);
});

test("a write that waited before is taken by pieces, and is one for the guest", async () => {
  const sizes: number[] = [];
  const guest = new TestGuest("i32", [], 4);
  const shared = new SharedStream(elementType(u8));
  const stream = streamToJs(shared, guest.cx.instance.store);
  const writer = writable(shared, guest, u8);
  const writing = writer.copy(BUFFER, 150_000);
  const { over } = takeBytes(stream, (bytes) => {
    sizes.push(bytes.length);
    return true;
  })!;
  assert.deepEqual(await writing, ["completed", 150_000]);
  assert.deepEqual(sizes, [65536, 65536, 18928]);
  writer.drop();
  await over;
});

test("a promise holds the writer back, and the end too", async () => {
  const taking: ((goesOn: boolean) => void)[] = [];
  const { writer, over } = taken(() => new Promise<boolean>((resolve) => taking.push(resolve)));
  assert.deepEqual(writer.copy(BUFFER, 1), ["completed", 1]);
  const second = writer.copy(BUFFER + 1, 1);
  assert.ok(second instanceof Promise);
  await settled();
  assert.equal(taking.length, 1);
  taking[0]!(true);
  assert.deepEqual(await second, ["completed", 1]);
  writer.drop();
  let done = false;
  void over.then(() => {
    done = true;
  });
  await settled();
  assert.equal(done, false);
  taking[1]!(true);
  await over;
});

const ends: readonly (readonly [string, TakeBytes, RegExp | undefined])[] = [
  ["at once", () => false, undefined],
  ["later", async () => false, undefined],
  [
    "by an error",
    () => {
      throw new Error("no more");
    },
    /no more/,
  ],
  ["by an error that comes later", () => Promise.reject(new Error("no more")), /no more/],
];
for (const [how, take, error] of ends) {
  test(`a stream that is let go ${how} is dropped`, async () => {
    const { writer, over, scheduler } = taken(take);
    assert.deepEqual(writer.copy(BUFFER, 2), ["completed", 2]);
    if (error === undefined) await over;
    else await assert.rejects(over, error);
    await settled();
    assert.deepEqual(await writer.copy(BUFFER, 2), ["dropped", 0]);
    assert.equal(scheduler.outside, 0);
  });
}

test("a stream can be let go while it waits for its writer, and while its taker is busy", async () => {
  const idle = taken(() => true);
  idle.taking.letGo();
  await idle.over;
  assert.deepEqual(await idle.writer.copy(BUFFER, 2), ["dropped", 0]);

  const { promise, resolve } = Promise.withResolvers<boolean>();
  const busy = taken(() => promise);
  assert.deepEqual(busy.writer.copy(BUFFER, 1), ["completed", 1]);
  const second = busy.writer.copy(BUFFER, 2);
  busy.taking.letGo();
  assert.deepEqual(await second, ["dropped", 0]);
  resolve(true);
  await busy.over;
  assert.deepEqual([idle.scheduler.outside, busy.scheduler.outside], [0, 0]);
});

test("a stream that is at its end already", async () => {
  const guest = new TestGuest("i32");
  const shared = new SharedStream(elementType(u8));
  const stream = streamToJs(shared, guest.cx.instance.store);
  writable(shared, guest, u8).drop();
  await takeBytes(stream, () => true)!.over;
  assert.equal(Scheduler.of(guest.cx.instance.store).outside, 0);
});

test("what is no guest's, not of bytes, or begun is left as it is", async () => {
  const take = () => assert.fail("nothing is taken");
  const guestStream = (type: ValueType) => streamToJs(new SharedStream(elementType(type)), new TestGuest("i32").cx.instance.store);
  const begun = guestStream(u8);
  begun.getReader();
  for (const stream of [undefined, 5, [1], new ReadableStream(), guestStream(u32), begun]) assert.equal(takeBytes(stream, take), undefined);
});
