import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_BUFFERED_BYTES } from "../limits.ts";
import { CallbackSink, CollectingSink, closedSink, discardingSink, flushed } from "./output-sink.ts";
import { StreamFailure } from "./stream-failure.ts";
import { nextTurn } from "./waitable.ts";

const bytes = (string: string) => new TextEncoder().encode(string);

test("threat 12: a collecting sink keeps up to its limit and counts the rest", () => {
  const sink = new CollectingSink(4);
  sink.write(bytes("abc"));
  sink.write(bytes("def"));
  sink.write(bytes("ghi"));
  assert.deepEqual([sink.text(), sink.dropped], ["abcd", 5]);
});

test("the closed sink permits nothing, the discarding one everything", () => {
  assert.equal(closedSink.permit(), undefined);
  assert.equal(discardingSink.permit(), MAX_BUFFERED_BYTES);
});

/** A receiver that takes a chunk each time the test says so. */
function slowReceiver() {
  const taken: string[] = [];
  const pending: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const sink = new CallbackSink((chunk) => {
    taken.push(new TextDecoder().decode(chunk));
    return new Promise((resolve, reject) => pending.push({ resolve, reject }));
  });
  return { sink, taken, pending };
}

test("a slow receiver gets one chunk at a time, in order", async () => {
  const { sink, taken, pending } = slowReceiver();
  sink.write(bytes("a"));
  sink.write(bytes("b"));
  assert.deepEqual(taken, ["a"]);
  pending.shift()!.resolve();
  await nextTurn();
  assert.deepEqual(taken, ["a", "b"]);
});

test("threat 12: a full sink permits nothing until the receiver took something", async () => {
  const { sink, pending } = slowReceiver();
  sink.write(new Uint8Array(MAX_BUFFERED_BYTES - 1));
  assert.deepEqual([sink.permit(), sink.ready()], [1, true]);
  sink.write(new Uint8Array(1));
  assert.deepEqual([sink.permit(), sink.ready()], [0, false]);
  pending.shift()!.resolve();
  await nextTurn();
  assert.deepEqual([sink.permit(), sink.ready()], [MAX_BUFFERED_BYTES - 1, true]);
});

test("a flush permits nothing until all is passed on", async () => {
  const { sink, pending } = slowReceiver();
  sink.write(bytes("a"));
  sink.write(bytes("b"));
  let done = false;
  const wait = flushed(sink).then(() => {
    done = true;
  });
  pending.shift()!.resolve();
  await nextTurn();
  assert.deepEqual([sink.permit(), done], [0, false]);
  pending.shift()!.resolve();
  await wait;
  assert.equal(sink.permit(), MAX_BUFFERED_BYTES);
});

test("threat 24: a failure is told once, without the host's words; then the sink is closed", async () => {
  const { sink, pending } = slowReceiver();
  sink.write(bytes("a"));
  pending.shift()!.reject(new Error("/secret/path is gone"));
  await nextTurn();
  assert.throws(
    () => sink.permit(),
    (error) => error instanceof StreamFailure && !error.message.includes("/secret"),
  );
  assert.equal(sink.permit(), undefined);
  assert.equal(sink.ready(), true);
});

test("a receiver that is done at once never makes anyone wait", () => {
  const taken: number[] = [];
  const sink = new CallbackSink((chunk) => {
    taken.push(chunk.length);
    return undefined;
  });
  for (let i = 0; i < 3; i++) sink.write(new Uint8Array(MAX_BUFFERED_BYTES));
  sink.flush();
  assert.deepEqual([taken.length, sink.ready(), sink.permit()], [3, true, MAX_BUFFERED_BYTES]);
});
