import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { Scheduler } from "../concurrency/scheduler.ts";
import type { ValueType } from "../types/component-types.ts";
import { elementType } from "./element-type.ts";
import { acceptsStream, streamFromJs } from "./host-stream.ts";
import { type GuestEnd, readable, settled } from "./test-ends.ts";
import { codecOf, f64, GUARD, list, record, string, TestGuest, u8, u16, u32 } from "./test-guest.ts";

const unhandled: unknown[] = [];
process.on("unhandledRejection", (error) => unhandled.push(error));
after(async () => {
  await settled();
  assert.deepEqual(unhandled, []);
});

const BUFFER = 4096;

interface Incoming {
  readonly guest: TestGuest;
  readonly reader: GuestEnd;
  readonly scheduler: Scheduler;
}

/** What JavaScript gave, and the guest's readable end of it. */
function incoming(value: unknown, type: ValueType | undefined, pages = 1): Incoming {
  const guest = new TestGuest("i32", [], pages);
  assert.equal(acceptsStream(value), true);
  const shared = streamFromJs(value, elementType(type), type === undefined ? undefined : codecOf(type), guest.cx);
  return { guest, reader: readable(shared, guest, type), scheduler: Scheduler.of(guest.cx.instance.store) };
}

function at(guest: TestGuest, length: number): number[] {
  return [...guest.bytes.subarray(BUFFER, BUFFER + length)];
}

async function readAll({ guest, reader }: Incoming, sizes: readonly number[]): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; ; i++) {
    const [result, count] = await reader.copy(BUFFER, sizes[i % sizes.length]!);
    all.push(...at(guest, count));
    if (result === "dropped") return all;
  }
}

/** An async iterable that writes down what is asked of it. */
class Watched {
  readonly log: string[] = [];
  readonly #steps: (() => unknown)[];

  constructor(...steps: (() => unknown)[]) {
    this.#steps = steps;
  }

  [Symbol.asyncIterator]() {
    return this;
  }
  next(room: number): unknown {
    this.log.push(`next ${room}`);
    return this.#steps.shift()?.() ?? { done: true, value: undefined };
  }
  return(): unknown {
    this.log.push("return");
    return Promise.reject(new Error("nobody sees this"));
  }
}

/** One that can be told why it is ended. */
class Told extends Watched {
  throw(error: Error): unknown {
    this.log.push(error.message);
    throw error;
  }
}

