/**
 * Streams where the platform has no byte streams, and none that can be iterated. This file runs in a process of its own: what it takes away
 * is missed by nobody else.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

const Platform = globalThis.ReadableStream as new (source?: object, strategy?: QueuingStrategy) => ReadableStream;
Reflect.deleteProperty(Platform.prototype, Symbol.asyncIterator);
globalThis.ReadableStream = class extends Platform {
  constructor(source: { readonly type?: string } = {}, strategy?: QueuingStrategy) {
    if (source.type === "bytes") throw new RangeError("byte streams are not supported");
    super(source, strategy);
  }
} as typeof ReadableStream;
await import("./async-wires.test.ts");
const { load } = await import("./test-wires.ts");

test("the bytes of a guest's stream come in chunks, read or iterated", async () => {
  const part = await (await load("relay")).instantiate({ "test:async/asking": { ask: (x: number) => x, pass: (stream: unknown) => stream } });
  const { pass } = part.exports["test:async/asking"] as { pass(stream: unknown): ReadableStream<Uint8Array> };
  assert.throws(() => pass([Uint8Array.of(1)]).getReader({ mode: "byob" }), TypeError);
  const { value } = await pass([Uint8Array.of(1, 2)])
    .getReader()
    .read();
  assert.deepEqual(value, Uint8Array.of(1, 2));
  const chunks: number[] = [];
  for await (const chunk of pass([Uint8Array.of(1, 2), Uint8Array.of(3)])) chunks.push(...chunk);
  assert.deepEqual(chunks, [1, 2, 3]);
});
