import { MAX_READ_BYTES } from "../limits.ts";
import type { InputSource } from "./input-source.ts";
import { untilReady } from "./waitable.ts";

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

/**
 * The bytes of a source as a guest of WASI 0.3 reads them: a `stream<u8>` whose chunks come no faster than they are read. A failure of
 * the source ends the stream; `failure` then tells it, for the future that goes with the stream.
 */
export class SourceChunks implements AsyncIterableIterator<Uint8Array> {
  readonly #source: InputSource;
  readonly #closed = Promise.withResolvers<void>();
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

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (this.#open) {
      const bytes = this.#read();
      if (bytes === undefined) this.#close();
      else if (bytes.length > 0) return { done: false, value: bytes };
      else await Promise.race([untilReady(this.#source), this.#closed.promise]);
    }
    return DONE;
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#close();
    return DONE;
  }

  #close(): void {
    this.#open = false;
    this.#closed.resolve();
  }

  #read(): Uint8Array | undefined {
    try {
      return this.#source.read(MAX_READ_BYTES);
    } catch (error) {
      this.failure = error;
      return undefined;
    }
  }
}
