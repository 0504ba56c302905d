import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_BUFFERED_BYTES, MAX_READ_BYTES } from "../../../limits.ts";
import { BytesSource, emptyInput, type InputSource, QueueSource } from "../../../streams/input-source.ts";
import { CallbackSink, CollectingSink, closedSink, type OutputSink } from "../../../streams/output-sink.ts";
import { StreamFailure } from "../../../streams/stream-failure.ts";
import { neverReady } from "../../../streams/test-waitable.ts";
import { IoError } from "./error.ts";
import { InputStream, OutputStream } from "./streams.ts";

const bytes = (string: string) => new TextEncoder().encode(string);
const text = (value: unknown) => new TextDecoder().decode(value as Uint8Array);
const isTrap = (error: { code: string }) => error.code === "trap/host-threw";
const isClosed = (error: { tag: string }) => error.tag === "closed";
const isFailed = (error: { tag: string; val: unknown }) => error.tag === "last-operation-failed" && error.val instanceof IoError;
const HUGE = 2n ** 64n - 1n;

/** A sink whose receiver takes a chunk when the test says so. */
function slow(): { sink: CallbackSink; pending: PromiseWithResolvers<void>[] } {
  const pending: PromiseWithResolvers<void>[] = [];
  const sink = new CallbackSink(() => {
    const taken = Promise.withResolvers<void>();
    pending.push(taken);
    return taken.promise;
  });
  return { sink, pending };
}

function failing(): InputSource & OutputSink {
  let told = false;
  const fail = (): undefined => {
    if (told) return undefined;
    told = true;
    throw new StreamFailure("it broke");
  };
  return { read: fail, permit: fail, write: () => {}, flush: () => {}, ready: () => true, onReady: neverReady.onReady };
}

test("read: what is there, at most so much; closed at the end", () => {
  const stream = new InputStream(new BytesSource("hello"));
  assert.equal(text(stream.read(2n)), "he");
  assert.equal(text(stream.read(0n)), "");
  assert.equal(text(stream.read(HUGE)), "llo");
  assert.throws(() => stream.read(1n), isClosed);
  assert.throws(() => stream.read(0n), isClosed);
});

test("threat 11: a read of a huge length allocates no more than the limit", () => {
  const lengths: number[] = [];
  const source: InputSource = {
    read(length) {
      lengths.push(length);
      return new Uint8Array(Math.min(length, 10));
    },
    ready: () => true,
    onReady: neverReady.onReady,
  };
  const stream = new InputStream(source);
  stream.read(HUGE);
  stream.skip(2n ** 32n);
  assert.deepEqual(lengths, [MAX_READ_BYTES, MAX_READ_BYTES]);
});

test("read: nothing yet is an empty list; blocking-read waits and copies", async () => {
  const queue = new QueueSource(100);
  const stream = new InputStream(queue);
  assert.equal(text(stream.read(5n)), "");
  const waiting = stream.blockingRead(3n);
  assert.ok(waiting instanceof Promise);
  const pushed = bytes("abcdef");
  queue.push(pushed);
  const read = await waiting;
  pushed.fill(0);
  assert.equal(text(read), "abc");
  assert.equal(stream.blockingRead(0n) instanceof Promise, false);
});

test("blocking-read: closed while waiting", async () => {
  const queue = new QueueSource(100);
  const waiting = new InputStream(queue).blockingRead(3n);
  queue.end();
  await assert.rejects(waiting as Promise<unknown>, isClosed);
});

test("skip and blocking-skip count", async () => {
  const queue = new QueueSource(100);
  const stream = new InputStream(queue);
  assert.equal(stream.skip(4n), 0n);
  const waiting = stream.blockingSkip(4n);
  queue.push(bytes("abcdefg"));
  assert.equal(await waiting, 4n);
  assert.equal(stream.skip(HUGE), 3n);
  assert.throws(() => new InputStream(emptyInput).blockingSkip(1n), isClosed);
});

