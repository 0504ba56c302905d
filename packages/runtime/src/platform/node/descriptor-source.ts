/**
 * Standard input without blocking the event loop. What is there is read at once by `readSync`; only when nothing is, a socket handle
 * of Node's waits, on the same descriptor. (A read in Node's thread pool would do too, but keeps the process from
 * exiting until somebody types.)
 */
import type { Socket } from "node:net";
import { MAX_READ_BYTES } from "../../limits.ts";
import { emptyInput, type InputSource } from "../../streams/input-source.ts";
import { StreamFailure } from "../../streams/stream-failure.ts";
import { WakeList } from "../../streams/waitable.ts";
import { kindOf, reopenNonBlocking, tryRead } from "./file-descriptor.ts";

export function descriptorSource(fd: number): InputSource {
  const kind = kindOf(fd);
  switch (kind) {
    case "closed":
      return emptyInput;
    case "file":
    case "device":
      // Never waits. (A device that does, such as a serial line, is no usual standard input.)
      return new DescriptorSource({ fd, readable: true, open: undefined });
    case "terminal":
      return new DescriptorSource({ fd, readable: false, open: (onread) => terminalSocket(fd, onread), isTerminal: true });
    case "pipe": {
      const own = reopenNonBlocking(fd, "read");
      return new DescriptorSource({ fd: own ?? fd, readable: own !== undefined, open: (onread) => pipeSocket(own ?? fd, onread) });
    }
    case "socket":
      return new DescriptorSource({ fd, readable: false, open: (onread) => pipeSocket(fd, onread) });
  }
}

interface OnRead {
  readonly buffer: Uint8Array;
  readonly callback: (length: number, buffer: Uint8Array) => boolean;
}

interface Descriptor {
  readonly fd: number;
  /** `readSync` on it never blocks. */
  readonly readable: boolean;
  /** Opens a handle that can wait; `undefined`: there is never anything to wait for. */
  readonly open: ((onread: OnRead) => Socket) | undefined;
  readonly isTerminal?: boolean;
}

// Both modules are loaded when a read has to wait for the first time: they cost milliseconds, and most commands never need them.
function terminalSocket(fd: number, onread: OnRead): Socket {
  const { ReadStream } = process.getBuiltinModule("node:tty");
  return new ReadStream(fd, { onread } as object) as Socket;
}

function pipeSocket(fd: number, onread: OnRead): Socket {
  const { Socket } = process.getBuiltinModule("node:net");
  return new Socket({ fd, readable: true, writable: false, manualStart: true, onread } as ConstructorParameters<typeof Socket>[0]);
}

const NOTHING = new Uint8Array(0);

class DescriptorSource implements InputSource {
  readonly isTerminal: boolean;
  readonly #descriptor: Descriptor;
  readonly #waiting = new WakeList();
  readonly #buffer = new Uint8Array(MAX_READ_BYTES);
  /** What was read and not asked for yet: `#buffer` from `#start` to `#end`. */
  #start = 0;
  #end = 0;
  #ended = false;
  #failure: StreamFailure | undefined;
  #socket: Socket | undefined;
  /** The socket waits for bytes and will put them into `#buffer`: nobody else may read meanwhile. */
  #pending = false;

  constructor(descriptor: Descriptor) {
    this.#descriptor = descriptor;
    this.isTerminal = descriptor.isTerminal === true;
  }

  read(length: number): Uint8Array | undefined {
    if (this.#start === this.#end && !this.#ended && length > 0) this.#fill(length);
    if (this.#start < this.#end) {
      const start = this.#start;
      this.#start = Math.min(this.#end, start + length);
      return this.#buffer.subarray(start, this.#start);
    }
    if (!this.#ended) return NOTHING;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
    return undefined;
  }

  ready(): boolean {
    if (this.#start === this.#end && !this.#ended) this.#fill(MAX_READ_BYTES);
    return this.#start < this.#end || this.#ended;
  }

  onReady(wake: () => void): () => void {
    const cancel = this.#waiting.add(wake);
    if (!this.#pending) this.#wait();
    return () => {
      cancel();
      // The process may end while nobody waits.
      if (this.#waiting.size === 0) this.#socket?.unref();
    };
  }

  /** Reads what is there at once, if that can be done. */
  #fill(length: number): void {
    const { fd, readable } = this.#descriptor;
    if (!readable || this.#pending) return;
    try {
      const read = tryRead(fd, this.#buffer, Math.min(length, MAX_READ_BYTES));
      this.#start = 0;
      this.#end = read ?? 0;
      this.#ended = read === 0;
    } catch (error) {
      this.#fail(error);
    }
  }

  #wait(): void {
    const { open } = this.#descriptor;
    if (open === undefined) {
      this.#waiting.wakeAll();
      return;
    }
    this.#pending = true;
    if (this.#socket === undefined) {
      try {
        this.#socket = open({ buffer: this.#buffer, callback: (length) => this.#arrived(length) });
      } catch (error) {
        this.#fail(error);
        return;
      }
      this.#socket.on("end", () => this.#finish());
      this.#socket.on("close", () => this.#finish());
      this.#socket.on("error", (error) => this.#fail(error));
    }
    this.#socket.ref();
    this.#socket.resume();
    this.#socket.read(0);
  }

  /** Bytes are in the buffer; false: no more for now. */
  #arrived(length: number): boolean {
    this.#start = 0;
    this.#end = length;
    this.#pending = false;
    this.#socket?.unref();
    this.#waiting.wakeAll();
    return false;
  }

  #finish(): void {
    this.#ended = true;
    this.#pending = false;
    this.#waiting.wakeAll();
  }

  #fail(error: unknown): void {
    this.#failure = new StreamFailure("the input can't be read", { filesystem: "io" }, error);
    this.#finish();
  }
}
