import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { Scheduler } from "../concurrency/scheduler.ts";
import { SharedStream } from "../concurrency/shared.ts";
import type { ValueType } from "../types/component-types.ts";
import { elementType } from "./element-type.ts";
import { acceptsStream, streamFromJs, streamToJs } from "./host-stream.ts";
import { type GuestEnd, readable, settled, writable } from "./test-ends.ts";
import { codecOf, GUARD, list, record, string, TestGuest, u8, u32 } from "./test-guest.ts";

const unhandled: unknown[] = [];
process.on("unhandledRejection", (error) => unhandled.push(error));
after(async () => {
  await settled();
  assert.deepEqual(unhandled, []);
});

const BUFFER = 1024;

interface Outgoing {
  readonly guest: TestGuest;
  readonly stream: ReadableStream;
  readonly writer: GuestEnd;
  readonly scheduler: Scheduler;
}

/** A guest's stream in JavaScript's hands, and the guest's writable end of it. */
function outgoing(type: ValueType | undefined, pages = 1): Outgoing {
  const guest = new TestGuest("i32", [], pages);
  const shared = new SharedStream(elementType(type));
  const { store } = guest.cx.instance;
  return { guest, stream: streamToJs(shared, store), writer: writable(shared, guest, type), scheduler: Scheduler.of(store) };
}

async function all(stream: ReadableStream): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const bytes = (...values: number[]) => Uint8Array.from(values);

test("nothing is read before somebody asks", async () => {
  const { writer, stream, scheduler } = outgoing(u8);
  writer.guest.bytes.set([1, 2, 3], BUFFER);
  const writing = writer.copy(BUFFER, 3);
  await settled();
  assert.equal(writer.end.hasPendingEvent, false);
  const reader = stream.getReader();
  assert.deepEqual(await reader.read(), { done: false, value: bytes(1, 2, 3) });
  assert.deepEqual(await writing, ["completed", 3]);
  const later = writer.copy(BUFFER, 2);
  await settled();
  assert.equal(writer.end.hasPendingEvent, false, "one chunk was asked for");
  assert.equal(scheduler.outside, 1);
  assert.deepEqual(writer.cancel(), ["cancelled", 0]);
  await Promise.race([later, settled()]);
});

test("a read that waits is answered by the write that comes, of the size that it has", async () => {
  const { writer, stream } = outgoing(u8);
  const read = stream.getReader().read();
  await settled();
  writer.guest.bytes.set([7, 8], BUFFER);
  assert.deepEqual(writer.copy(BUFFER, 2), ["completed", 2]);
  const { value } = await read;
  assert.deepEqual(value, bytes(7, 8));
  assert.equal(value.buffer.byteLength, 2);
});

test("chunks are copies: what the guest writes to its memory afterwards does not show", async () => {
  const { writer, stream } = outgoing(u8);
  const read = stream.getReader().read();
  await settled();
  writer.copy(BUFFER, 2);
  writer.guest.bytes.fill(0, BUFFER, BUFFER + 2);
  assert.deepEqual((await read).value, bytes(GUARD, GUARD));
});

test("a reader's own buffer is written to, in whatever pieces it is offered", async () => {
  const { writer, stream } = outgoing(u8);
  writer.guest.bytes.set([1, 2, 3, 4, 5], BUFFER);
  const reader = stream.getReader({ mode: "byob" });
  const written = writer.copy(BUFFER, 5);
  const own = new Uint8Array(6);
  const first = await reader.read(own.subarray(1, 4));
  assert.deepEqual(first.value, bytes(1, 2, 3));
  assert.equal(first.value!.buffer.byteLength, 6, "it is the reader's");
  assert.deepEqual(new Uint8Array(first.value!.buffer), bytes(0, 1, 2, 3, 0, 0));
  assert.deepEqual(await written, ["completed", 3]);
  const pending = reader.read(new Uint8Array(4));
  await settled();
  writer.copy(BUFFER, 2);
  assert.deepEqual((await pending).value, bytes(1, 2));
  const last = reader.read(new Uint8Array(4));
  await settled();
  writer.drop();
  assert.deepEqual(await last, { done: true, value: new Uint8Array(0) });
  await reader.closed;
});

