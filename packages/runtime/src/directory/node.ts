/**
 * What a backend of directories provides: nodes that it has open, and operations on one name inside of an open directory. A name is one
 * path component, never empty, `.`, `..`, or with `/` or NUL in it, at most `MAX_NAME_BYTES` long: `walk.ts` sees to that, and takes
 * all decisions on paths, so that no backend can be led out of a directory. No operation follows a link.
 *
 * Every operation throws (or rejects with) `FileError` and nothing else. Whoever got a node closes it, once.
 */
import type { Later } from "../capability/later.ts";

export type FileType = "unknown" | "block-device" | "character-device" | "directory" | "fifo" | "symbolic-link" | "regular-file" | "socket";

export interface Stat {
  readonly type: FileType;
  readonly size: bigint;
  readonly links: bigint;
  /** Nanoseconds since 1970; `undefined` where the backend keeps none. */
  readonly accessed: bigint | undefined;
  readonly modified: bigint | undefined;
  readonly changed: bigint | undefined;
  /** The same for two handles of one node, and for no others while it lives; never shown to a guest as it is. */
  readonly identity: Identity;
}

/** Device and file number. */
export interface Identity {
  readonly device: bigint;
  readonly file: bigint;
}

/** Nanoseconds since 1970, the host's clock, or as it is. */
export type NewTime = bigint | "now" | "no-change";

interface OpenNode {
  stat(): Later<Stat>;
  setTimes(accessed: NewTime, modified: NewTime): Later<void>;
  sync(dataOnly: boolean): Later<void>;
  /** Never throws. */
  close(): void;
}

export interface FileNode extends OpenNode {
  readonly kind: "file";
  /** How many bytes were put into `into`, from `position` of the file on; 0: the end. */
  read(into: Uint8Array<ArrayBuffer>, position: number): Later<number>;
  /** How many of the bytes were written, at least one if there are any. Grows the file, zeroes between. */
  write(bytes: Uint8Array, position: number): Later<number>;
  /** The same, at the end that the file has at this moment, as one step: two writers lose nothing. */
  append(bytes: Uint8Array): Later<number>;
  setSize(size: number): Later<void>;
}

/** How `open` opens: an existing node, or a new regular file. */
export interface Opening {
  readonly read: boolean;
  /** Never for directories. */
  readonly write: boolean;
  readonly create: boolean;
  /** With `create`: fails with `exist` if the name is taken, by a link too. */
  readonly exclusive: boolean;
  /** Only with `write`. Happens after it is known that it is a regular file. */
  readonly truncate: boolean;
}

export interface DirectoryNode extends OpenNode {
  readonly kind: "directory";
  /** The directory of that name, or the target of the symbolic link of that name; `not-directory` for anything else. */
  enter(name: string): Later<DirectoryNode | string>;
  /**
   * Asked where a walk sets out: the directory that entering each of these names, which `/` stands between, would come to now without a
   * link among them, if the backend knows that for less than it takes to enter them. To be closed like what was entered.
   */
  known?(path: string): DirectoryNode | undefined;
  /**
   * The file or directory of that name, or the target of the symbolic link of that name. Never blocks: special files are refused with
   * `not-permitted`.
   */
  open(name: string, opening: Opening): Later<FileNode | DirectoryNode | string>;
  /** One more handle of this directory, with a life of its own. */
  reopen(): Later<DirectoryNode>;
  list(): Later<readonly { readonly name: string; readonly type: FileType }[]>;
  statOf(name: string): Later<Stat>;
  setTimesOf(name: string, accessed: NewTime, modified: NewTime): Later<void>;
  /** `invalid` if it is no symbolic link. */
  readLink(name: string): Later<string>;
  makeDirectory(name: string): Later<void>;
  removeDirectory(name: string): Later<void>;
  unlink(name: string): Later<void>;
  makeSymlink(name: string, target: string): Later<void>;
  /** `to` is a node of the same backend; `cross-device` otherwise. */
  link(name: string, to: DirectoryNode, newName: string): Later<void>;
  rename(name: string, to: DirectoryNode, newName: string): Later<void>;
}
