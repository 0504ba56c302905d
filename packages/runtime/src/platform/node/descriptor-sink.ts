/**
 * Standard output and error. Files, devices and terminals are written by `writeSync`; pipes too, on a non-blocking descriptor of our
 * own, and what a full pipe does not take waits in a socket handle of Node's, so that a slow reader never stops the event loop and
 * nothing is lost. When the reader is gone the stream is closed.
 */
import type { Socket } from "node:net";
import { MAX_BUFFERED_BYTES } from "../../limits.ts";
import { closedSink, type OutputSink } from "../../streams/output-sink.ts";
import { StreamFailure } from "../../streams/stream-failure.ts";
import { WakeList } from "../../streams/waitable.ts";
import { codeOf, kindOf, reopenNonBlocking, tryWrite } from "./file-descriptor.ts";

export function descriptorSink(fd: number): OutputSink {
  const kind = kindOf(fd);
  switch (kind) {
    case "closed":
      return closedSink;
    case "file":
    case "device":
    case "terminal":
      return new DescriptorSink({ fd, writable: true, isTerminal: kind === "terminal" });
    case "pipe": {
      const own = reopenNonBlocking(fd, "write");
      return new DescriptorSink({ fd: own ?? fd, writable: own !== undefined });
    }
    case "socket":
      return new DescriptorSink({ fd, writable: false });
  }
}

interface Descriptor {
  readonly fd: number;
  /** `writeSync` on it does not block, or not for longer than a disk or terminal takes. */
  readonly writable: boolean;
  readonly isTerminal?: boolean;
}

class DescriptorSink implements OutputSink {
  readonly isTerminal: boolean;
  readonly #descriptor: Descriptor;
  readonly #waiting = new WakeList();
  #socket: Socket | undefined;
  /** Bytes that the socket holds. */
  #held = 0;
  #flushing = false;
  #closed = false;
  #failure: StreamFailure | undefined;

  constructor(descriptor: Descriptor) {
    this.#descriptor = descriptor;
    this.isTerminal = descriptor.isTerminal === true;
  }

  permit(): number | undefined {
    const failure = this.#failure;
    if (failure !== undefined) {
      this.#failure = undefined;
      throw failure;
    }
    if (this.#closed) return undefined;
    return this.#flushing ? 0 : Math.max(0, MAX_BUFFERED_BYTES - this.#held);
  }

  write(bytes: Uint8Array): void {
    if (this.#closed || bytes.length === 0) return;
    const { fd, writable } = this.#descriptor;
    let start = 0;
    if (writable && this.#held === 0) {
      try {
        while (start < bytes.length) {
          const written = tryWrite(fd, bytes, start);
          if (written === undefined) break;
          start += written;
        }
      } catch (error) {
        this.#fail(error);
        return;
      }
    }
    if (start < bytes.length) this.#hold(start === 0 ? bytes : bytes.subarray(start));
  }

  flush(): void {
    if (this.#held > 0) this.#flushing = true;
  }

  ready(): boolean {
    return this.#closed || (!this.#flushing && this.#held < MAX_BUFFERED_BYTES);
  }

  onReady(wake: () => void): () => void {
    return this.#waiting.add(wake);
  }

  #hold(bytes: Uint8Array): void {
    try {
      this.#socket ??= this.#open();
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#held += bytes.length;
    this.#socket.write(bytes, (error) => {
      if (error) return this.#fail(error);
      this.#held -= bytes.length;
      if (this.#held === 0) this.#flushing = false;
      if (this.ready()) this.#waiting.wakeAll();
    });
  }

  #open(): Socket {
    // Loaded when a pipe is full for the first time: `node:net` costs a millisecond or two, and most commands never need it.
    const { Socket } = process.getBuiltinModule("node:net");
    const socket = new Socket({ fd: this.#descriptor.fd, readable: false, writable: true });
    socket.on("error", (error) => this.#fail(error));
    return socket;
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#held = 0;
    this.#flushing = false;
    const code = codeOf(error);
    // The reader went away: that is a closed stream, not a failure.
    if (code !== "EPIPE" && code !== "ECONNRESET" && code !== "ERR_STREAM_DESTROYED") {
      this.#failure = new StreamFailure("the output can't be written", { filesystem: code === "ENOSPC" ? "insufficient-space" : "io" }, error);
    }
    this.#waiting.wakeAll();
  }
}