test("a reader whose elements are wider gets whole ones, and an error when the end comes within one", async () => {
  const { writer, stream } = outgoing(u8);
  writer.guest.bytes.set([1, 0, 2, 0, 3], BUFFER);
  const reader = stream.getReader({ mode: "byob" });
  const first = reader.read(new Uint16Array(2));
  await settled();
  assert.deepEqual(writer.copy(BUFFER, 1), ["completed", 1]);
  await settled();
  assert.deepEqual(writer.copy(BUFFER + 1, 3), ["completed", 3]);
  assert.deepEqual((await first).value, Uint16Array.of(1, 2));
  const second = reader.read(new Uint16Array(2));
  await settled();
  writer.copy(BUFFER, 1);
  writer.drop();
  await assert.rejects(second, TypeError);
});

for (const mode of ["byob", undefined] as const) {
  for (const first of ["reader", "writer"]) {
    test(`small pieces written in one breath are one chunk, ${first} first, ${mode ?? "without a buffer"}`, async () => {
      const { writer, stream, guest } = outgoing(u8);
      guest.bytes.set([1, 2, 3, 4, 5, 6, 7, 8, 9], BUFFER);
      const reader = stream.getReader(mode === undefined ? undefined : { mode }) as ReadableStreamBYOBReader;
      const read = () => reader.read(new Uint8Array(8));
      const chunk = first === "reader" ? read() : undefined;
      if (first === "reader") await settled();
      const written = writer.copy(BUFFER, 3);
      const waits = chunk ?? read();
      const three = ["completed", 3];
      if (first === "reader") assert.deepEqual(written, three);
      else assert.deepEqual(await written, three);
      assert.deepEqual(writer.copy(BUFFER + 3, 2), ["completed", 2]);
      assert.deepEqual(writer.copy(BUFFER + 5, 1), ["completed", 1]);
      guest.bytes.fill(0, BUFFER, BUFFER + 6);
      assert.deepEqual((await waits).value, bytes(1, 2, 3, 4, 5, 6));
      const late = writer.copy(BUFFER + 6, 1);
      await settled();
      assert.equal(writer.end.hasPendingEvent, false, "the breath is over");
      const last = read();
      assert.deepEqual(await late, ["completed", 1]);
      assert.deepEqual(writer.copy(BUFFER + 7, 2), ["completed", 2]);
      writer.drop();
      assert.deepEqual((await last).value, bytes(7, 8, 9));
      assert.equal((await read()).done, true);
    });
  }
}

test("small pieces fill a reader's buffer and no more", async () => {
  const { writer, stream } = outgoing(u8);
  const read = stream.getReader({ mode: "byob" }).read(new Uint8Array(5));
  await settled();
  assert.deepEqual(writer.copy(BUFFER, 3), ["completed", 3]);
  assert.deepEqual(writer.copy(BUFFER, 3), ["completed", 2]);
  const rest = writer.copy(BUFFER, 1);
  assert.equal(rest instanceof Promise, true);
  assert.equal((await read).value!.length, 5);
});

test("a large piece goes by itself", async () => {
  const { writer, stream } = outgoing(u8, 4);
  const read = stream.getReader().read();
  await settled();
  assert.deepEqual(writer.copy(BUFFER, 65536), ["completed", 65536]);
  assert.equal(writer.copy(BUFFER, 1) instanceof Promise, true);
  assert.equal((await read).value.length, 65536);
});

test("a stream that is cancelled in the middle of a breath", async () => {
  const { writer, stream, scheduler } = outgoing(u8);
  const reader = stream.getReader();
  const read = reader.read();
  await settled();
  writer.copy(BUFFER, 3);
  const cancelled = reader.cancel();
  assert.deepEqual(writer.copy(BUFFER, 3), ["dropped", 0]);
  await cancelled;
  assert.equal((await read).done, true);
  assert.equal(scheduler.outside, 0);
});

test("a lock given up while a read waits loses no bytes", async () => {
  const { writer, stream } = outgoing(u8);
  const first = stream.getReader({ mode: "byob" });
  const lost = first.read(new Uint8Array(2));
  await settled();
  first.releaseLock();
  await assert.rejects(lost, TypeError);
  writer.guest.bytes.set([1, 2, 3], BUFFER);
  assert.deepEqual(await writer.copy(BUFFER, 3), ["completed", 2]);
  const second = stream.getReader();
  const rest = writer.copy(BUFFER + 2, 1);
  assert.deepEqual([(await second.read()).value, (await second.read()).value], [bytes(1, 2), bytes(3)]);
  assert.deepEqual(await rest, ["completed", 1]);
});

