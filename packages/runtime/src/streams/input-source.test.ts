import assert from "node:assert/strict";
import { test } from "node:test";
import { BytesSource, emptyInput, QueueSource } from "./input-source.ts";
import { StreamFailure } from "./stream-failure.ts";
import { untilReady } from "./waitable.ts";

const text = (bytes: Uint8Array | undefined) => (bytes === undefined ? "END" : new TextDecoder().decode(bytes));
const bytes = (string: string) => new TextEncoder().encode(string);

test("bytes that are all there are read in pieces, then comes the end", () => {
  const source = new BytesSource("hello");
  assert.deepEqual(
    [2, 0, 9, 1].map((length) => text(source.read(length))),
    ["he", "", "llo", "END"],
  );
  assert.equal(text(emptyInput.read(1)), "END");
});

test("a queue gives what was pushed, nothing while empty, the end after it", async () => {
  const queue = new QueueSource(100);
  assert.equal(queue.ready(), false);
  assert.equal(text(queue.read(5)), "");
  const wait = untilReady(queue);
  queue.push(bytes("abc"));
  queue.push(bytes("de"));
  await wait;
  queue.end();
  assert.deepEqual(
    [2, 2, 5, 1].map((length) => text(queue.read(length))),
    ["ab", "c", "de", "END"],
  );
});

test("a pusher is held back when the queue is full and called when it has room", () => {
  let wanted = 0;
  const queue = new QueueSource(4, () => {
    wanted += 1;
  });
  assert.equal(queue.push(bytes("ab")), true);
  assert.equal(queue.push(bytes("cdef")), false);
  queue.read(2);
  assert.deepEqual([queue.size, wanted], [4, 0]);
  queue.read(1);
  queue.read(1);
  assert.deepEqual([queue.size, wanted], [2, 1]);
});

test("a failure comes after the bytes, once; then the end", () => {
  const queue = new QueueSource(4);
  queue.push(bytes("x"));
  queue.fail(new StreamFailure("broken"));
  queue.push(bytes("too late"));
  assert.equal(text(queue.read(9)), "x");
  assert.throws(() => queue.read(9), { message: "broken" });
  assert.equal(text(queue.read(9)), "END");
});

test("a queue that is discarded lets the pusher go on and is ready at the end", async () => {
  let wanted = 0;
  const queue = new QueueSource(1, () => {
    wanted += 1;
  });
  assert.equal(queue.push(bytes("abc")), false);
  queue.discard();
  assert.deepEqual([wanted, queue.size, queue.ready()], [1, 0, false]);
  assert.equal(queue.push(bytes("more")), true);
  assert.equal(queue.size, 0);
  queue.end();
  assert.equal(queue.ready(), true);
});

test("a closed queue is at its end and keeps nothing", () => {
  const queue = new QueueSource(4);
  queue.push(bytes("x"));
  queue.close();
  assert.deepEqual([queue.size, text(queue.read(1))], [0, "END"]);
});