test("a failure is told once with an error that can be asked, then the stream is closed", () => {
  const stream = new InputStream(failing());
  let failure: { val: IoError } | undefined;
  assert.throws(
    () => stream.read(1n),
    (error: { tag: string; val: IoError }) => {
      failure = error;
      return isFailed(error);
    },
  );
  assert.equal(failure!.val.toDebugString(), "it broke");
  assert.throws(() => stream.read(1n), isClosed);
});

test("a fault of the host's own is no error value", () => {
  const source: InputSource = {
    read() {
      throw new TypeError("host bug");
    },
    ready: () => true,
    onReady: neverReady.onReady,
  };
  assert.throws(() => new InputStream(source).read(1n), TypeError);
});

test("subscribe: ready when there is something to read or the end", async () => {
  const queue = new QueueSource(100);
  const pollable = new InputStream(queue).subscribe();
  assert.equal(pollable.ready(), false);
  queue.push(bytes("x"));
  assert.equal(pollable.ready(), true);
});

test("a guest that reads in a loop gives the event loop a turn", async () => {
  const queue = new QueueSource(100);
  const stream = new InputStream(queue);
  setTimeout(() => queue.push(bytes("x")), 0);
  for (let asked = 0; ; asked++) {
    const answer = stream.read(1n);
    if ((answer instanceof Promise ? await answer : answer).length === 1) break;
    assert.ok(asked < 10_000);
  }
});

test("dropping tells the owner", () => {
  let dropped = "";
  new InputStream(emptyInput, () => {
    dropped += "in";
  })[Symbol.dispose]();
  new OutputStream(closedSink, () => {
    dropped += "out";
  })[Symbol.dispose]();
  assert.equal(dropped, "inout");
});

test("write: only what check-write permitted", () => {
  const sink = new CollectingSink();
  const stream = new OutputStream(sink);
  assert.throws(() => stream.write(bytes("x")), isTrap);
  assert.equal(stream.checkWrite(), BigInt(MAX_BUFFERED_BYTES));
  stream.write(bytes("hello"));
  stream.write(new Uint8Array(MAX_BUFFERED_BYTES - 5));
  assert.throws(() => stream.write(bytes("x")), isTrap);
  assert.equal(sink.bytes().length, MAX_BUFFERED_BYTES);
});

test("threat 12: a write of more than was permitted traps and writes nothing", () => {
  const sink = new CollectingSink();
  const stream = new OutputStream(sink);
  const permit = Number(stream.checkWrite());
  assert.throws(() => stream.write(new Uint8Array(permit + 1)), isTrap);
  assert.equal(sink.bytes().length, 0);
});

test("write: closed since it was permitted", () => {
  const sink = new CallbackSink(() => undefined);
  const stream = new OutputStream(sink);
  stream.checkWrite();
  sink.close();
  assert.throws(() => stream.write(bytes("x")), isClosed);
});

test("write: two handles on one sink each may use their permit", () => {
  const { sink } = slow();
  const [a, b] = [new OutputStream(sink), new OutputStream(sink)];
  const [permitA, permitB] = [Number(a.checkWrite()), Number(b.checkWrite())];
  a.write(new Uint8Array(permitA));
  b.write(new Uint8Array(permitB));
  assert.equal(sink.permit(), 0);
});

test("write-zeroes writes zeroes under the same rule", () => {
  const sink = new CollectingSink();
  const stream = new OutputStream(sink);
  assert.throws(() => stream.writeZeroes(1n), isTrap);
  stream.checkWrite();
  stream.writeZeroes(3n);
  assert.deepEqual(sink.bytes(), new Uint8Array(3));
  assert.throws(() => stream.writeZeroes(HUGE), isTrap);
});

test("blocking-write-and-flush: at most 4096 bytes", () => {
  const sink = new CollectingSink();
  const stream = new OutputStream(sink);
  assert.equal(stream.blockingWriteAndFlush(new Uint8Array(4096)), undefined);
  assert.throws(() => stream.blockingWriteAndFlush(new Uint8Array(4097)), isTrap);
  stream.blockingWriteZeroesAndFlush(4096n);
  assert.throws(() => stream.blockingWriteZeroesAndFlush(4097n), isTrap);
  assert.throws(() => stream.blockingWriteZeroesAndFlush(HUGE), isTrap);
  assert.equal(sink.bytes().length, 8192);
});