function streamOf(chunks: readonly unknown[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

const gives = (value: unknown) => () => ({ done: false, value });
const givesLater = (value: unknown) => async () => ({ done: false, value });
const bytes = (...values: number[]) => Uint8Array.from(values);
const never = () => new Promise<never>(() => {});

for (const [value, accepted] of [
  [new ReadableStream(), true],
  [[], true],
  [new Set(), true],
  [new Watched(), true],
  [new DataView(new ArrayBuffer(1)), true],
  [new Uint8Array(), true],
  ["text", false],
  [new ArrayBuffer(1), false],
  [{}, false],
  [null, false],
  [undefined, false],
  [5, false],
  [() => {}, false],
] as const) {
  test(`accepts ${Object.prototype.toString.call(value)} ${typeof value} as a stream: ${accepted}`, () => assert.equal(acceptsStream(value), accepted));
}

test("a locked stream is not accepted", () => {
  const stream = new ReadableStream();
  stream.getReader();
  assert.equal(acceptsStream(stream), false);
});

const content = bytes(1, 2, 3, 4, 5, 6, 7);
for (const [name, source] of [
  ["one array", () => content],
  ["a part of a buffer", () => new DataView(bytes(0, 0, ...content, 0).buffer, 2, 7)],
  ["wider numbers", () => new Uint16Array(bytes(1, 2, 3, 4, 5, 6).buffer)],
  ["chunks in an array", () => [bytes(1, 2, 3), bytes(), bytes(4, 5, 6, 7)]],
  ["numbers in an array", () => [...content]],
  ["a generator", () => [bytes(1, 2, 3), bytes(4), bytes(5, 6, 7)].values()],
  ["a stream", () => streamOf([bytes(1, 2, 3), bytes(), bytes(4, 5, 6, 7)])],
  [
    "a byte stream",
    () =>
      new ReadableStream({
        type: "bytes",
        start(controller) {
          controller.enqueue(bytes(1, 2, 3));
          controller.enqueue(bytes(4, 5, 6, 7));
          controller.close();
        },
      }),
  ],
  ["an async iterable", () => new Watched(givesLater(bytes(1, 2, 3)), givesLater(new Uint16Array(bytes(4, 5, 6, 7).buffer)))],
  ["one that answers at once", () => new Watched(gives(bytes(1, 2, 3)), givesLater(bytes()), gives(bytes(4, 5, 6, 7)))],
] as const) {
  for (const sizes of [[1], [3], [100], [2, 0, 5]]) {
    test(`${name} is read in pieces of ${sizes}`, async () => {
      const all = incoming(source(), u8);
      assert.deepEqual(await readAll(all, sizes), [...content].slice(0, name === "wider numbers" ? 6 : 7));
      assert.equal(all.scheduler.outside, 0);
      all.guest.checkGuards();
    });
  }
}

test("what is there is read at once", () => {
  for (const source of [content, [content], [...content], new Watched(gives(content))]) {
    const { guest, reader } = incoming(source, u8);
    assert.deepEqual(reader.copy(BUFFER, 10), ["completed", 7]);
    assert.deepEqual(at(guest, 8), [...content, GUARD]);
    assert.deepEqual(reader.copy(BUFFER, 10), ["dropped", 0]);
  }
});

test("a guest that reads on at once, however much there is, gets to wait now and then", async () => {
  for (const source of [new Uint8Array(1000), new Array(1000).fill(0)]) {
    const { guest, reader, scheduler } = incoming(source, u8);
    let waits = 0;
    for (let i = 0; i < 1000; i++) {
      const read = reader.copy(BUFFER, 1);
      if (read instanceof Promise) waits += 1;
      assert.deepEqual(await read, ["completed", 1]);
    }
    assert.ok(waits >= 5 && waits <= 20, `${waits}`);
    assert.deepEqual(await reader.copy(BUFFER, 1), ["dropped", 0]);
    assert.equal(scheduler.outside, 0);
    guest.checkGuards();
  }
});

test("the source is asked when the guest reads, for as much as there is room for, and only once", async () => {
  const source = new Watched(gives(bytes(1, 2, 3)), givesLater(bytes(4)), gives(bytes(5)));
  const { reader, scheduler } = incoming(source, u8);
  await settled();
  assert.deepEqual(source.log, []);
  assert.deepEqual(reader.copy(BUFFER, 2), ["completed", 2]);
  assert.deepEqual(reader.copy(BUFFER, 2), ["completed", 1]);
  assert.deepEqual(source.log, ["next 2"], "what was left came first, and by itself");
  const read = reader.copy(BUFFER, 5);
  assert.equal(scheduler.outside, 1);
  assert.deepEqual(await read, ["completed", 1]);
  assert.equal(scheduler.outside, 0);
  await settled();
  assert.deepEqual(source.log, ["next 2", "next 5"], "nothing is asked ahead");
});

test("a ReadableStream is asked for one chunk at a time", async () => {
  let pulls = 0;
  const stream = new ReadableStream({ pull: (controller) => controller.enqueue(bytes(pulls++)) }, { highWaterMark: 0 });
  const { reader } = incoming(stream, u8);
  assert.equal(stream.locked, true);
  await settled();
  assert.equal(pulls, 0);
  for (let i = 1; i < 4; i++) {
    assert.deepEqual(await reader.copy(BUFFER, 100), ["completed", 1]);
    await settled();
    assert.equal(pulls, i);
  }
});

test("an iterable is asked for no more than there is room for", () => {
  let given = 0;
  function* numbers() {
    for (;;) yield given++;
  }
  const { guest, reader } = incoming(numbers(), u32);
  assert.deepEqual(reader.copy(BUFFER, 5), ["completed", 5]);
  assert.equal(given, 5);
  assert.deepEqual([...new Uint32Array(guest.memory.buffer, BUFFER, 5)], [0, 1, 2, 3, 4]);
  assert.deepEqual(reader.copy(BUFFER, 2), ["completed", 2]);
  assert.equal(given, 7);
});

test("a very large read of an endless iterable comes to an end", () => {
  function* numbers() {
    for (let i = 0; ; i++) yield i;
  }
  const { reader } = incoming(numbers(), u8, 20);
  assert.throws(() => reader.copy(BUFFER, 2 ** 28), { code: "trap/waitable" });
  const { reader: other } = incoming(bytes(1).values(), u8);
  assert.deepEqual(other.copy(BUFFER, 2 ** 15), ["completed", 1]);
});

for (const [name, source] of [
  ["an array", () => content],
  ["an iterable", () => [content]],
  ["an async iterable", () => new Watched(givesLater(content))],
  ["one that knows", () => new Watched(gives(bytes()), gives(content))],
  ["one that knows later", () => new Watched(givesLater(bytes()), givesLater(content))],
] as const) {
  test(`a zero-length read of ${name} tells that there is something`, async () => {
    const { reader, guest } = incoming(source(), u8);
    assert.deepEqual(await reader.copy(BUFFER, 0), ["completed", 0]);
    assert.deepEqual(await reader.copy(BUFFER, 3), ["completed", 3]);
    assert.deepEqual(await reader.copy(BUFFER, 0), ["completed", 0]);
    assert.deepEqual(await reader.copy(BUFFER, 9), ["completed", 4]);
    assert.deepEqual(at(guest, 4), [4, 5, 6, 7]);
    assert.deepEqual(await reader.copy(BUFFER, 0), ["dropped", 0]);
  });
}

test("a zero-length read asks for nothing but whether there is something", () => {
  const source = new Watched(gives(bytes()), gives(content));
  const { reader } = incoming(source, u8);
  assert.deepEqual(reader.copy(BUFFER, 0), ["completed", 0]);
  assert.deepEqual(source.log, ["next 0"]);
});

test("the end that came for a cancelled read is what the next one reads: one of zero length only learns that it need not wait", async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const { reader } = incoming(new Watched(() => promise), u8);
  reader.copy(BUFFER, 9);
  assert.deepEqual(reader.cancel(), ["cancelled", 0]);
  const asked = reader.copy(BUFFER, 0);
  resolve({ done: true, value: undefined });
  assert.deepEqual(await asked, ["completed", 0]);
  assert.deepEqual(await reader.copy(BUFFER, 9), ["dropped", 0]);
});

test("a read that is cancelled loses nothing of what comes for it", async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const source = new Watched(() => promise);
  const { guest, reader, scheduler } = incoming(source, u8);
  reader.copy(BUFFER, 9);
  assert.deepEqual(reader.cancel(), ["cancelled", 0]);
  const again = reader.copy(BUFFER, 2);
  assert.deepEqual(source.log, ["next 9"]);
  reader.cancel();
  resolve({ done: false, value: content });
  await settled();
  assert.equal(scheduler.outside, 0);
  assert.deepEqual(reader.copy(BUFFER, 9), ["completed", 7]);
  assert.deepEqual(at(guest, 7), [...content]);
  assert.equal(await Promise.race([again, settled()]), undefined);
});

