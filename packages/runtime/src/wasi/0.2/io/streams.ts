import { MAX_BLOCKING_WRITE_BYTES, MAX_READ_BYTES } from "../../../limits.ts";
import type { InputSource } from "../../../streams/input-source.ts";
import type { OutputSink } from "../../../streams/output-sink.ts";
import { StreamFailure } from "../../../streams/stream-failure.ts";
import { nextTurn, untilReady } from "../../../streams/waitable.ts";
import { trap } from "../trap.ts";
import { IoError } from "./error.ts";
import { Pollable, Readiness } from "./poll.ts";

/** `stream-error`, thrown as the error value of a result. */
export type StreamError = { readonly tag: "closed" } | { readonly tag: "last-operation-failed"; readonly val: IoError };

const CLOSED: StreamError = Object.freeze({ tag: "closed" });
const MAX_LENGTH = BigInt(MAX_READ_BYTES);

/** The error value for what a source or sink threw; anything but a `StreamFailure` is the host's own fault and stays as it is. */
function streamError(error: unknown): unknown {
  return error instanceof StreamFailure ? { tag: "last-operation-failed", val: new IoError(error) } : error;
}

/** `input-stream` of `wasi:io/streams`. Handles of one source may be several (standard input). */
export class InputStream {
  readonly #source: InputSource;
  readonly #dropped: (() => void) | undefined;
  #readiness: Readiness | undefined;

  /** `dropped` is called when the guest drops the stream, which is when a source that only this stream reads can be closed. */
  constructor(source: InputSource, dropped?: () => void) {
    this.#source = source;
    this.#dropped = dropped;
  }