test("a stream whose writer is gone is closed from the start", async () => {
  const guest = new TestGuest();
  const shared = new SharedStream(elementType(u8));
  writable(shared, guest, u8).drop();
  const stream = streamToJs(shared, guest.cx.instance.store);
  assert.equal(Scheduler.of(guest.cx.instance.store).outside, 0);
  await stream.getReader().closed;
});

for (const when of ["before it is read", "while a read waits", "after a read"]) {
  test(`the writer drops its end ${when}: the stream is closed`, async () => {
    const { writer, stream, scheduler } = outgoing(u32);
    const reader = stream.getReader();
    if (when === "after a read") {
      const read = reader.read();
      writer.copy(BUFFER, 1);
      await read;
    }
    const waits = when === "while a read waits" ? reader.read() : undefined;
    assert.equal(scheduler.outside, 1);
    writer.drop();
    assert.equal(scheduler.outside, 0);
    await reader.closed;
    assert.deepEqual(await (waits ?? reader.read()), { done: true, value: undefined });
  });
}

for (const when of ["before it is read", "while a read waits", "while a write waits", "by a loop that is left"]) {
  test(`cancelled ${when}: the readable end is dropped`, async () => {
    const { writer, stream, scheduler } = outgoing(u8);
    const reading = when === "while a read waits" ? stream.getReader() : undefined;
    const read = reading?.read();
    const write = when.endsWith("waits") && reading === undefined ? writer.copy(BUFFER, 4) : undefined;
    if (when.startsWith("by")) {
      queueMicrotask(() => writer.copy(BUFFER, 4));
      for await (const chunk of stream) {
        assert.equal((chunk as Uint8Array).length, 4);
        break;
      }
      await settled();
    } else await (reading ?? stream).cancel("no more");
    assert.equal(scheduler.outside, 0);
    if (read !== undefined) assert.deepEqual(await read, { done: true, value: undefined });
    assert.deepEqual(await (write ?? writer.copy(BUFFER, 4)), ["dropped", 0]);
  });
}

test("a cancelled stream that the writer drops then is counted once", async () => {
  const { writer, stream, scheduler } = outgoing(u8);
  await stream.cancel();
  writer.drop();
  await stream.cancel();
  assert.equal(scheduler.outside, 0);
});

test("each element is a chunk, in order, for readers that ask ahead too", async () => {
  const { writer, stream, guest } = outgoing(u32);
  const numbers = Array.from({ length: 200 }, (_, i) => i);
  new Uint32Array(guest.memory.buffer, BUFFER, 200).set(numbers);
  const reader = stream.getReader();
  const ahead = Array.from({ length: 210 }, () => reader.read());
  await settled();
  for (let done = 0; done < 200; ) done += (await writer.copy(BUFFER + 4 * done, Math.min(70, 200 - done)))[1];
  writer.drop();
  const read = await Promise.all(ahead);
  assert.deepEqual(
    read.slice(0, 200).map(({ value }) => value),
    numbers,
  );
  assert.ok(read.slice(200).every(({ done }) => done));
});

test("of a pending write a bounded number of elements is taken for one that was asked for", async () => {
  const { writer, stream } = outgoing(u32);
  const written = writer.copy(BUFFER, 1000);
  const reader = stream.getReader();
  await reader.read();
  const [result, count] = await written;
  assert.equal(result, "completed");
  assert.ok(count > 1 && count < 100, `${count}`);
  const more = writer.copy(BUFFER, 1000);
  for (let i = 1; i < count; i++) await reader.read();
  await settled();
  assert.equal(writer.end.hasPendingEvent, false, "what was taken came first");
  await reader.read();
  assert.equal((await more)[0], "completed");
});

test("elements that may hold handles are taken one by one: one that is not read would be lost", async () => {
  const { writer, stream } = outgoing(list({ kind: "future", element: undefined }));
  writer.guest.bytes.fill(0, BUFFER, BUFFER + 800);
  const written = writer.copy(BUFFER, 100);
  assert.deepEqual((await stream.getReader().read()).value, []);
  assert.deepEqual(await written, ["completed", 1]);
});

test("a stream without elements counts", async () => {
  const { writer, stream } = outgoing(undefined);
  const chunks = all(stream);
  assert.deepEqual(await writer.copy(0, 3), ["completed", 3]);
  writer.drop();
  assert.deepEqual(await chunks, [undefined, undefined, undefined]);
});

