/**
 * What is open for guests: files and directories, the streams on them, sockets. Each is closed when the guest drops it, when the
 * command ends, or, where an instance just goes, when the object that stood for it is garbage: nothing stays open behind a guest.
 */
import { FileError } from "../directory/file-error.ts";
import { MAX_LISTED_NAMES } from "../limits.ts";
import type { InputSource } from "../streams/input-source.ts";
import { flushed, type OutputSink } from "../streams/output-sink.ts";

export interface Closeable {
  close(): void;
}

export class OpenHandles {
  /** What is open, and how it is closed. */
  readonly #open = new Map<object, () => void>();
  readonly #forgotten = new FinalizationRegistry<object>((handle) => this.close(handle));
  /** Sinks that take no more and still pass on what they took. */
  readonly #finishing = new Set<Promise<void>>();
  #names = 0;

  get size(): number {
    return this.#open.size;
  }

  /** Keeps a handle for `owner`, the object that the guest has. */
  keep<T extends Closeable>(owner: object, handle: T): T {
    return this.#keep(owner, handle, () => handle.close());
  }

  keepSource<T extends InputSource>(owner: object, source: T): T {
    return this.#keep(owner, source, () => source.close?.());
  }

  /** The same for a sink, which passes on what was written to it before it is closed. */
  keepSink<T extends OutputSink>(owner: object, sink: T): T {
    return this.#keep(owner, sink, () => this.#finish(sink));
  }

  /** Keeps room for so many names of a directory. @throws FileError if guests have listed too many that they have not let go. */
  keepNames(owner: object, count: number): Closeable {
    if (this.#names + count > MAX_LISTED_NAMES) throw new FileError("insufficient-memory");
    this.#names += count;
    return this.keep(owner, {
      close: () => {
        this.#names -= count;
      },
    });
  }

  /** A second time does nothing. */
  close(handle: object): void {
    const end = this.#open.get(handle);
    if (end === undefined) return;
    this.#open.delete(handle);
    this.#forgotten.unregister(handle);
    end();
  }

  closeAll(): void {
    for (const handle of [...this.#open.keys()]) this.close(handle);
  }

  /** Resolves when all that was written to sinks that are closed is passed on, or can't be any more. */
  async finished(): Promise<void> {
    while (this.#finishing.size > 0) await Promise.all(this.#finishing);
  }

  #keep<T extends object>(owner: object, handle: T, end: () => void): T {
    this.#open.set(handle, end);
    this.#forgotten.register(owner, handle, handle);
    return handle;
  }

  #finish(sink: OutputSink): void {
    sink.flush();
    if (sink.ready()) {
      sink.close?.();
      return;
    }
    const finishing = flushed(sink).then(() => {
      this.#finishing.delete(finishing);
      sink.close?.();
    });
    this.#finishing.add(finishing);
  }
}
