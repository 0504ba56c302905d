/** Streams as JavaScript has them: a `ReadableStream` for one of a guest, and what a guest may be given for one. */
import type { ElementType } from "../concurrency/buffer.ts";
import type { SharedStream } from "../concurrency/shared.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import type { Store } from "../store/store.ts";
import { ByteTaker, type TakeBytes, type Taking } from "./byte-taker.ts";
import { type Codec, reject } from "./codec.ts";
import type { LiftLowerContext } from "./context.ts";
import { sameElement } from "./element-type.ts";
import { GuestBytes, GuestElements, type GuestSource } from "./guest-source.ts";
import { HostFedStream } from "./host-fed-stream.ts";
import { isStreamLike } from "./stream-steps.ts";

/** What lies behind the streams that were handed out. */
const sources = new WeakMap<object, GuestSource>();

/** Whether a guest may be given `value` as a stream. Changes nothing. */
export function acceptsStream(value: unknown): boolean {
  return isStreamLike(value) && (value as { readonly locked?: unknown }).locked !== true;
}

/** The readable end is now JavaScript's: nothing is read before somebody asks. */
export function streamToJs(shared: SharedStream, store: Store): ReadableStream {
  if (typeof ReadableStream !== "function") throw new ComponentError(ErrorCode.Unsupported, "this JavaScript engine has no ReadableStream");
  const source = shared.element.type?.kind === "u8" ? new GuestBytes(shared, store) : new GuestElements(shared, store);
  const stream = readableOf(source);
  source.begin();
  sources.set(stream, source);
  if (!(Symbol.asyncIterator in stream)) Object.defineProperty(stream, Symbol.asyncIterator, { value: iterate });
  return stream;
}

function readableOf(source: GuestSource): ReadableStream {
  const make = () => new ReadableStream(source as UnderlyingDefaultSource, { highWaterMark: 0 });
  try {
    return make();
  } catch {
    // No byte streams, as in older Safari: the chunks of one come all the same.
    Reflect.deleteProperty(source, "type");
    return make();
  }
}

/** JavaScript keeps the writable end. A guest's stream of which nothing was taken yet passes as it is: no JavaScript is between any more. */
export function streamFromJs(value: unknown, element: ElementType, codec: Codec | undefined, cx: LiftLowerContext): SharedStream {
  // The same one may have been given twice.
  if (!acceptsStream(value)) reject();
  const source = sources.get(value as object);
  if (source?.store === cx.instance.store && sameElement(source.shared.element.type, element.type) && source.handOver()) {
    // Locked for good, as a stream is that something else reads.
    (value as ReadableStream).getReader();
    return source.shared;
  }
  return new HostFedStream(value, element, codec, cx);
}

/**
 * Takes all that a guest writes to a `stream<u8>` as it writes it: what is taken at once costs no promise, and the guest does not wait.
 *
 * @returns `undefined` when the stream is no guest's, or something was read of it.
 */
export function takeBytes(stream: unknown, take: TakeBytes): Taking | undefined {
  const source = sources.get(stream as object);
  if (!(source instanceof GuestBytes) || (stream as ReadableStream).locked || !source.handOver()) return undefined;
  (stream as ReadableStream).getReader();
  return new ByteTaker(source.shared, source.store, take).begin();
}

/** `ReadableStream.prototype.values`, which Safari lacks. */
async function* iterate(this: ReadableStream): AsyncGenerator<unknown> {
  const reader = this.getReader();
  let isOver = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isOver = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!isOver) reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}
