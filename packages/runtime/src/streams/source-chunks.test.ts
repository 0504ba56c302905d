import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_READ_BYTES } from "../limits.ts";
import { BytesSource, type InputSource, QueueSource } from "./input-source.ts";
import { SourceChunks } from "./source-chunks.ts";
import { StreamFailure } from "./stream-failure.ts";
import { nextTurn } from "./waitable.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string => new TextDecoder().decode(value);

async function all(chunks: SourceChunks): Promise<string> {
  let read = "";
  for await (const chunk of chunks as unknown as AsyncIterable<Uint8Array>) read += text(chunk);
  return read;
}

test("gives all bytes, then the end", async () => {
  const content = "abc".repeat(MAX_READ_BYTES);
  const chunks = new SourceChunks(new BytesSource(content));
  assert.equal(await all(chunks), content);
  await chunks.closed;
  assert.equal(chunks.failure, undefined);
  assert.deepEqual(chunks.next(), { done: true, value: undefined });
});

test("what is there is given at once, without a promise; what is not is waited for", async () => {
  const source = new QueueSource(10);
  const chunks = new SourceChunks(source);
  source.push(bytes("ab"));
  assert.deepEqual(chunks.next(), { done: false, value: bytes("ab") });
  const later = chunks.next();
  assert.ok(later instanceof Promise);
  source.push(bytes("c"));
  assert.deepEqual(await later, { done: false, value: bytes("c") });
  source.end();
  assert.deepEqual(chunks.next(), { done: true, value: undefined });
});

test("a reader with little room gets no more than fits", () => {
  const chunks = new SourceChunks(new BytesSource("abcde"));
  assert.deepEqual(
    [2, 0, 2, 2, 2].map((room) => text((chunks.next(room) as IteratorResult<Uint8Array>).value)),
    ["ab", "", "cd", "e", ""],
  );
});

test("no room: waits for bytes and takes none", async () => {
  const source = new QueueSource(10);
  const chunks = new SourceChunks(source);
  const ready = chunks.next(0);
  assert.ok(ready instanceof Promise);
  source.push(bytes("a"));
  assert.deepEqual(await ready, { done: false, value: new Uint8Array(0) });
  assert.equal(source.size, 1);
});

test("no room: the end is no answer, the next read has it", async () => {
  const source = new QueueSource(10);
  const chunks = new SourceChunks(source);
  const ready = chunks.next(0);
  source.end();
  assert.deepEqual(await ready, { done: false, value: new Uint8Array(0) });
  assert.deepEqual(chunks.next(0), { done: false, value: new Uint8Array(0) });
  assert.deepEqual(chunks.next(1), { done: true, value: undefined });
  assert.deepEqual(chunks.next(0), { done: true, value: undefined });
});

test("chunks last, though the source uses its buffer again", () => {
  const buffer = new Uint8Array(1);
  const source: InputSource = {
    read: () => {
      buffer[0]! += 1;
      return buffer;
    },
    ready: () => true,
    onReady: () => () => {},
  };
  const chunks = new SourceChunks(source);
  const [first, second] = [chunks.next(), chunks.next()] as IteratorResult<Uint8Array>[];
  assert.deepEqual([first!.value[0], second!.value[0]], [1, 2]);
});

test("nothing is read ahead: the writer is held back", async () => {
  let wanted = 0;
  const source = new QueueSource(4, () => {
    wanted += 1;
  });
  const chunks = new SourceChunks(source);
  assert.equal(source.push(bytes("abcd")), false);
  await nextTurn();
  assert.deepEqual([source.size, wanted], [4, 0]);
  chunks.next();
  assert.deepEqual([source.size, wanted], [0, 1]);
});

test("a failure is the end of the stream, and told apart", async () => {
  const source = new QueueSource(10);
  const failure = new StreamFailure("cut");
  const chunks = new SourceChunks(source);
  source.push(bytes("ab"));
  source.fail(failure);
  assert.equal(await all(chunks), "ab");
  await chunks.closed;
  assert.equal(chunks.failure, failure);
});

test("a dropped stream waits no longer and leaves the source as it is", async () => {
  const source = new QueueSource(10);
  let cancelled = 0;
  const observed: InputSource = {
    read: (length) => source.read(length),
    ready: () => source.ready(),
    onReady(wake) {
      const cancel = source.onReady(wake);
      return () => {
        cancelled += 1;
        cancel();
      };
    },
  };
  const chunks = new SourceChunks(observed);
  const later = chunks.next();
  chunks.return();
  assert.deepEqual(await later, { done: true, value: undefined });
  await chunks.closed;
  assert.equal(cancelled, 1);
  source.push(bytes("ab"));
  assert.deepEqual(chunks.next(), { done: true, value: undefined });
  source.end();
  assert.equal(await all(new SourceChunks(source)), "ab");
});

test("two streams of one source share its bytes, and neither misses the end", async () => {
  const source = new QueueSource(10);
  const both = [all(new SourceChunks(source)), all(new SourceChunks(source))];
  for (const part of ["a", "b", "c"]) {
    source.push(bytes(part));
    await nextTurn();
  }
  source.end();
  assert.deepEqual([...(await Promise.all(both)).join("")].sort(), ["a", "b", "c"]);
});

test("a source without end leaves the event loop its turn", async () => {
  let ended = false;
  setTimeout(() => {
    ended = true;
  }, 1);
  const zeroes: InputSource = { read: (length) => (ended ? undefined : new Uint8Array(length)), ready: () => true, onReady: () => () => {} };
  const chunks = new SourceChunks(zeroes);
  while (!((await chunks.next()) as IteratorResult<Uint8Array>).done);
});