for (const when of ["before it is read", "after a read", "while a read was cancelled"]) {
  for (const [name, make] of [
    ["an async iterable", (log: string[]) => Object.assign(new Watched(givesLater(content), never), { log })],
    [
      "a stream",
      (log: string[]) =>
        new ReadableStream(
          {
            pull: (controller) => (log.push("next") === 1 ? controller.enqueue(content) : never()),
            async cancel() {
              log.push("return");
              raise();
            },
          },
          { highWaterMark: 0 },
        ),
    ],
    [
      "a generator that throws then",
      (log: string[]) =>
        Object.assign([content][Symbol.iterator](), {
          return() {
            log.push("return");
            throw new Error("nobody sees this");
          },
        }),
    ],
  ] as const) {
    test(`the guest drops its end ${when}: ${name} is cancelled, once`, async () => {
      const log: string[] = [];
      const { reader, scheduler } = incoming(make(log), u8);
      if (when !== "before it is read") await reader.copy(BUFFER, 3);
      if (when.startsWith("while") && name !== "a generator that throws then") {
        await reader.copy(BUFFER, 9);
        reader.copy(BUFFER, 9);
        assert.equal(scheduler.outside, 1);
        reader.cancel();
      }
      reader.drop();
      assert.equal(scheduler.outside, 0);
      await settled();
      assert.equal(log.filter((line) => line === "return").length, 1);
      reader.end.abandon(undefined);
      await settled();
      assert.equal(log.filter((line) => line === "return").length, 1);
    });
  }
}

