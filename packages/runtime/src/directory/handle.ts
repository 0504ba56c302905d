/**
 * What a guest holds of a directory or file: the operations of `wasi:filesystem/types`, as 0.2, 0.3 and preview 1 share them. Each is
 * checked here once, against the authority, the rights of the handle and the quotas of its capability; the versions only translate.
 *
 * Every operation throws (or rejects with) `FileError` and nothing else. Numbers come as the guest gave them.
 */
import type { Later } from "../capability/later.ts";
import type { InputSource } from "../streams/input-source.ts";
import type { OutputSink } from "../streams/output-sink.ts";
import type { FileType, Identity, NewTime, Stat } from "./node.ts";

/** What may be done through a handle. `mutate`: create, remove, rename, change times; of a file it has no meaning. */
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
  readonly rights: Rights;
  stat(): Later<Stat>;
  setTimes(accessed: NewTime, modified: NewTime): Later<void>;
  sync(dataOnly: boolean): Later<void>;
  advise(offset: bigint, length: bigint): Later<void>;
  isSameObject(other: Handle): Later<boolean>;
  /** 128 bits that tell whether the object or its content changed, and nothing of the host's. */
  metadataHash(): Later<readonly [lower: bigint, upper: bigint]>;
  /** Never throws; a second time does nothing. */
  close(): void;
}

export interface FileHandle extends CommonHandle {
  readonly kind: "file";
  /** Up to `length` bytes, at most `MAX_READ_BYTES`; none: the end. They are the caller's until the next call only. */
  read(length: bigint, offset: bigint): Later<Uint8Array>;
  write(bytes: Uint8Array, offset: bigint): Later<bigint>;
  append(bytes: Uint8Array): Later<bigint>;
  setSize(size: bigint): Later<void>;
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
  linkAt(path: string, followLast: boolean, to: Handle, newPath: string): Later<void>;
  renameAt(path: string, to: Handle, newPath: string): Later<void>;
}

export type Handle = FileHandle | DirectoryHandle;

export type { FileType, Identity, NewTime, Stat };
