import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Call } from "../link/connection.ts";
import { rewire } from "../link/rewire.ts";
import { Store } from "../store/store.ts";
import type { Part } from "./component.ts";
import { isDead, load } from "./test-wires.ts";

const ASKING = "test:async/asking";

interface Asking {
  ask(x: number, options?: { readonly signal?: AbortSignal }): Promise<number> | number;
  pass(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array>;
}

const asking = (part: Part): Asking => part.exports[ASKING] as Asking;
const end = (part: Part) => part.ends.get(ASKING)!;

/** JavaScript at the end of a chain of parts: answers by hand. */
class Answers implements Asking {
  readonly asked: { readonly x: number; readonly signal: AbortSignal; answer(value: number): void; fail(error: unknown): void }[] = [];
  ask(x: number, { signal }: { readonly signal?: AbortSignal } = {}): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.asked.push({ x, signal: signal!, answer: resolve, fail: reject });
    return promise;
  }
  pass(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    return stream;
  }
}

async function chain(length: number, last: Asking): Promise<Part[]> {
  const relay = await load("relay");
  const store = new Store();
  const parts: Part[] = [];
  let to: unknown = last;
  for (let i = 0; i < length; i++) {
    const part = await relay.open({ [ASKING]: to }, { store });
    parts.unshift(part);
    to = part.exports[ASKING];
  }
  return parts;
}

const bytes = (...chunks: readonly string[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
const text = async (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream).text();

test("async calls go through a chain of parts, at once and later", async () => {
  const [first] = await chain(3, { ask: (x) => 10 * x, pass: (stream) => stream });
  assert.equal(await asking(first!).ask(4), 43);
  const answers = new Answers();
  const [outer] = await chain(3, answers);
  const calls = [1, 2, 3].map((x) => asking(outer!).ask(x));
  await setImmediate();
  assert.deepEqual(
    answers.asked.map(({ x }) => x),
    [1, 2, 3],
  );
  for (const i of [2, 0, 1]) answers.asked[i]!.answer(100 * i);
  assert.deepEqual(await Promise.all(calls), [3, 103, 203]);
});

test("a call in flight finishes at the old end, a new one goes to the new", async () => {
  const [old, next] = [new Answers(), new Answers()];
  const [part] = await chain(1, old);
  const before = asking(part!).ask(1);
  await setImmediate();
  rewire([{ end: end(part!), to: next }]);
  const after = asking(part!).ask(2);
  await setImmediate();
  assert.deepEqual([old.asked.length, next.asked.length], [1, 1]);
  next.asked[0]!.answer(20);
  assert.equal(await after, 21);
  old.asked[0]!.answer(10);
  assert.equal(await before, 11);
});

test("a call through parts that are re-wired meanwhile is answered by whom it was asked of", async () => {
  const [old, next] = [new Answers(), new Answers()];
  const [first, second] = await chain(2, old);
  const [other] = await chain(1, next);
  assert.notEqual(first!.store, other!.store);
  const before = asking(first!).ask(1);
  await setImmediate();
  rewire([{ end: end(first!), to: null }]);
  await assert.rejects(Promise.resolve(asking(first!).ask(2)), { code: "wire/broken" });
  old.asked[0]!.answer(5);
  await assert.rejects(Promise.resolve(before), { code: "wire/broken" }, "the part that asked a broken wire is poisoned, and its calls with it");
  assert.ok(isDead(first!) && !isDead(second!));
});

test("an interposer sees the arguments of an async function, the answer, and may take its time", async () => {
  const answers = new Answers();
  const [part] = await chain(1, answers);
  const seen: unknown[] = [];
  const log = async ({ function: name, args, next }: Call) => {
    seen.push([name, ...args]);
    await setImmediate();
    const result = await next(...args);
    seen.push(result);
    return result;
  };
  rewire([{ end: end(part!), through: [log] }]);
  const call = asking(part!).ask(7);
  await setImmediate();
  await setImmediate();
  answers.asked[0]!.answer(70);
  assert.equal(await call, 71);
  assert.deepEqual(seen, [["ask", 7], 70]);
});

test("an aborted call cancels what it started, through parts and interposers", async () => {
  for (const through of [[], [({ args, next }: Call) => next(...args)]]) {
    const answers = new Answers();
    const [first, second] = await chain(2, answers);
    rewire([{ end: end(second!), through }]);
    const controller = new AbortController();
    const call = asking(first!).ask(1, { signal: controller.signal });
    const other = asking(first!).ask(2);
    await setImmediate();
    controller.abort(new Error("no longer wanted"));
    await assert.rejects(Promise.resolve(call), /no longer wanted/);
    await setImmediate();
    assert.deepEqual(
      answers.asked.map(({ signal }) => signal.aborted),
      [true, false],
    );
    answers.asked[1]!.answer(20);
    assert.equal(await other, 22);
    assert.deepEqual(first!.store.waiting, []);
  }
});

test("streams pass through parts, and finish where they began", async () => {
  const [first, second] = await chain(2, new Answers());
  const stream = asking(first!).pass(bytes("one ", "two"));
  rewire([{ end: end(first!), to: null }]);
  rewire([{ end: end(second!), to: null }]);
  assert.equal(await text(stream), "one two");
});

test("an interposer sees the elements of a stream, and changes them", async () => {
  const [part] = await chain(1, new Answers());
  let seen = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      seen += chunk.length;
      controller.enqueue(chunk.map((byte) => (byte === 0x6f ? 0x30 : byte)));
    },
  });
  const observe = ({ args, next }: Call) => (next(...args) as ReadableStream<Uint8Array>).pipeThrough(count as never);
  rewire([{ end: end(part!), through: [observe] }]);
  assert.equal(await text(asking(part!).pass(bytes("foo", "boo"))), "f00b00");
  assert.equal(seen, 6);
});

test("a trap beyond a wire fails the call, and whoever waits for it; with a guard only what is beyond is poisoned", async () => {
  for (const guard of [false, true]) {
    for (const later of [false, true]) {
      const answers = new Answers();
      const [first, second, third] = await chain(3, answers);
      // What the last part gets for 98 it traps on, when it was answered; 99 it traps on at once.
      const swap = ({ args, next }: Call) => next(later ? 98 : 99, ...args.slice(1));
      rewire([{ end: end(second!), through: [swap], guard }]);
      const call = Promise.resolve(asking(first!).ask(1));
      call.catch(() => {});
      await setImmediate();
      if (later) answers.asked[0]!.answer(1);
      await assert.rejects(call, (error: Error) => /unreachable/.test(error.message) || error.message.includes("is broken"));
      assert.ok(isDead(third!));
      // There is no err case to tell it by: whoever waits for the failure traps, and so does whoever waits for that.
      assert.ok(isDead(second!) && isDead(first!));
    }
  }
});

test("disposing of a part ends its calls, and tells those that it waits for", async () => {
  const answers = new Answers();
  const [first, second] = await chain(2, answers);
  const calls = [1, 2, 3].map((x) => Promise.resolve(asking(second!).ask(x)));
  const outer = Promise.resolve(asking(first!).ask(4));
  await setImmediate();
  second![Symbol.dispose]();
  for (const call of calls) await assert.rejects(call, { code: "trap/disposed" });
  await assert.rejects(outer, { code: "trap/disposed" });
  assert.ok(answers.asked.every(({ signal }) => signal.aborted));
  assert.deepEqual(first!.store.waiting, []);
});