for (const [name, source] of [
  ["throws at once", new Watched(gives(bytes(1)), () => raise())],
  ["rejects", new Watched(gives(bytes(1)), () => Promise.reject(new Error("no")))],
  ["answers nonsense", new Watched(gives(bytes(1)), async () => 5)],
  ["answers nothing", new Watched(gives(bytes(1)), async () => null)],
  [
    "is errored",
    new ReadableStream(
      {
        async pull(controller) {
          controller.enqueue(bytes(1));
          raise();
        },
      },
      { highWaterMark: 0 },
    ),
  ],
  [
    "is a generator that throws",
    (function* () {
      yield bytes(1);
      throw new Error("no");
    })(),
  ],
  [
    "is an async generator that throws",
    (async function* () {
      yield bytes(1);
      throw new Error("no");
    })(),
  ],
] as const) {
  test(`a source that ${name} ends the stream`, async () => {
    const { reader, scheduler } = incoming(source, u8);
    assert.deepEqual(await reader.copy(BUFFER, 1), ["completed", 1]);
    assert.deepEqual(await reader.copy(BUFFER, 1), ["dropped", 0]);
    assert.equal(scheduler.outside, 0);
  });
}

function raise(): never {
  throw new Error("no");
}

test("one that can't even begin is at its end", () => {
  const { reader } = incoming({ [Symbol.iterator]: raise }, u8);
  assert.deepEqual(reader.copy(BUFFER, 1), ["dropped", 0]);
});

test("an iterable that throws gives what came before", () => {
  function* some() {
    yield 1;
    yield 2;
    throw new Error("no");
  }
  const { reader } = incoming(some(), u32);
  assert.deepEqual(reader.copy(BUFFER, 9), ["completed", 2]);
  assert.deepEqual(reader.copy(BUFFER, 9), ["dropped", 0]);
});

const person = record({ name: string, age: u8 });
const wrong = 'element 3 of a stream.age: expected u8, got string "old"';

test("an element of another type ends the stream, and its source is told which", async () => {
  const people = [
    { name: "a", age: 1 },
    { name: "b", age: 2 },
    { name: "c", age: "old" },
  ];
  const told = new Told(...people.map((value) => gives(value)));
  const all = incoming(told, person);
  assert.deepEqual([await all.reader.copy(BUFFER, 9), await all.reader.copy(BUFFER, 9)].flat(), ["completed", 1, "completed", 1]);
  assert.deepEqual(await all.reader.copy(BUFFER, 9), ["dropped", 0]);
  await settled();
  assert.deepEqual(told.log.slice(3), [wrong]);

  const reasons: Error[] = [];
  const stream = new ReadableStream({
    start(controller) {
      for (const value of people) controller.enqueue(value);
    },
    cancel: (reason) => void reasons.push(reason),
  });
  const streamed = incoming(stream, person);
  for (const expected of ["completed", "completed", "dropped"]) assert.equal((await streamed.reader.copy(BUFFER, 9))[0], expected);
  await settled();
  assert.deepEqual(
    reasons.map(({ message, ...rest }) => [message, (rest as { code?: string }).code]),
    [[wrong, "call/type-mismatch"]],
  );

  const thrown: Error[] = [];
  function* generator() {
    try {
      for (const value of people) yield value;
    } catch (error) {
      thrown.push(error as Error);
    }
  }
  const generated = incoming(generator(), person);
  assert.deepEqual(generated.reader.copy(BUFFER, 9), ["completed", 2]);
  await settled();
  assert.deepEqual(
    thrown.map(({ message }) => message),
    [wrong],
  );
  assert.deepEqual(generated.reader.copy(BUFFER, 9), ["dropped", 0]);
  assert.deepEqual(generated.guest.calls.length, 2);
});