test("blocking-write-and-flush waits until all is passed on, also when there was no room", async () => {
  const { sink, pending } = slow();
  const stream = new OutputStream(sink);
  stream.checkWrite();
  stream.write(new Uint8Array(MAX_BUFFERED_BYTES - 10));
  let done = false;
  const waiting = Promise.resolve(stream.blockingWriteAndFlush(new Uint8Array(100))).then(() => {
    done = true;
  });
  while (!done) {
    assert.ok(pending.length > 0 || done);
    pending.shift()?.resolve();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await waiting;
});

test("blocking-write-and-flush: the failure of what was written is its error", async () => {
  const { sink, pending } = slow();
  const waiting = new OutputStream(sink).blockingWriteAndFlush(bytes("x"));
  pending[0]!.reject(new Error("no"));
  await assert.rejects(waiting as Promise<void>, isFailed);
});

test("flush: check-write gives 0 until it is done; the pollable tells", async () => {
  const { sink, pending } = slow();
  const stream = new OutputStream(sink);
  stream.checkWrite();
  stream.write(bytes("x"));
  stream.flush();
  assert.equal(stream.checkWrite(), 0n);
  const pollable = stream.subscribe();
  assert.equal(pollable.ready(), false);
  pending[0]!.resolve();
  await pollable.block();
  assert.equal(stream.checkWrite(), BigInt(MAX_BUFFERED_BYTES));
});

test("flush uses up the permit", () => {
  const stream = new OutputStream(new CollectingSink());
  stream.checkWrite();
  stream.flush();
  assert.throws(() => stream.write(bytes("x")), isTrap);
});

test("a closed stream: every operation but subscribe says so", () => {
  const stream = new OutputStream(closedSink);
  const operations: (() => unknown)[] = [
    () => stream.checkWrite(),
    () => stream.write(new Uint8Array(0)),
    () => stream.blockingWriteAndFlush(bytes("x")),
    () => stream.flush(),
    () => stream.blockingFlush(),
    () => stream.writeZeroes(0n),
    () => stream.blockingWriteZeroesAndFlush(1n),
    () => stream.splice(new InputStream(new BytesSource("x")), 1n),
    () => stream.blockingSplice(new InputStream(new BytesSource("x")), 1n),
  ];
  for (const operation of operations) assert.throws(operation, isClosed);
  assert.equal(stream.subscribe().ready(), true);
});

test("a failure of the sink is told once, then it is closed", () => {
  const stream = new OutputStream(failing());
  assert.throws(() => stream.checkWrite(), isFailed);
  assert.throws(() => stream.checkWrite(), isClosed);
});

test("splice moves what is there and permitted", () => {
  const sink = new CollectingSink();
  const stream = new OutputStream(sink);
  const source = new InputStream(new BytesSource("hello"));
  assert.equal(stream.splice(source, 3n), 3n);
  assert.equal(stream.splice(source, HUGE), 2n);
  assert.throws(() => stream.splice(source, 1n), isClosed);
  assert.equal(sink.text(), "hello");
});

test("splice keeps no bytes that the source may overwrite", () => {
  const shared = bytes("first");
  let reads = 0;
  const source: InputSource = {
    read(length) {
      if (reads++ > 0) shared.set(bytes("again"));
      return shared.subarray(0, length);
    },
    ready: () => true,
    onReady: neverReady.onReady,
  };
  const sink = new CollectingSink();
  const stream = new OutputStream(sink);
  const input = new InputStream(source);
  stream.splice(input, 5n);
  stream.splice(input, 5n);
  assert.equal(sink.text(), "firstagain");
});

test("blocking-splice waits for both sides", async () => {
  const { sink, pending } = slow();
  const queue = new QueueSource(100);
  const stream = new OutputStream(sink);
  stream.checkWrite();
  stream.write(new Uint8Array(MAX_BUFFERED_BYTES));
  const waiting = stream.blockingSplice(new InputStream(queue), 10n);
  queue.push(bytes("xyz"));
  pending[0]!.resolve();
  assert.equal(await waiting, 3n);
  assert.equal(stream.blockingSplice(new InputStream(queue), 0n), 0n);
});
