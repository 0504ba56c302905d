/**
 * The functions of `descriptor` that 0.2 and 0.3 share: all but those that read and write. They translate and nothing else; what may be
 * done, and what happens, is the handle's affair. The versions differ in how they put errors, types and times: their `Dialect`.
 *
 * Guests can ask for every public member by name, so there are none but the functions of the interface.
 */
import { after, type Later } from "../../capability/later.ts";
import type { OpenHandles } from "../../capability/open-handles.ts";
import { FileError, type FileErrorCode } from "../../directory/file-error.ts";
import type { DirectoryHandle, FileHandle, FileType, Handle, Stat } from "../../directory/handle.ts";
import { trap } from "../0.2/trap.ts";
import { asksForSync, descriptorFlags, type Flags, followsLast, type NewTimestamp, newTime, openFlags, wantedRights } from "./flags.ts";

export interface Dialect<Descriptor extends object, Time> {
  /** `error-code`. */
  error(code: FileErrorCode): unknown;
  /** `descriptor-type`. */
  type(type: FileType): unknown;
  /** Nanoseconds since 1970; `undefined`: not kept, or nothing that the version can say. */
  time(nanoseconds: bigint | undefined): Time | undefined;
  descriptor(handle: Handle, open: OpenHandles): Descriptor;
}

export interface DescriptorStat<Time> {
  readonly type: unknown;
  readonly linkCount: bigint;
  readonly size: bigint;
  readonly dataAccessTimestamp: Time | undefined;
  readonly dataModificationTimestamp: Time | undefined;
  readonly statusChangeTimestamp: Time | undefined;
}

export interface MetadataHashValue {
  readonly lower: bigint;
  readonly upper: bigint;
}

/** Does something with a file or directory: its `FileError` becomes the error value of a result; anything else is the host's own fault. */
export function attempt<T>(dialect: { error(code: FileErrorCode): unknown }, act: () => Later<T>): Later<T> {
  const fail = (error: unknown): never => {
    throw error instanceof FileError ? dialect.error(error.code) : error;
  };
  try {
    const value = act();
    return value instanceof Promise ? value.catch(fail) : value;
  } catch (error) {
    return fail(error);
  }
}

/** @throws FileError for a directory. */
export function asFile(handle: Handle): FileHandle {
  if (handle.kind !== "file") throw new FileError("bad-descriptor");
  return handle;
}

/** @throws FileError for a file. */
export function asDirectory(handle: Handle): DirectoryHandle {
  if (handle.kind !== "directory") throw new FileError("not-directory");
  return handle;
}

export class SharedDescriptor<Descriptor extends object, Time> {
  readonly #handle: Handle;
  readonly #open: OpenHandles;
  readonly #dialect: Dialect<Descriptor, Time>;

  /** A handle that is kept in `open` is closed with this. */
  constructor(handle: Handle, open: OpenHandles, dialect: Dialect<Descriptor, Time>) {
    this.#handle = handle;
    this.#open = open;
    this.#dialect = dialect;
  }

  advise(offset: bigint, length: bigint, _advice: string): Later<void> {
    return this.#attempt(() => asFile(this.#handle).advise(offset, length));
  }

  syncData(): Later<void> {
    return this.#attempt(() => this.#handle.sync(true));
  }