test("an element that is another one when it is moved ends the stream", async () => {
  let asked = 0;
  const fickle = {
    age: 1,
    get name() {
      return asked++ === 0 ? "a" : 5;
    },
  };
  const told = new Told(gives(fickle));
  const { reader } = incoming(told, person);
  assert.deepEqual(reader.copy(BUFFER, 1), ["dropped", 0]);
  await settled();
  assert.deepEqual(told.log.slice(1), ["element 1 of a stream.name: expected string, got number 5"]);
});

for (const [name, type, value, expected] of [
  ["an array of the type", u16, Uint16Array.of(1, 2, 300), [1, 0, 2, 0, 44, 1]],
  ["chunks of the type", u16, [Uint16Array.of(1), Uint16Array.of(2, 300)], [1, 0, 2, 0, 44, 1]],
  ["an array of another type, by its elements", u16, Uint8Array.of(1, 2), [1, 0, 2, 0]],
  ["floats", f64, Float64Array.of(1), [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]],
] as const) {
  test(`numbers: ${name}`, () => {
    const { guest, reader } = incoming(value, type);
    assert.equal((reader.copy(BUFFER, 9) as readonly unknown[])[0], "completed");
    assert.deepEqual(at(guest, expected.length), expected);
    guest.checkGuards();
  });
}

test("numbers of another type in a chunk are no elements", async () => {
  const told = new Told(gives(Uint8Array.of(1)));
  assert.deepEqual(incoming(told, u16).reader.copy(BUFFER, 9), ["dropped", 0]);
  await settled();
  assert.deepEqual(told.log.slice(1), ["element 1 of a stream: expected u16, got Uint8Array"]);
});

test("elements without a type are counted", async () => {
  const { reader } = incoming([1, 2, 3], undefined);
  assert.deepEqual(reader.copy(0, 2), ["completed", 2]);
  assert.deepEqual(reader.copy(0, 2), ["completed", 1]);
  assert.deepEqual(reader.copy(0, 2), ["dropped", 0]);
});

test("a chunk whose buffer was transferred meanwhile is at its end", async () => {
  const chunk = bytes(1, 2, 3);
  const { reader } = incoming(chunk, u8);
  assert.deepEqual(reader.copy(BUFFER, 1), ["completed", 1]);
  structuredClone(chunk, { transfer: [chunk.buffer] });
  assert.deepEqual(reader.copy(BUFFER, 1), ["dropped", 0]);
});

for (const later of [false, true]) {
  test(`an allocator that fails is the guest's own trap, when elements come ${later ? "later" : "at once"}`, async () => {
    const source = new Watched((later ? givesLater : gives)("text"));
    const { guest, reader } = incoming(source, string);
    guest.cx.setRealloc(() => 2 ** 20);
    const failed = { code: "trap/out-of-bounds" };
    if (later) await assert.rejects(async () => reader.copy(BUFFER, 1), failed);
    else assert.throws(() => reader.copy(BUFFER, 1), failed);
    reader.end.abandon(undefined);
    await settled();
    assert.deepEqual(source.log.at(-1), "return");
  });
}

