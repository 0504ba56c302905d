import { MAX_READ_BYTES } from "../limits.ts";
import type { EagerChunks } from "./chunk-reader.ts";
import type { InputSource } from "./input-source.ts";
import { Turn } from "./turn.ts";
import { nextTurn, untilReady } from "./waitable.ts";

type Chunk = IteratorResult<Uint8Array, undefined>;

const NOTHING: Chunk = Object.freeze({ done: false, value: new Uint8Array(0) });
const DONE: Chunk = Object.freeze({ done: true, value: undefined });

/**
 * The bytes of a source as a guest of WASI 0.3 reads them: a `stream<u8>` whose chunks come no faster than they are read. `next` answers
 * at once when there are bytes, and with a promise when it has to wait. A failure of the source ends the stream; `failure` then tells
 * it, for the future that goes with the stream.
 */
export class SourceChunks implements EagerChunks {
  readonly #source: InputSource;
  readonly #closed = Promise.withResolvers<void>();
  readonly #turn = new Turn();
  /** Ends a `next` that waits. Made by the first that has to. */
  #dropped: AbortController | undefined;
  #open = true;
  failure: unknown;

  constructor(source: InputSource) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Resolves when the stream is at its end or its reader has dropped it. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * A reader that says for how many bytes it has room gets no more, and has them until its next call only. One with no room only learns that
   * reading would not wait, also of the end: guests that ask so read on.
   */
  next(room?: number): Chunk | Promise<Chunk> {
    if (room === 0 && this.#open && this.#source.ready()) return NOTHING;
    const bytes = this.#read(room);
    if (bytes === undefined) return DONE;
    if (bytes.length === 0) return this.#later(room);
    const chunk: Chunk = { done: false, value: room === undefined ? bytes.slice() : bytes };
    return this.#turn.isOver() ? nextTurn().then(() => chunk) : chunk;
  }

  return(): Chunk {
    this.#close();
    return DONE;
  }

  async #later(room: number | undefined): Promise<Chunk> {
    const { signal } = (this.#dropped ??= new AbortController());
    while (this.#open) {
      try {
        await untilReady(this.#source, signal);
      } catch {
        break;
      }
      if (room === 0) return NOTHING;
      const bytes = this.#read(room);
      // Others may have read what there was.
      if (bytes !== undefined && bytes.length > 0) return { done: false, value: bytes.slice() };
    }
    return DONE;
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#dropped?.abort();
    this.#closed.resolve();
  }

  /** `undefined`: the end, and the stream is closed. */
  #read(room = MAX_READ_BYTES): Uint8Array | undefined {
    if (!this.#open) return undefined;
    let bytes: Uint8Array | undefined;
    try {
      bytes = this.#source.read(Math.min(room, MAX_READ_BYTES));
    } catch (error) {
      this.failure = error;
    }
    if (bytes === undefined) this.#close();
    return bytes;
  }
}