test("a zero-length write waits until somebody reads", async () => {
  const { writer, stream } = outgoing(u8);
  const ready = writer.copy(BUFFER, 0);
  await settled();
  assert.equal(writer.end.hasPendingEvent, false);
  const read = stream.getReader().read();
  assert.deepEqual(await ready, ["completed", 0]);
  assert.deepEqual(writer.copy(BUFFER, 0), ["completed", 0], "it still waits");
  assert.deepEqual(writer.copy(BUFFER, 1), ["completed", 1]);
  assert.deepEqual((await read).value, bytes(GUARD));
});

test("what can't be lifted is the fault of who wrote it, and the stream's error", async () => {
  const { writer, stream, scheduler } = outgoing(string);
  new Uint32Array(writer.guest.memory.buffer, BUFFER, 2).set([0x7fff_ffff, 4]);
  const waiting = writer.copy(BUFFER, 1) as Promise<unknown>;
  const failed = { code: "trap/out-of-bounds" };
  await assert.rejects(Promise.all([stream.getReader().read(), settled()]), failed);
  await assert.rejects(waiting, failed);
  assert.equal(scheduler.outside, 0);
});

test("what can't be lifted when the reader was there first traps in its writer", async () => {
  const { writer, stream } = outgoing(string);
  const read = stream.getReader().read();
  await settled();
  new Uint32Array(writer.guest.memory.buffer, BUFFER, 2).set([0x7fff_ffff, 4]);
  assert.throws(() => writer.copy(BUFFER, 1), { code: "trap/out-of-bounds" });
  writer.end.abandon(new Error("gone"));
  await assert.rejects(read, /gone/, "what it had still to write is lost");
});

test("a stream that was not read passes as it is, and is locked", async () => {
  const { writer, stream, guest, scheduler } = outgoing(u8);
  const { shared } = writer.end;
  assert.equal(streamFromJs(stream, elementType(u8), codecOf(u8), guest.cx), shared);
  assert.equal(scheduler.outside, 0);
  assert.equal(stream.locked, true);
  assert.equal(acceptsStream(stream), false);
  assert.throws(() => streamFromJs(stream, elementType(u8), codecOf(u8), guest.cx));
  writer.drop();
  assert.equal(scheduler.outside, 0);
});

test("a stream that was read to where it is, and let go, passes as it is", async () => {
  const { writer, stream, guest } = outgoing(u8);
  const reader = stream.getReader();
  const read = reader.read();
  await settled();
  writer.copy(BUFFER, 2);
  await read;
  reader.releaseLock();
  assert.equal(streamFromJs(stream, elementType(u8), codecOf(u8), guest.cx), writer.end.shared);
});

test("a stream of which something was taken passes through JavaScript, and loses nothing", async () => {
  const { writer, stream, guest } = outgoing(u32);
  new Uint32Array(guest.memory.buffer, BUFFER, 3).set([1, 2, 3]);
  const written = writer.copy(BUFFER, 3);
  const reader = stream.getReader();
  assert.equal((await reader.read()).value, 1);
  reader.releaseLock();
  assert.deepEqual(await written, ["completed", 3]);
  const shared = streamFromJs(stream, elementType(u32), codecOf(u32), guest.cx);
  assert.notEqual(shared, writer.end.shared);
  const end = readable(shared, guest, u32);
  for (const expected of [2, 3]) {
    assert.deepEqual(await end.copy(4096, 4), ["completed", 1]);
    assert.equal(new Uint32Array(guest.memory.buffer, 4096, 1)[0], expected);
  }
  const last = end.copy(4096, 4);
  writer.drop();
  assert.deepEqual(await last, ["dropped", 0]);
});

for (const [name, guest, type] of [
  ["another store", new TestGuest(), u8],
  ["another type", undefined, u32],
] as const) {
  test(`a stream passes through JavaScript to ${name}`, () => {
    const { writer, stream, guest: own } = outgoing(u8);
    assert.notEqual(streamFromJs(stream, elementType(type), codecOf(type), (guest ?? own).cx), writer.end.shared);
  });
}

