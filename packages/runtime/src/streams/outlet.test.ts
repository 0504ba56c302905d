import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_BUFFERED_BYTES } from "../limits.ts";
import type { Chunks } from "./chunk-reader.ts";
import { Outlet } from "./outlet.ts";
import { CallbackSink, CollectingSink, closedSink, discardingSink } from "./output-sink.ts";
import { StreamFailure } from "./stream-failure.ts";
import { nextTurn } from "./waitable.ts";

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A stream whose writer the test holds: a chunk is asked for only when it is read. */
function writable() {
  let asked = 0;
  let cancelled = false;
  const pulls: ((chunk: Uint8Array<ArrayBuffer> | undefined) => void)[] = [];
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        asked += 1;
        return new Promise<void>((resolve) =>
          pulls.push((chunk) => {
            if (chunk === undefined) controller.close();
            else controller.enqueue(chunk);
            resolve();
          }),
        );
      },
      cancel() {
        cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return {
    stream,
    async write(chunk: Uint8Array<ArrayBuffer> | undefined) {
      while (pulls.length === 0) await nextTurn();
      pulls.shift()!(chunk);
    },
    get asked() {
      return asked;
    },
    get cancelled() {
      return cancelled;
    },
  };
}

const whole: readonly (readonly [what: string, chunks: () => Chunks])[] = [
  ["a ReadableStream", () => new Blob(["abcd"]).stream()],
  [
    "an async iterable",
    () =>
      (async function* () {
        yield bytes("ab");
        yield bytes("cd");
      })(),
  ],
  ["an iterable", () => [bytes("ab"), bytes(""), bytes("cd")]],
  ["bytes", () => bytes("abcd")],
];
for (const [what, chunks] of whole) {
  test(`${what} is written to its end`, async () => {
    const sink = new CollectingSink();
    assert.equal(await new Outlet(sink).pour(chunks()), true);
    assert.equal(sink.text(), "abcd");
  });
}

test("nothing is asked for while the sink is full", async () => {
  const passed: (() => void)[] = [];
  let received = 0;
  const sink = new CallbackSink((chunk) => {
    received += chunk.length;
    return new Promise((resolve) => passed.push(resolve));
  });
  const writer = writable();
  const poured = new Outlet(sink).pour(writer.stream);
  await writer.write(new Uint8Array(MAX_BUFFERED_BYTES + 5));
  for (let turn = 0; turn < 3; turn++) await nextTurn();
  assert.deepEqual([received, writer.asked], [MAX_BUFFERED_BYTES, 1]);
  passed.shift()!();
  await writer.write(undefined);
  // The end is known, but not all of it is passed on.
  let done = false;
  void poured.then(() => {
    done = true;
  });
  await nextTurn();
  assert.deepEqual([received, done], [MAX_BUFFERED_BYTES + 5, false]);
  passed.shift()!();
  assert.equal(await poured, true);
});

test("a closed sink lets the stream go before anything is read", async () => {
  const writer = writable();
  assert.equal(await new Outlet(closedSink).pour(writer.stream), false);
  assert.deepEqual([writer.asked, writer.cancelled], [0, true]);
});

test("a sink that closes lets the stream go", async () => {
  const sink = new CallbackSink(() => undefined);
  const writer = writable();
  const poured = new Outlet(sink).pour(writer.stream);
  await writer.write(bytes("a"));
  await nextTurn();
  sink.close();
  await writer.write(bytes("b"));
  assert.equal(await poured, false);
  assert.equal(writer.cancelled, true);
});

test("a failure of the sink is thrown, even that of the last write", async () => {
  const failing = () =>
    new CallbackSink(() => {
      throw new StreamFailure("no room");
    });
  await assert.rejects(new Outlet(failing()).pour(bytes("a")), { message: "no room" });
  const late = new CallbackSink(() => Promise.reject(new StreamFailure("no room")));
  await assert.rejects(new Outlet(late).pour(bytes("a")), { message: "no room" });
});

test("several streams into one sink: it is flushed when all have ended", async () => {
  const sink = new CollectingSink();
  const outlet = new Outlet(sink);
  const [one, two] = [writable(), writable()];
  void outlet.pour(one.stream);
  void outlet.pour(two.stream);
  let flushed = false;
  const flush = outlet.flushed().then(() => {
    flushed = true;
  });
  await one.write(bytes("a"));
  await two.write(bytes("b"));
  await one.write(undefined);
  await nextTurn();
  assert.equal(flushed, false);
  await two.write(undefined);
  await flush;
  assert.equal(sink.text(), "ab");
});

test("a stream without end leaves the event loop its turn", async () => {
  let ended = false;
  setTimeout(() => {
    ended = true;
  }, 1);
  function* zeroes() {
    while (!ended) yield new Uint8Array(1);
  }
  assert.equal(await new Outlet(discardingSink).pour(zeroes()), true);
});
