/**
 * Directories on Linux, by handles. A directory is a descriptor, and what is in it is reached as `/proc/self/fd/<descriptor>/<name>`: the
 * kernel goes from that to the very directory that was opened, wherever it is by now, and then takes one step. Either the call takes no
 * step beyond (`rename`, `unlink`, `lstat`, ...) or O_NOFOLLOW forbids it to: so nothing that changes meanwhile, and no link, leads it
 * elsewhere. This is what `openat` and its family do for programs in C, which Node does not have.
 *
 * All calls are synchronous: they cost some microseconds, and another thread would cost more.
 */
import {
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from "node:fs";
import { FileError } from "../../../directory/file-error.ts";
import type { DirectoryNode, FileNode, FileType, NewTime, Opening, Stat } from "../../../directory/node.ts";
import { accessOf, closeQuietly, DescriptorFile } from "./descriptor-file.ts";
import { errnoOf, fileError } from "./errno.ts";
import { setTimes } from "./file-times.ts";
import { BIGINT, statOf, typeOfMode } from "./file-type.ts";
import { type KeptDirectories, StartingPoint } from "./kept-directories.ts";
import { isKernelFileSystem } from "./kernel-file-systems.ts";
import { decoded, listDirectory } from "./list-directory.ts";

/** Only a place to go on from: asks for no right to list it. Linux has it everywhere, Node no name for it. */
export const O_PATH = 0o10000000;
const ENTER = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Neither waits for the other end of a pipe, nor makes a terminal ours, nor follows a link. libuv adds O_CLOEXEC. */
const SAFELY = constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
const NEW = constants.O_CREAT | constants.O_EXCL;

/** How often a name may change between two looks at it before that is an error. */
const MAX_LOOKS = 16;

/** What the directories of one root have in common. */
export interface LinuxRoot {
  /** On others special files are likely. */
  readonly device: number;
  readonly kept: KeptDirectories;
}

export interface LinuxDirectoryParts {
  /** Of the directory; taken over. */
  readonly fd: number;
  readonly device: number;
  readonly root: LinuxRoot;
  /** Where a walk set out that passes by, and the path from there. */
  readonly passed: { readonly start: StartingPoint; readonly path: string } | undefined;
}

export class LinuxDirectory implements DirectoryNode {
  readonly kind = "directory";
  readonly #parts: LinuxDirectoryParts;
  readonly #itself: string;
  /** Once a walk has set out here, with `known`. */
  #start: StartingPoint | undefined;
  #open = true;

  constructor(parts: LinuxDirectoryParts) {
    this.#parts = parts;
    this.#itself = `${parts.root.kept.descriptors}${parts.fd}`;
  }

  known(path: string): DirectoryNode | undefined {
    this.#here();
    this.#start ??= new StartingPoint(this.#parts.root.kept, this.#itself);
    try {
      const found = this.#start.take(path);
      return found === undefined ? undefined : this.#sibling(found.fd, found.device, { start: this.#start, path });
    } catch (error) {
      throw fileError(error);
    }
  }

  enter(name: string): DirectoryNode | string {
    const path = this.#at(name);
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      try {
        return this.#admitDirectory(openSync(path, ENTER), name);
      } catch (error) {
        if (errnoOf(error) !== "ENOTDIR") throw fileError(error);
        const target = this.#targetOf(path);
        if (target !== undefined) return target;
        if (this.statOf(name).type !== "directory") throw new FileError("not-directory", error);
      }
    }
    throw new FileError("busy");
  }

  open(name: string, opening: Opening): FileNode | DirectoryNode | string {
    const path = this.#at(name);
    const access = accessOf(opening) | SAFELY;
    try {
      if (opening.create && opening.exclusive) return file(openSync(path, access | NEW, 0o666));
      if (this.#parts.device !== this.#parts.root.device) refuseSpecialFile(path);
      for (let looks = 0; looks < MAX_LOOKS; looks++) {
        const existing = openExisting(path, access);
        if (typeof existing === "number") return this.#admit(existing, opening);
        if (existing === "link") {
          const target = this.#targetOf(path);
          if (target !== undefined) return target;
        } else {
          if (!opening.create) throw new FileError("no-entry");
          const created = openNew(path, access);
          if (created !== undefined) return file(created);
        }
      }
    } catch (error) {
      throw fileError(error);
    }
    throw new FileError("busy");
  }

  reopen(): DirectoryNode {
    try {
      return this.#sibling(openSync(this.#here(), O_PATH | constants.O_DIRECTORY), this.#parts.device);
    } catch (error) {
      throw fileError(error);
    }
  }

  list(): { readonly name: string; readonly type: FileType }[] {
    try {
      return listDirectory(this.#here());
    } catch (error) {
      throw fileError(error);
    }
  }

  stat(): Stat {
    this.#here();
    try {
      return statOf(fstatSync(this.#parts.fd, BIGINT));
    } catch (error) {
      throw fileError(error);
    }
  }

  statOf(name: string): Stat {
    const path = this.#at(name);
    try {
      const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
      if (stats === undefined) throw new FileError("no-entry");
      return statOf(stats);
    } catch (error) {
      throw fileError(error);
    }
  }

  setTimes(accessed: NewTime, modified: NewTime): void {
    const path = this.#here();
    try {
      setTimes(accessed, modified, {
        stat: () => fstatSync(this.#parts.fd, BIGINT),
        set: (newAccessed, newModified) => utimesSync(path, newAccessed, newModified),
        path,
        followLast: true,
      });
    } catch (error) {
      throw fileError(error);
    }
  }

  setTimesOf(name: string, accessed: NewTime, modified: NewTime): void {
    const path = this.#at(name);
    try {
      setTimes(accessed, modified, {
        stat: () => lstatSync(path, BIGINT),
        set: (newAccessed, newModified) => lutimesSync(path, newAccessed, newModified),
        path,
        followLast: false,
      });
    } catch (error) {
      throw fileError(error);
    }
  }

  sync(dataOnly: boolean): void {
    try {
      // Of a descriptor with O_PATH there is nothing to write back.
      const fd = openSync(this.#here(), constants.O_RDONLY | constants.O_DIRECTORY);
      try {
        (dataOnly ? fdatasyncSync : fsyncSync)(fd);
      } finally {
        closeQuietly(fd);
      }
    } catch (error) {
      throw fileError(error);
    }
  }

  readLink(name: string): string {
    const target = this.#targetOf(this.#at(name));
    if (target === undefined) throw new FileError("invalid");
    return target;
  }

  makeDirectory(name: string): void {
    attempt(mkdirSync, this.#at(name), 0o777);
  }

  removeDirectory(name: string): void {
    attempt(rmdirSync, this.#at(name));
  }

  unlink(name: string): void {
    attempt(unlinkSync, this.#at(name));
  }

  makeSymlink(name: string, target: string): void {
    attempt(symlinkSync, target, this.#at(name));
  }

  link(name: string, to: DirectoryNode, newName: string): void {
    attempt(linkSync, this.#at(name), beside(to).#at(newName));
  }

  rename(name: string, to: DirectoryNode, newName: string): void {
    attempt(renameSync, this.#at(name), beside(to).#at(newName));
  }

  close(): void {
    if (!this.#open) return;
    // First of all: the number is another's as soon as it is closed.
    this.#open = false;
    this.#start?.close();
    const { passed, fd, device } = this.#parts;
    if (passed === undefined) closeQuietly(fd);
    else passed.start.keep(passed.path, fd, device);
  }

  /** This directory, for calls that follow the link that stands for a descriptor. */
  #here(): string {
    if (!this.#open) throw new FileError("bad-descriptor");
    return this.#itself;
  }

  /** What is called so in this directory, for calls that do not follow links. */
  #at(name: string): string {
    if (!this.#open) throw new FileError("bad-descriptor");
    // `walk.ts` gives no such names. If ever it did, they would lead out.
    if (name === "" || name === "." || name === ".." || name.includes("/")) throw new FileError("not-permitted");
    return `${this.#itself}/${name}`;
  }

  /** Takes over the descriptor of whatever was there. */
  #admit(fd: number, opening: Opening): FileNode | DirectoryNode {
    try {
      const { mode, dev } = fstatSync(fd);
      const type = typeOfMode(mode);
      if (type !== "regular-file" && type !== "directory") throw new FileError("not-permitted");
      this.#checkDevice(fd, dev);
      if (type === "directory") return this.#sibling(fd, dev);
      if (opening.truncate) ftruncateSync(fd, 0);
      return file(fd);
    } catch (error) {
      closeQuietly(fd);
      throw fileError(error);
    }
  }

  /** Takes over the descriptor of a directory in this one. */
  #admitDirectory(fd: number, name: string): LinuxDirectory {
    try {
      const { dev } = fstatSync(fd);
      this.#checkDevice(fd, dev);
      return this.#sibling(fd, dev, this.#passing(name));
    } catch (error) {
      closeQuietly(fd);
      throw fileError(error);
    }
  }

  /** How a walk came to what is called so here. */
  #passing(name: string): LinuxDirectoryParts["passed"] {
    const { passed } = this.#parts;
    if (this.#start !== undefined) return { start: this.#start, path: name };
    return passed && { start: passed.start, path: `${passed.path}/${name}` };
  }

  /** One more of the same root. */
  #sibling(fd: number, device: number, passed?: LinuxDirectoryParts["passed"]): LinuxDirectory {
    return new LinuxDirectory({ fd, device, root: this.#parts.root, passed });
  }

  /** A file system that is mounted below the root may be one that no guest may see: /proc, when the root is `/`. */
  #checkDevice(fd: number, device: number): void {
    if (device !== this.#parts.device && isKernelFileSystem(`/proc/self/fd/${fd}`)) throw new FileError("not-permitted");
  }

  /** Where a symbolic link leads; `undefined` if it is none. */
  #targetOf(path: string): string | undefined {
    let bytes: Buffer;
    try {
      bytes = readlinkSync(path, "buffer");
    } catch (error) {
      if (errnoOf(error) === "EINVAL") return undefined;
      throw fileError(error);
    }
    const target = decoded(bytes);
    if (target === undefined) throw new FileError("illegal-byte-sequence");
    return target;
  }
}

/** The descriptor of what is called so; `undefined`: there is nothing. */
function openExisting(path: string, flags: number): number | "link" | undefined {
  try {
    return openSync(path, flags);
  } catch (error) {
    switch (errnoOf(error)) {
      case "ENOENT":
        return undefined;
      case "ELOOP":
        return "link";
      // What a pipe that nobody reads, a socket, and a device without a driver give.
      case "ENXIO":
      case "ENODEV":
        throw new FileError("not-permitted", error);
      default:
        throw error;
    }
  }
}

/** The descriptor of a new file; `undefined`: there is something of that name by now. */
function openNew(path: string, flags: number): number | undefined {
  try {
    return openSync(path, flags | NEW, 0o666);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return undefined;
    throw error;
  }
}

/** Even to open a device may do something. Within the root's file system they are refused after they are opened, which costs less. */
function refuseSpecialFile(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isFile() || stats.isDirectory() || stats.isSymbolicLink()) return;
  throw new FileError("not-permitted");
}

/** A file that keeps to its descriptor also where it needs another. */
function file(fd: number): DescriptorFile {
  return new DescriptorFile(fd, openAppending);
}

function openAppending(fd: number): number {
  return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK);
}

function beside(node: DirectoryNode): LinuxDirectory {
  if (node instanceof LinuxDirectory) return node;
  throw new FileError("cross-device");
}

function attempt<T extends unknown[]>(act: (...parameters: T) => void, ...parameters: T): void {
  try {
    act(...parameters);
  } catch (error) {
    throw fileError(error);
  }
}