test("what JavaScript gave comes back to it", async () => {
  const guest = new TestGuest();
  const person = record({ name: string });
  const given = streamFromJs([{ name: "a" }, { name: "b" }], elementType(person), codecOf(person), guest.cx);
  const back = streamToJs(given, guest.cx.instance.store);
  assert.deepEqual(await all(back), [{ name: "a" }, { name: "b" }]);
  const raw = streamToJs(streamFromJs(bytes(1, 2, 3), elementType(u8), codecOf(u8), guest.cx), guest.cx.instance.store);
  assert.deepEqual(await all(raw), [bytes(1, 2, 3)]);
  assert.equal(Scheduler.of(guest.cx.instance.store).outside, 0);
});

test("elements that come back keep their order, for readers that ask ahead too", async () => {
  const guest = new TestGuest();
  const numbers = Uint32Array.from({ length: 300 }, (_, i) => i);
  async function* chunks() {
    yield numbers.subarray(0, 200);
    yield numbers.subarray(200);
  }
  const reader = streamToJs(streamFromJs(chunks(), elementType(u32), codecOf(u32), guest.cx), guest.cx.instance.store).getReader();
  const ahead = Array.from({ length: 300 }, () => reader.read());
  assert.deepEqual(
    (await Promise.all(ahead)).map(({ value }) => value),
    [...numbers],
  );
});

test("cancelling what comes back cancels what was given", async () => {
  const guest = new TestGuest();
  const reasons: unknown[] = [];
  const source = new ReadableStream({ cancel: (reason) => void reasons.push(reason) });
  const back = streamToJs(streamFromJs(source, elementType(string), codecOf(string), guest.cx), guest.cx.instance.store);
  const reader = back.getReader();
  const read = reader.read();
  await reader.cancel();
  await settled();
  assert.deepEqual([reasons, await read], [[undefined], { done: true, value: undefined }]);
  assert.equal(Scheduler.of(guest.cx.instance.store).outside, 0);
});

test("iterates where ReadableStream does not", async () => {
  const { prototype } = ReadableStream;
  const own = Object.getOwnPropertyDescriptor(prototype, Symbol.asyncIterator)!;
  Reflect.deleteProperty(prototype, Symbol.asyncIterator);
  try {
    const first = outgoing(u32);
    queueMicrotask(() => first.writer.copy(BUFFER, 2));
    for await (const element of first.stream) {
      assert.equal(element, 0x3f3f3f3f);
      break;
    }
    await settled();
    assert.equal(first.scheduler.outside, 0);
    assert.equal(first.stream.locked, false);
    const second = outgoing(u32);
    const chunks = all(second.stream);
    await second.writer.copy(BUFFER, 2);
    second.writer.drop();
    assert.deepEqual(await chunks, [0x3f3f3f3f, 0x3f3f3f3f]);
  } finally {
    Object.defineProperty(prototype, Symbol.asyncIterator, own);
  }
});

test("says what is missing where there are no streams", () => {
  const own = globalThis.ReadableStream;
  try {
    Reflect.deleteProperty(globalThis, "ReadableStream");
    assert.throws(() => outgoing(u8), { code: "call/unsupported" });
  } finally {
    globalThis.ReadableStream = own;
  }
});

test("any writes reach any readers: the bytes are the same", async () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 20 });
  const buffers = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(sizes, buffers, fc.boolean(), async (sizes, buffers, readsFirst) => {
      const { writer, stream, guest } = outgoing(u8);
      const total = sizes.reduce((a, b) => a + b, 0);
      const content = Uint8Array.from({ length: total }, (_, i) => (i * 7) & 0xff);
      guest.bytes.set(content, BUFFER);
      guest.allow(BUFFER, BUFFER + total);
      const read: number[] = [];
      const reading = (async () => {
        if (!readsFirst) await settled();
        for (let i = 0; ; i++) {
          // 0: a reader without a buffer of its own.
          const size = buffers[i % buffers.length]!;
          const reader = size === 0 ? stream.getReader() : stream.getReader({ mode: "byob" });
          const { done, value } = await (size === 0
            ? (reader as ReadableStreamDefaultReader).read()
            : (reader as ReadableStreamBYOBReader).read(new Uint8Array(size)));
          reader.releaseLock();
          if (done) return;
          read.push(...(value as Uint8Array));
        }
      })();
      let at = 0;
      for (const size of sizes) {
        for (let left = size; left > 0; ) {
          const [result, count] = await writer.copy(BUFFER + at, left);
          assert.equal(result, "completed");
          left -= count;
          at += count;
        }
      }
      writer.drop();
      await reading;
      assert.deepEqual(read, [...content]);
      guest.checkGuards();
    }),
    { numRuns: 60 },
  );
});
