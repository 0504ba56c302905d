import { MAX_BUFFERED_BYTES, MAX_COLLECTED_BYTES } from "../limits.ts";
import { StreamFailure } from "./stream-failure.ts";
import { untilReady, type Waitable, WakeList, wakeSoon } from "./waitable.ts";

/** Where bytes go. Ready: `permit` is not 0 (bytes can be taken, or the sink is closed or has failed) and no flush is under way. */
export interface OutputSink extends Waitable {
  /**
   * How many bytes `write` takes now; 0: none before it is ready again; `undefined`: closed.
   *
   * @throws StreamFailure once; afterwards it is closed.
   */
  permit(): number | undefined;
  /** Takes the bytes over, at most `permit()` of them. A failure shows at the next `permit`. */
  write(bytes: Uint8Array): void;
  /** Sees to it that what was written is passed on; `permit` gives 0 until it is. */
  flush(): void;
  /** Nobody will write on. */
  close?(): void;
  /** The other end is a terminal. */
  readonly isTerminal?: boolean;
}

/** Resolves when all that was written to the sink is passed on, or can't be any more. */
export async function flushed(sink: OutputSink): Promise<void> {
  sink.flush();
  await untilReady(sink);
}

/** Takes everything, keeps nothing. */
export const discardingSink: OutputSink = { permit: () => MAX_BUFFERED_BYTES, write: () => {}, flush: () => {}, ready: () => true, onReady: wakeSoon };

/** Takes nothing. */
export const closedSink: OutputSink = { permit: () => undefined, write: () => {}, flush: () => {}, ready: () => true, onReady: wakeSoon };

/** Keeps what is written, up to a limit; counts what it drops beyond. */
export class CollectingSink implements OutputSink {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;
  /** Bytes that came beyond the limit. */
  dropped = 0;

  constructor(limit: number = MAX_COLLECTED_BYTES) {
    this.#limit = limit;
  }

  permit(): number {
    return MAX_BUFFERED_BYTES;
  }

  write(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, this.#limit - this.#size);
    this.dropped += bytes.length - kept.length;
    this.#size += kept.length;
    if (kept.length > 0) this.#chunks.push(kept);
  }

  flush(): void {}

  ready(): boolean {
    return true;
  }

  onReady(wake: () => void): () => void {
    return wakeSoon(wake);
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#size);
    let position = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, position);
      position += chunk.length;
    }
    return all;
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }
}

/**
 * Hands each chunk to a function that may take its time; while it does, up to `MAX_BUFFERED_BYTES` are buffered. For sinks whose
 * platform side is asynchronous.
 */
export class CallbackSink implements OutputSink {
  readonly #pass: (bytes: Uint8Array) => Promise<void> | undefined;
  readonly #queue: Uint8Array[] = [];
  readonly #waiting = new WakeList();
  #size = 0;
  #flushing = false;
  #passing = false;
  #closed = false;
  #failure: StreamFailure | undefined;

  constructor(pass: (bytes: Uint8Array) => Promise<void> | undefined) {
    this.#pass = pass;
  }

  permit(): number | undefined {
    if (this.#failure !== undefined) {
      const failure = this.#failure;
      this.#failure = undefined;
      throw failure;
    }
    if (this.#closed) return undefined;
    return this.#flushing ? 0 : Math.max(0, MAX_BUFFERED_BYTES - this.#size);
  }

  write(bytes: Uint8Array): void {
    if (this.#closed || bytes.length === 0) return;
    this.#queue.push(bytes);
    this.#size += bytes.length;
    if (!this.#passing) this.#next();
  }

  flush(): void {
    if (this.#size > 0) this.#flushing = true;
  }

  ready(): boolean {
    return this.#closed || (!this.#flushing && this.#size < MAX_BUFFERED_BYTES);
  }

  onReady(wake: () => void): () => void {
    return this.#waiting.add(wake);
  }

  close(): void {
    this.#closed = true;
    this.#waiting.wakeAll();
  }

  #next(): void {
    for (let bytes = this.#queue.shift(); bytes !== undefined; bytes = this.#queue.shift()) {
      const { length } = bytes;
      let waits: Promise<void> | undefined;
      try {
        waits = this.#pass(bytes);
      } catch (error) {
        this.#fail(error);
        return;
      }
      if (waits !== undefined) {
        this.#passing = true;
        waits.then(
          () => {
            this.#passing = false;
            this.#passed(length);
            this.#next();
          },
          (error) => this.#fail(error),
        );
        return;
      }
      this.#passed(length);
    }
  }

  #passed(length: number): void {
    this.#size -= length;
    if (this.#size === 0) this.#flushing = false;
    if (this.ready()) this.#waiting.wakeAll();
  }

  #fail(error: unknown): void {
    this.#failure = error instanceof StreamFailure ? error : new StreamFailure("the output failed", {}, error);
    this.#closed = true;
    this.#queue.length = 0;
    this.#size = 0;
    this.#flushing = false;
    this.#waiting.wakeAll();
  }
}