  getFlags(): Later<Flags> {
    return this.#attempt(() => {
      const { authority, kind, rights } = this.#handle;
      if (authority.revoked) throw new FileError("not-permitted");
      return descriptorFlags(kind, rights);
    });
  }

  getType(): Later<unknown> {
    return this.#attempt(() => after(this.#handle.stat(), ({ type }) => this.#dialect.type(type)));
  }

  setSize(size: bigint): Later<void> {
    return this.#attempt(() => asFile(this.#handle).setSize(size));
  }

  setTimes(dataAccessTimestamp: NewTimestamp, dataModificationTimestamp: NewTimestamp): Later<void> {
    return this.#attempt(() => this.#handle.setTimes(newTime(dataAccessTimestamp), newTime(dataModificationTimestamp)));
  }

  sync(): Later<void> {
    return this.#attempt(() => this.#handle.sync(false));
  }

  createDirectoryAt(path: string): Later<void> {
    return this.#attempt(() => asDirectory(this.#handle).createDirectoryAt(path));
  }

  stat(): Later<DescriptorStat<Time>> {
    return this.#attempt(() => after(this.#handle.stat(), (stat) => this.#descriptorStat(stat)));
  }

  statAt(pathFlags: Flags, path: string): Later<DescriptorStat<Time>> {
    return this.#attempt(() => after(asDirectory(this.#handle).statAt(path, followsLast(pathFlags)), (stat) => this.#descriptorStat(stat)));
  }

  setTimesAt(pathFlags: Flags, path: string, dataAccessTimestamp: NewTimestamp, dataModificationTimestamp: NewTimestamp): Later<void> {
    return this.#attempt(() =>
      asDirectory(this.#handle).setTimesAt(path, followsLast(pathFlags), newTime(dataAccessTimestamp), newTime(dataModificationTimestamp)),
    );
  }

  linkAt(oldPathFlags: Flags, oldPath: string, newDescriptor: SharedDescriptor<Descriptor, Time>, newPath: string): Later<void> {
    return this.#attempt(() => asDirectory(this.#handle).linkAt(oldPath, followsLast(oldPathFlags), asDirectory(newDescriptor.#handle), newPath));
  }

  openAt(pathFlags: Flags, path: string, flags: Flags, wanted: Flags): Later<Descriptor> {
    return this.#attempt(() => {
      const directory = asDirectory(this.#handle);
      if (asksForSync(wanted)) throw new FileError("unsupported");
      const opened = directory.openAt(path, followsLast(pathFlags), openFlags(flags), wantedRights(wanted));
      return after(opened, (handle) => {
        const descriptor = this.#dialect.descriptor(handle, this.#open);
        this.#open.keep(descriptor, handle);
        return descriptor;
      });
    });
  }

  readlinkAt(path: string): Later<string> {
    return this.#attempt(() => asDirectory(this.#handle).readLinkAt(path));
  }

  removeDirectoryAt(path: string): Later<void> {
    return this.#attempt(() => asDirectory(this.#handle).removeDirectoryAt(path));
  }

  renameAt(oldPath: string, newDescriptor: SharedDescriptor<Descriptor, Time>, newPath: string): Later<void> {
    return this.#attempt(() => asDirectory(this.#handle).renameAt(oldPath, asDirectory(newDescriptor.#handle), newPath));
  }

  symlinkAt(oldPath: string, newPath: string): Later<void> {
    return this.#attempt(() => asDirectory(this.#handle).symlinkAt(oldPath, newPath));
  }

  unlinkFileAt(path: string): Later<void> {
    return this.#attempt(() => asDirectory(this.#handle).unlinkFileAt(path));
  }

  /** Has no error case: what goes wrong is a trap. */
  isSameObject(other: SharedDescriptor<Descriptor, Time>): Later<boolean> {
    const failed = { error: (code: FileErrorCode) => trap(`wasi:filesystem/types: \`is-same-object\` failed: ${code}`) };
    return attempt(failed, () => this.#handle.isSameObject(other.#handle));
  }

  metadataHash(): Later<MetadataHashValue> {
    return this.#attempt(() => after(this.#handle.metadataHash(), hashValue));
  }

  metadataHashAt(pathFlags: Flags, path: string): Later<MetadataHashValue> {
    return this.#attempt(() => after(asDirectory(this.#handle).metadataHashAt(path, followsLast(pathFlags)), hashValue));
  }

  [Symbol.dispose](): void {
    this.#open.close(this.#handle);
  }

  #attempt<T>(act: () => Later<T>): Later<T> {
    return attempt(this.#dialect, act);
  }

  #descriptorStat({ type, links, size, accessed, modified, changed }: Stat): DescriptorStat<Time> {
    const { type: typeOf, time } = this.#dialect;
    return {
      type: typeOf(type),
      linkCount: links,
      size,
      dataAccessTimestamp: time(accessed),
      dataModificationTimestamp: time(modified),
      statusChangeTimestamp: time(changed),
    };
  }
}

function hashValue([lower, upper]: readonly [bigint, bigint]): MetadataHashValue {
  return { lower, upper };
}
