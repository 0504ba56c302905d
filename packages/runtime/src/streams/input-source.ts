import { type Waitable, WakeList, wakeSoon } from "./waitable.ts";

/** Where bytes come from. Ready: there are bytes, or the end or a failure is known. */
export interface InputSource extends Waitable {
  /**
   * Up to `length` bytes that are there now, which may be none; `undefined`: the end. The bytes are the reader's until its
   * next call only.
   *
   * @throws StreamFailure once; afterwards the end.
   */
  read(length: number): Uint8Array | undefined;
  /** Nobody will read on. */
  close?(): void;
  /** The other end is a terminal. */
  readonly isTerminal?: boolean;
}

const NOTHING = new Uint8Array(0);

/** No bytes at all. */
export const emptyInput: InputSource = { read: () => undefined, ready: () => true, onReady: wakeSoon };

/** Bytes that are all there. */
export class BytesSource implements InputSource {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(content: Uint8Array | string) {
    this.#bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  }

  read(length: number): Uint8Array | undefined {
    if (this.#position === this.#bytes.length) return undefined;
    const read = this.#bytes.subarray(this.#position, this.#position + length);
    this.#position += read.length;
    return read;
  }

  ready(): boolean {
    return true;
  }

  onReady(wake: () => void): () => void {
    return wakeSoon(wake);
  }

  close(): void {
    this.#position = this.#bytes.length;
  }
}

/**
 * Bytes that somebody pushes: the meeting point of an event source and a reader. `wanted` tells the pusher when to go on; it
 * should stop when `push` says so.
 */
export class QueueSource implements InputSource {
  readonly #capacity: number;
  readonly #wanted: () => void;
  readonly #chunks: Uint8Array[] = [];
  readonly #waiting = new WakeList();
  #offset = 0;
  #size = 0;
  #paused = false;
  #ended = false;
  #discarding = false;
  #failure: Error | undefined;

  constructor(capacity: number, wanted: () => void = () => {}) {
    this.#capacity = capacity;
    this.#wanted = wanted;
  }

  /** Takes the chunk over. False: enough for now, `wanted` will be called. */
  push(chunk: Uint8Array): boolean {
    if (this.#ended || this.#discarding || chunk.length === 0) return !this.#paused;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    this.#waiting.wakeAll();
    this.#paused = this.#size >= this.#capacity;
    return !this.#paused;
  }

  end(): void {
    this.#ended = true;
    this.#waiting.wakeAll();
  }

  /** What was pushed before can still be read. */
  fail(failure: Error): void {
    if (this.#ended) return;
    this.#failure = failure;
    this.end();
  }

  /** Bytes that were pushed and not read. */
  get size(): number {
    return this.#size;
  }

  get ended(): boolean {
    return this.#ended;
  }

  read(length: number): Uint8Array | undefined {
    const chunk = this.#chunks[0];
    if (chunk === undefined) {
      if (!this.#ended) return NOTHING;
      const failure = this.#failure;
      this.#failure = undefined;
      if (failure !== undefined) throw failure;
      return undefined;
    }
    const read = chunk.subarray(this.#offset, this.#offset + length);
    this.#offset += read.length;
    this.#size -= read.length;
    if (this.#offset === chunk.length) {
      this.#chunks.shift();
      this.#offset = 0;
    }
    if (this.#paused && this.#size < this.#capacity) {
      this.#paused = false;
      this.#wanted();
    }
    return read;
  }

  ready(): boolean {
    return this.#size > 0 || this.#ended;
  }

  onReady(wake: () => void): () => void {
    return this.#waiting.add(wake);
  }

  /** Lets go what is there and what still comes: the reader only wants to know of the end. */
  discard(): void {
    this.#discarding = true;
    this.#chunks.length = 0;
    this.#size = 0;
    if (!this.#paused) return;
    this.#paused = false;
    this.#wanted();
  }

  close(): void {
    this.discard();
    this.#failure = undefined;
    this.end();
  }
}
