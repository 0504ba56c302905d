import type { Later } from "../capability/later.ts";
import { MAX_BUFFERED_BYTES } from "../limits.ts";
import type { OutputSink } from "../streams/output-sink.ts";
import type { StreamFailure } from "../streams/stream-failure.ts";
import { WakeList, wakeSoon } from "../streams/waitable.ts";
import { FileError } from "./file-error.ts";
import { fileFailure } from "./file-source.ts";
import type { Held } from "./grant.ts";
import type { SharedFile } from "./shared-file.ts";

/**
 * A stream into a file. Where the platform writes at once, nothing is buffered; where it does not, one write is under way at a time and
 * the others wait for it, in order. The end of what was taken over is the file or a failure, also if the stream is closed before.
 */
export class FileSink implements OutputSink, Held {
  readonly #file: SharedFile;
  readonly #waiting = new WakeList();
  readonly #queue: Uint8Array[] = [];
  /** Where the next byte goes. */
  #position: number | "end";
  /** Bytes that were taken over and are not in the file. */
  #size = 0;
  #writing = false;
  #flushing = false;
  /** Takes nothing more. */
  #closed = false;
  #released = false;
  #failure: StreamFailure | undefined;

  constructor(file: SharedFile, position: number | "end") {
    file.grant.hold(this);
    this.#file = file.retain();
    this.#position = position;
  }

  permit(): number | undefined {
    const failure = this.#failure;
    if (failure !== undefined) {
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
    if (!this.#writing) this.#pass();
  }

  flush(): void {
    if (this.#size > 0) this.#flushing = true;
  }

  ready(): boolean {
    return this.#closed || (!this.#flushing && this.#size < MAX_BUFFERED_BYTES);
  }

  onReady(wake: () => void): () => void {
    return this.ready() ? wakeSoon(wake) : this.#waiting.add(wake);
  }

  close(): void {
    this.#closed = true;
    if (!this.#writing) this.#release();
    this.#waiting.wakeAll();
  }

  end(): void {
    this.#fail(new FileError("not-permitted"));
  }

  /** Writes what is in the queue, until that has to wait. */
  #pass(): void {
    for (let bytes = this.#queue[0]; bytes !== undefined; bytes = this.#queue[0]) {
      let count: Later<number>;
      try {
        count = this.#position === "end" ? this.#file.append(bytes) : this.#file.write(bytes, this.#position);
      } catch (error) {
        this.#fail(error);
        return;
      }
      if (count instanceof Promise) {
        this.#writing = true;
        count.then(
          (later) => {
            this.#writing = false;
            if (!this.#released && this.#passed(later)) this.#pass();
          },
          (error) => this.#fail(error),
        );
        return;
      }
      if (!this.#passed(count)) return;
    }
    this.#flushing = false;
    if (this.#closed) this.#release();
    this.#waiting.wakeAll();
  }

  /** Whether there was progress. A platform that writes nothing and calls it no error is never asked again. */
  #passed(count: number): boolean {
    if (count === 0) {
      this.#fail(new FileError("io"));
      return false;
    }
    const bytes = this.#queue[0]!;
    if (count === bytes.length) this.#queue.shift();
    else this.#queue[0] = bytes.subarray(count);
    this.#size -= count;
    if (this.#position !== "end") this.#position += count;
    if (this.ready()) this.#waiting.wakeAll();
    return true;
  }

  #fail(error: unknown): void {
    if (this.#released) return;
    this.#failure = fileFailure(error);
    this.#closed = true;
    this.#writing = this.#flushing = false;
    this.#queue.length = 0;
    this.#size = 0;
    this.#release();
    this.#waiting.wakeAll();
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#file.grant.release(this);
    this.#file.release();
  }
}
