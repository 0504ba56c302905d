/**
 * What a guest holds of a directory or file: the operations of `wasi:filesystem/types`, as 0.2, 0.3 and preview 1 share them. Each is
 * checked here once, against the authority, the rights of the handle and the quotas of its capability; the versions only translate.
 *
 * Every operation throws (or rejects with) `FileError` and nothing else. Numbers come as the guest gave them.
 */
import type { Authority } from "../capability/authority.ts";
import type { Later } from "../capability/later.ts";
import type { InputSource } from "../streams/input-source.ts";
import type { OutputSink } from "../streams/output-sink.ts";
import type { FileType, Identity, NewTime, Stat } from "./node.ts";

/**
 * What a handle was asked for. For files `read` and `write` are what may be done with it. In directories what may be done is what its
 * `Directory` allows, whatever was asked for: `mutate` only says that something may be changed, and was asked for.
 */
export interface Rights {
  readonly read: boolean;
  readonly write: boolean;
  readonly mutate: boolean;
}

/** `open-flags`. */
export interface OpenFlags {
  readonly create: boolean;
  readonly directory: boolean;
  readonly exclusive: boolean;
  readonly truncate: boolean;
}

interface CommonHandle {
  /** Of whatever is derived from the handle, too. */
  readonly authority: Authority;
  readonly rights: Rights;
  stat(): Later<Stat>;
  setTimes(accessed: NewTime, modified: NewTime): Later<void>;
  sync(dataOnly: boolean): Later<void>;
  isSameObject(other: Handle): Later<boolean>;
  /** `lower` tells which object it is, as an inode number does; `upper` changes with the content too. Nothing of the host's can be seen in them. */
  metadataHash(): Later<readonly [lower: bigint, upper: bigint]>;
  /** Never throws; a second time does nothing. */
  close(): void;
}

export interface FileHandle extends CommonHandle {
  readonly kind: "file";
  /** Up to `length` bytes, at most `MAX_READ_BYTES`; none: the end. They are the caller's until the next call only. */
  read(length: bigint, offset: bigint): Later<Uint8Array>;
  /** How many of the bytes were written. Where that comes later, they must not change until then. */
  write(bytes: Uint8Array, offset: bigint): Later<bigint>;
  append(bytes: Uint8Array): Later<bigint>;
  setSize(size: bigint): Later<void>;
  advise(offset: bigint, length: bigint): Later<void>;
  /** Streams keep the file open by themselves: a handle may be closed before them. */
  readStream(offset: bigint): InputSource;
  writeStream(offset: bigint): OutputSink;
  appendStream(): OutputSink;
}

export interface DirectoryHandle extends CommonHandle {
  readonly kind: "directory";
  list(): Later<readonly { readonly name: string; readonly type: FileType }[]>;
  openAt(path: string, followLast: boolean, flags: OpenFlags, wanted: Rights): Later<Handle>;
  statAt(path: string, followLast: boolean): Later<Stat>;
  setTimesAt(path: string, followLast: boolean, accessed: NewTime, modified: NewTime): Later<void>;
  metadataHashAt(path: string, followLast: boolean): Later<readonly [lower: bigint, upper: bigint]>;
  createDirectoryAt(path: string): Later<void>;
  removeDirectoryAt(path: string): Later<void>;
  unlinkFileAt(path: string): Later<void>;
  readLinkAt(path: string): Later<string>;
  symlinkAt(target: string, path: string): Later<void>;
  linkAt(path: string, followLast: boolean, to: DirectoryHandle, newPath: string): Later<void>;
  renameAt(path: string, to: DirectoryHandle, newPath: string): Later<void>;
}

export type Handle = FileHandle | DirectoryHandle;

export type { FileType, Identity, NewTime, Stat };