test("a source runs below the guest that reads it, and the host's own is not counted", async () => {
  const depths: number[] = [];
  const guest = new TestGuest();
  const { activations } = guest.cx.instance.store;
  const step = () => ({ done: false, value: depths.push(activations.hostCalls) });
  const shared = streamFromJs(new Watched(step, step), elementType(u32), codecOf(u32), guest.cx);
  const reader = readable(shared, guest, u32);
  reader.copy(BUFFER, 1);
  assert.deepEqual([depths, activations.hostCalls], [[1], 0]);
});

test("a source that ends the guest's stream while it is asked", async () => {
  const all: { incoming?: Incoming } = {};
  const source = new Watched(() => {
    all.incoming!.reader.end.shared.drop();
    return never();
  });
  all.incoming = incoming(source, u8);
  assert.deepEqual(all.incoming.reader.copy(BUFFER, 1), ["dropped", 0]);
  assert.equal(all.incoming.scheduler.outside, 0);
  await settled();
  assert.deepEqual(source.log, ["next 1", "return"]);
});

const chunkings = fc.array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.boolean()), { maxLength: 12 });
const bufferSizes = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 6 }).filter((sizes) => sizes.some((size) => size > 0));

test("any chunks reach a guest with any buffers: the bytes are the same", async () => {
  await fc.assert(
    fc.asyncProperty(chunkings, bufferSizes, fc.constantFrom("stream", "iterable", "async"), async (chunks, sizes, kind) => {
      const parts = chunks.map(([part]) => part.slice());
      const source =
        kind === "stream" ? streamOf(parts) : kind === "iterable" ? parts : new Watched(...chunks.map(([part, later]) => (later ? givesLater : gives)(part)));
      const all = incoming(source, u8);
      assert.deepEqual(
        await readAll(all, sizes),
        chunks.flatMap(([part]) => [...part]),
      );
      assert.equal(all.scheduler.outside, 0);
      all.guest.checkGuards();
    }),
    { numRuns: 100 },
  );
});

test("any elements reach a guest with any buffers, each once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ maxLength: 6 }), { maxLength: 20 }), bufferSizes, fc.boolean(), async (texts, sizes, async) => {
      const all = incoming(async ? streamOf(texts) : texts, string);
      const { guest, reader } = all;
      const codec = codecOf(string);
      const read: unknown[] = [];
      for (let i = 0; ; i++) {
        const [result, count] = await reader.copy(BUFFER, sizes[i % sizes.length]!);
        for (let k = 0; k < count; k++) read.push(codec.load(guest.cx, BUFFER + k * codec.size));
        if (result === "dropped") break;
      }
      assert.deepEqual(read, texts);
      guest.checkGuards();
    }),
    { numRuns: 50 },
  );
});

test("a guest that drops at any moment leaves nothing behind", async () => {
  await fc.assert(
    fc.asyncProperty(chunkings, fc.array(fc.constantFrom("read", "cancel", "turn"), { maxLength: 12 }), async (chunks, steps) => {
      const source = new Watched(...chunks.map(([part, later]) => (later ? givesLater : gives)(part)));
      const { reader, scheduler } = incoming(source, u8);
      for (const step of steps) {
        if (step === "turn") await settled();
        if (step === "read" && !reader.end.copying && reader.end.state !== 4) void reader.copy(BUFFER, 7);
        if (step === "cancel" && reader.end.copying) reader.cancel();
      }
      reader.end.abandon(undefined);
      assert.equal(scheduler.outside, 0);
      await settled();
      assert.ok(source.log.filter((line) => line === "return").length <= 1);
    }),
    { numRuns: 100 },
  );
});

test("lists inside of elements lie where the guest's allocator says", async () => {
  const { guest, reader } = incoming(streamOf([[1, 2], [], [3]]), list(u8));
  for (const expected of [[1, 2], [], [3]]) {
    assert.deepEqual(await reader.copy(BUFFER, 2), ["completed", 1]);
    assert.deepEqual([...(codecOf(list(u8)).load(guest.cx, BUFFER) as Uint8Array)], expected);
  }
});
