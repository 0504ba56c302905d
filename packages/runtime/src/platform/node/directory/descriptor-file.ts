import { closeSync, constants, fdatasyncSync, fstatSync, fsyncSync, ftruncateSync, futimesSync, readSync, writeSync } from "node:fs";
import { FileError } from "../../../directory/file-error.ts";
import type { FileNode, NewTime, Opening, Stat } from "../../../directory/node.ts";
import { fileError } from "./errno.ts";
import { setTimes } from "./file-times.ts";
import { BIGINT, statOf } from "./file-type.ts";

const CLOSED = -1;

/** A regular file by its descriptor, which is its own. */
export class DescriptorFile implements FileNode {
  readonly kind = "file";
  readonly #openAppending: ((fd: number) => number) | undefined;
  #fd: number;
  /** The same file once more, opened so that the system puts each write at its end. */
  #appending = CLOSED;

  /** Takes `fd` over. `appending` is the same file opened once more, with O_APPEND, or opens it so when first needed. */
  constructor(fd: number, appending: number | ((fd: number) => number)) {
    this.#fd = fd;
    if (typeof appending === "number") this.#appending = appending;
    else this.#openAppending = appending;
  }

  stat(): Stat {
    try {
      return statOf(fstatSync(this.#open(), BIGINT));
    } catch (error) {
      throw fileError(error);
    }
  }

  setTimes(accessed: NewTime, modified: NewTime): void {
    const fd = this.#open();
    try {
      setTimes(accessed, modified, {
        stat: () => fstatSync(fd, BIGINT),
        set: (newAccessed, newModified) => futimesSync(fd, newAccessed, newModified),
        path: `/proc/self/fd/${fd}`,
        followLast: true,
      });
    } catch (error) {
      throw fileError(error);
    }
  }

  sync(dataOnly: boolean): void {
    try {
      (dataOnly ? fdatasyncSync : fsyncSync)(this.#open());
    } catch (error) {
      throw fileError(error);
    }
  }

  read(into: Uint8Array<ArrayBuffer>, position: number): number {
    checkPosition(position);
    try {
      return readSync(this.#open(), into, 0, into.length, position);
    } catch (error) {
      throw fileError(error);
    }
  }

  write(bytes: Uint8Array, position: number): number {
    checkPosition(position);
    try {
      return writeSync(this.#open(), bytes, 0, bytes.length, position);
    } catch (error) {
      throw fileError(error);
    }
  }

  append(bytes: Uint8Array): number {
    const fd = this.#open();
    try {
      if (this.#appending === CLOSED && this.#openAppending !== undefined) this.#appending = this.#openAppending(fd);
      return writeSync(this.#appending, bytes);
    } catch (error) {
      throw fileError(error);
    }
  }

  setSize(size: number): void {
    try {
      ftruncateSync(this.#open(), size);
    } catch (error) {
      throw fileError(error);
    }
  }

  close(): void {
    const fds = [this.#fd, this.#appending];
    // First of all: the numbers are another's as soon as they are closed.
    this.#fd = this.#appending = CLOSED;
    for (const fd of fds) if (fd !== CLOSED) closeQuietly(fd);
  }

  #open(): number {
    if (this.#fd === CLOSED) throw new FileError("bad-descriptor");
    return this.#fd;
  }
}

/** Node takes what is no position for "where the last call ended". */
function checkPosition(position: number): void {
  if (!Number.isSafeInteger(position) || position < 0) throw new FileError("invalid");
}

/** For what must not throw. A network file system may tell of a write that failed here: `sync` is there to ask. */
export function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // The number is free all the same.
  }
}

export function accessOf({ read, write }: Opening): number {
  if (!write) return constants.O_RDONLY;
  return read ? constants.O_RDWR : constants.O_WRONLY;
}
