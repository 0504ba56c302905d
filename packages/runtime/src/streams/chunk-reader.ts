import { type TakeBytes, type Taking, takeBytes } from "@tenon/engine";

/** What a guest's `stream<u8>` is to its host, and what a host may give for one. */
export type Chunks = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | EagerChunks | Iterable<Uint8Array> | Uint8Array;

/** An async iterable that gives no promise where it need not. */
export interface EagerChunks {
  [Symbol.asyncIterator](): {
    next(): PromiseLike<IteratorResult<Uint8Array, unknown>> | IteratorResult<Uint8Array, unknown>;
    return?(): unknown;
  };
}

interface Steps {
  next(): PromiseLike<IteratorResult<Uint8Array, unknown>> | IteratorResult<Uint8Array, unknown>;
  cancel(): unknown;
}

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

/** Reads chunks one by one, whatever gives them. Whoever makes one sees to it that it comes to the end or is cancelled. */
export class ChunkReader {
  readonly #chunks: Chunks;
  /** Made when something is read. */
  #steps: Steps | undefined;
  #taking: Taking | undefined;
  #ended = false;

  constructor(chunks: Chunks) {
    this.#chunks = chunks;
  }

  /** The next chunk; `undefined`: the end. Rejects when the stream fails. */
  async next(): Promise<Uint8Array | undefined> {
    const { done, value } = this.#ended ? DONE : await (this.#steps ??= stepsOf(this.#chunks)).next();
    if (done !== true) return value;
    this.#ended = true;
    return undefined;
  }

  /**
   * Passes on all bytes as a guest writes them, which waits only when `take` gives a promise. Resolves as `next` would come to the end.
   *
   * @returns `undefined` when it is no guest that writes: then there is `next`.
   */
  takeAll(take: TakeBytes): Promise<void> | undefined {
    this.#taking = takeBytes(this.#chunks, take);
    return this.#taking?.over;
  }

  /** Lets the stream go: who writes it learns that nobody reads on. A `next` that waits gives the end. */
  cancel(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#taking !== undefined) this.#taking.letGo();
    else Promise.resolve((this.#steps ?? stepsOf(this.#chunks)).cancel()).catch(() => {});
  }
}

function stepsOf(chunks: Chunks): Steps {
  if (chunks instanceof Uint8Array) return stepsOf([chunks]);
  if (chunks instanceof ReadableStream) {
    const reader = chunks.getReader();
    return { next: () => reader.read() as Promise<IteratorResult<Uint8Array, unknown>>, cancel: () => reader.cancel() };
  }
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  return { next: () => iterator.next(), cancel: () => iterator.return?.() };
}