  read(length: bigint): Uint8Array | Promise<Uint8Array> {
    const bytes = this.#read(length);
    // A guest that reads in a loop without waiting needs the event loop for more to come.
    if (bytes.length === 0 && length !== 0n && !this.#source.ready() && this.#asked().notYet()) return nextTurn().then(() => this.#read(length).slice());
    return bytes;
  }

  blockingRead(length: bigint): Uint8Array | Promise<Uint8Array> {
    const bytes = this.#read(length);
    return bytes.length > 0 || length === 0n ? bytes : this.#readLater(length);
  }

  skip(length: bigint): bigint | Promise<bigint> {
    const bytes = this.read(length);
    return bytes instanceof Promise ? bytes.then(lengthOf) : lengthOf(bytes);
  }

  blockingSkip(length: bigint): bigint | Promise<bigint> {
    const bytes = this.blockingRead(length);
    return bytes instanceof Promise ? bytes.then(lengthOf) : lengthOf(bytes);
  }

  subscribe(): Pollable {
    return new Pollable(this.#asked());
  }

  [Symbol.dispose](): void {
    this.#dropped?.();
  }

  /** Reads up to `length` bytes for `splice`; the bytes are the caller's to keep. */
  static take(stream: InputStream, length: number): Uint8Array {
    return stream.#read(BigInt(length)).slice();
  }

  static async untilReady(stream: InputStream): Promise<void> {
    await untilReady(stream.#source);
  }

  static isReady(stream: InputStream): boolean {
    return stream.#source.ready();
  }

  #read(length: bigint): Uint8Array {
    let bytes: Uint8Array | undefined;
    try {
      bytes = this.#source.read(length > MAX_LENGTH ? MAX_READ_BYTES : Number(length));
    } catch (error) {
      throw streamError(error);
    }
    if (bytes === undefined) throw CLOSED;
    return bytes;
  }

  async #readLater(length: bigint): Promise<Uint8Array> {
    for (;;) {
      await untilReady(this.#source);
      const bytes = this.#read(length);
      // The source's bytes last until its next read only, and others may read before the guest goes on.
      if (bytes.length > 0) return bytes.slice();
    }
  }

  #asked(): Readiness {
    return (this.#readiness ??= new Readiness(this.#source));
  }
}

/** `output-stream` of `wasi:io/streams`. */
export class OutputStream {
  readonly #sink: OutputSink;
  readonly #dropped: (() => void) | undefined;
  #readiness: Readiness | undefined;
  /** What `check-write` last permitted and no `write` has used. */
  #permit = 0;

  constructor(sink: OutputSink, dropped?: () => void) {
    this.#sink = sink;
    this.#dropped = dropped;
  }

  checkWrite(): bigint | Promise<bigint> {
    const permit = this.#checkWrite();
    if (permit === 0 && this.#asked().notYet()) return nextTurn().then(() => BigInt(this.#checkWrite()));
    return BigInt(permit);
  }

  write(contents: Uint8Array): void {
    this.#spend(contents.length, "write");
    this.#put(contents);
  }

  blockingWriteAndFlush(contents: Uint8Array): void | Promise<void> {
    checkBlockingLength(contents.length, "blocking-write-and-flush");
    if (contents.length > this.#checkWrite()) return this.#writeLater(contents);
    this.#sink.write(contents);
    return this.#flushNow();
  }

  flush(): void {
    this.#checkWrite();
    this.#permit = 0;
    this.#sink.flush();
  }

  blockingFlush(): void | Promise<void> {
    this.#checkWrite();
    return this.#flushNow();
  }

  subscribe(): Pollable {
    return new Pollable(this.#asked());
  }

  writeZeroes(length: bigint): void {
    this.#spend(Number(length), "write-zeroes");
    this.#put(new Uint8Array(Number(length)));
  }

  blockingWriteZeroesAndFlush(length: bigint): void | Promise<void> {
    checkBlockingLength(Number(length), "blocking-write-zeroes-and-flush");
    return this.blockingWriteAndFlush(new Uint8Array(Number(length)));
  }

  splice(source: InputStream, length: bigint): bigint {
    const permit = this.#checkWrite();
    const most = length < BigInt(permit) ? Number(length) : permit;
    // Even if nothing can be moved, `read` tells whether the source is closed.
    const bytes = InputStream.take(source, Math.min(most, MAX_READ_BYTES));
    if (bytes.length > 0) this.#put(bytes);
    return BigInt(bytes.length);
  }

  blockingSplice(source: InputStream, length: bigint): bigint | Promise<bigint> {
    const permit = this.#checkWrite();
    if (length === 0n || (permit > 0 && InputStream.isReady(source))) return this.splice(source, length);
    return this.#spliceLater(source, length);
  }

  [Symbol.dispose](): void {
    this.#dropped?.();
  }

  #checkWrite(): number {
    let permit: number | undefined;
    try {
      permit = this.#sink.permit();
    } catch (error) {
      throw streamError(error);
    }
    if (permit === undefined) throw CLOSED;
    this.#permit = permit;
    return permit;
  }

  #spend(length: number, name: string): void {
    if (length > this.#permit) trap(`wasi:io/streams: \`${name}\` of ${length} bytes, but \`check-write\` permitted ${this.#permit}`);
  }

  /** The sink may have closed since it gave the permit: then nothing is written. It takes what it permitted even if another handle used the room. */
  #put(bytes: Uint8Array): void {
    const left = this.#permit - bytes.length;
    this.#checkWrite();
    this.#sink.write(bytes);
    // A failure that is known at once is the error of this call: a guest may end without asking again.
    this.#checkWrite();
    this.#permit = Math.max(0, left);
  }

  #flushNow(): void | Promise<void> {
    this.#sink.flush();
    if (!this.#sink.ready()) return this.#flushed();
    // A failure of what was written is the error of this call.
    this.#checkWrite();
    this.#permit = 0;
  }

  async #flushed(): Promise<void> {
    await untilReady(this.#sink);
    this.#checkWrite();
    this.#permit = 0;
  }

  async #writeLater(contents: Uint8Array): Promise<void> {
    let rest = contents;
    while (rest.length > 0) {
      await untilReady(this.#sink);
      const part = rest.subarray(0, this.#checkWrite());
      this.#sink.write(part);
      rest = rest.subarray(part.length);
    }
    await this.#flushNow();
  }

  async #spliceLater(source: InputStream, length: bigint): Promise<bigint> {
    for (;;) {
      await untilReady(this.#sink);
      await InputStream.untilReady(source);
      const moved = this.splice(source, length);
      if (moved > 0n) return moved;
    }
  }

  #asked(): Readiness {
    return (this.#readiness ??= new Readiness(this.#sink));
  }
}

function lengthOf(bytes: Uint8Array): bigint {
  return BigInt(bytes.length);
}

function checkBlockingLength(length: number, name: string): void {
  if (length > MAX_BLOCKING_WRITE_BYTES) trap(`wasi:io/streams: \`${name}\` of ${length} bytes, at most ${MAX_BLOCKING_WRITE_BYTES} are allowed`);
}

export const streams = { InputStream, OutputStream };
