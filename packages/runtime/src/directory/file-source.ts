import type { Later } from "../capability/later.ts";
import type { InputSource } from "../streams/input-source.ts";
import { StreamFailure } from "../streams/stream-failure.ts";
import { WakeList, wakeSoon } from "../streams/waitable.ts";
import { FileError } from "./file-error.ts";
import type { Held } from "./grant.ts";
import { ReadBuffer } from "./read-buffer.ts";
import type { SharedFile } from "./shared-file.ts";

const NOTHING = new Uint8Array(0);

/** A file as a stream. Reads what it is asked for and nothing ahead; where that comes later, one reading is under way at a time. */
export class FileSource implements InputSource, Held {
  readonly #file: SharedFile;
  readonly #buffer = new ReadBuffer();
  readonly #waiting = new WakeList();
  #position: number;
  /** Came later and is not read yet. */
  #arrived: Uint8Array = NOTHING;
  #reading = false;
  #ended = false;
  #failure: StreamFailure | undefined;

  constructor(file: SharedFile, position: number) {
    file.grant.hold(this);
    this.#file = file.retain();
    this.#position = position;
  }

  read(length: number): Uint8Array | undefined {
    if (this.#arrived.length > 0) return this.#take(length);
    if (this.#failure !== undefined) throw this.#failed();
    if (this.#ended) return undefined;
    if (this.#reading || length === 0) return NOTHING;
    let bytes: Later<Uint8Array>;
    try {
      bytes = this.#buffer.fill(length, (into) => this.#file.read(into, this.#position));
    } catch (error) {
      this.#stop(error);
      throw this.#failed();
    }
    if (bytes instanceof Promise) {
      this.#reading = true;
      bytes.then(
        (later) => this.#arrive(later),
        (error) => this.#stop(error),
      );
      return NOTHING;
    }
    return this.#got(bytes) ? bytes : undefined;
  }

  ready(): boolean {
    return !this.#reading;
  }

  onReady(wake: () => void): () => void {
    return this.#reading ? this.#waiting.add(wake) : wakeSoon(wake);
  }

  close(): void {
    this.#arrived = NOTHING;
    this.#failure = undefined;
    this.#stop(undefined);
  }

  end(): void {
    this.#arrived = NOTHING;
    this.#stop(new FileError("not-permitted"));
  }

  #take(length: number): Uint8Array {
    const taken = this.#arrived.subarray(0, length);
    this.#arrived = this.#arrived.subarray(taken.length);
    return taken;
  }

  #arrive(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.#reading = false;
    if (this.#got(bytes)) this.#arrived = bytes;
    this.#waiting.wakeAll();
  }

  /** Whether there is more: nothing read is the end. */
  #got(bytes: Uint8Array): boolean {
    this.#position += bytes.length;
    if (bytes.length === 0) this.#stop(undefined);
    return bytes.length > 0;
  }

  #failed(): StreamFailure {
    const failure = this.#failure!;
    this.#failure = undefined;
    return failure;
  }

  /** Reads no more. `error`: why, if it is not the end. */
  #stop(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#reading = false;
    if (error !== undefined) this.#failure = fileFailure(error);
    this.#file.grant.release(this);
    this.#file.release();
    this.#waiting.wakeAll();
  }
}

/** What a stream of a file fails with. */
export function fileFailure(error: unknown): StreamFailure {
  const code = error instanceof FileError ? error.code : "io";
  return new StreamFailure(code, { filesystem: code }, error);
}
