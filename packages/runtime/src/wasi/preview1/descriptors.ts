import type { Closeable, OpenHandles } from "../../capability/open-handles.ts";
import type { DirectoryHandle, FileHandle, FileType } from "../../directory/handle.ts";
import { MAX_OPEN_HANDLES } from "../../limits.ts";
import type { InputSource } from "../../streams/input-source.ts";
import type { OutputSink } from "../../streams/output-sink.ts";
import { Errno, Failure } from "./errno.ts";

export interface Input {
  readonly kind: "input";
  readonly source: InputSource;
}

export interface Output {
  readonly kind: "output";
  readonly sink: OutputSink;
}

export interface File {
  readonly kind: "file";
  readonly handle: FileHandle;
  position: bigint;
  append: boolean;
  nonBlocking: boolean;
}

export interface OpenDirectory {
  readonly kind: "directory";
  readonly handle: DirectoryHandle;
  /** Of a directory that was given, the name under which the guest knows it. */
  readonly preopen: string | undefined;
  /** What is read on with a cookie. */
  listing: Listing | undefined;
}

/** The names of a directory as they were when reading began, `.` and `..` first. */
export interface Listing {
  readonly entries: readonly { readonly name: string; readonly type: FileType }[];
  /** For so many names there is to be room. */
  readonly room: Closeable;
}

export type Descriptor = Input | Output | File | OpenDirectory;

/** What the numbers of a guest stand for; a new one gets the smallest that is free. */
export class Descriptors {
  readonly #table: (Descriptor | undefined)[] = [];
  readonly #open: OpenHandles;

  constructor(open: OpenHandles) {
    this.#open = open;
  }

  add(descriptor: Descriptor): number {
    if ("handle" in descriptor) this.#open.keep(descriptor, descriptor.handle);
    let fd = this.#table.indexOf(undefined);
    if (fd < 0) fd = this.#table.length;
    if (fd >= MAX_OPEN_HANDLES) {
      this.#end(descriptor);
      throw new Failure(Errno.mfile);
    }
    this.#table[fd] = descriptor;
    return fd;
  }

  get(fd: number): Descriptor {
    const descriptor = this.#table[fd >>> 0];
    if (descriptor === undefined) throw new Failure(Errno.badf);
    return descriptor;
  }

  file(fd: number): File {
    const descriptor = this.get(fd);
    if (descriptor.kind !== "file") throw new Failure(Errno.badf);
    return descriptor;
  }

  /** `other`: for what else it may be. */
  directory(fd: number, other: Errno = Errno.badf): OpenDirectory {
    const descriptor = this.get(fd);
    if (descriptor.kind !== "directory") throw new Failure(descriptor.kind === "file" ? other : Errno.badf);
    return descriptor;
  }

  close(fd: number): void {
    const descriptor = this.get(fd);
    this.#table[fd >>> 0] = undefined;
    this.#end(descriptor);
  }

  /** What `to` stood for is closed. */
  renumber(from: number, to: number): void {
    const moved = this.get(from);
    this.get(to);
    if (from >>> 0 === to >>> 0) return;
    this.close(to);
    this.#table[to >>> 0] = moved;
    this.#table[from >>> 0] = undefined;
  }

  /** Keeps what a directory was seen to hold, until it is read anew or closed. @throws FileError if guests keep too much of that. */
  keepListing(directory: OpenDirectory, entries: Listing["entries"]): Listing {
    this.#forgetListing(directory);
    directory.listing = { entries, room: this.#open.keepNames(directory, entries.length) };
    return directory.listing;
  }

  #end(descriptor: Descriptor): void {
    if (descriptor.kind === "directory") this.#forgetListing(descriptor);
    if ("handle" in descriptor) this.#open.close(descriptor.handle);
  }

  #forgetListing(directory: OpenDirectory): void {
    if (directory.listing !== undefined) this.#open.close(directory.listing.room);
    directory.listing = undefined;
  }
}
