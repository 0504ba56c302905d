/** `path_*`: what is done with what a directory holds. */
import { after, type Later } from "../../capability/later.ts";
import { Errno, Failure } from "./errno.ts";
import type { Guest } from "./guest.ts";
import { FD_READ, FD_WRITE } from "./rights.ts";
import { newTimes, putFilestat, withInode } from "./stat.ts";

/** `lookupflags`. */
const SYMLINK_FOLLOW = 1;
/** `oflags`. */
const CREAT = 1;
const DIRECTORY = 2;
const EXCL = 4;
const TRUNC = 8;
/** `fdflags`. */
const APPEND = 1;
const NONBLOCK = 4;
const SYNCHRONOUS = 2 | 8 | 16;

export function pathFunctions({ memory, descriptors }: Guest) {
  const follows = (flags: number): boolean => (flags & SYMLINK_FOLLOW) !== 0;

  return {
    path_create_directory(fd: number, at: number, length: number): Later<void> {
      return descriptors.directory(fd).handle.createDirectoryAt(memory.path(at, length));
    },
    path_filestat_get(fd: number, flags: number, at: number, length: number, out: number): Later<void> {
      const { handle } = descriptors.directory(fd);
      const path = memory.path(at, length);
      return withInode(
        handle.statAt(path, follows(flags)),
        () => handle.metadataHashAt(path, follows(flags)),
        (stat, inode) => putFilestat(memory, out, stat, inode),
      );
    },
    path_filestat_set_times(fd: number, lookup: number, at: number, length: number, accessed: bigint, modified: bigint, flags: number): Later<void> {
      const times = newTimes(accessed, modified, flags);
      return descriptors.directory(fd).handle.setTimesAt(memory.path(at, length), follows(lookup), ...times);
    },
    path_link(fromFd: number, lookup: number, from: number, fromLength: number, toFd: number, to: number, toLength: number): Later<void> {
      const [source, target] = [descriptors.directory(fromFd), descriptors.directory(toFd)];
      return source.handle.linkAt(memory.path(from, fromLength), follows(lookup), target.handle, memory.path(to, toLength));
    },
    path_open(
      fd: number,
      lookup: number,
      at: number,
      length: number,
      oflags: number,
      base: bigint,
      _inheriting: bigint,
      fdflags: number,
      out: number,
    ): Later<void> {
      const path = memory.path(at, length);
      const { handle } = descriptors.directory(fd, Errno.notdir);
      // What is written would have to be on the disk when the call returns.
      if ((fdflags & SYNCHRONOUS) !== 0) throw new Failure(Errno.notsup);
      const flags = {
        create: (oflags & CREAT) !== 0,
        directory: (oflags & DIRECTORY) !== 0,
        exclusive: (oflags & EXCL) !== 0,
        truncate: (oflags & TRUNC) !== 0,
      };
      const opened = handle.openAt(path, follows(lookup), flags, { read: (base & FD_READ) !== 0n, write: (base & FD_WRITE) !== 0n, mutate: true });
      return after(opened, (found) => {
        const number = descriptors.add(
          found.kind === "directory"
            ? { kind: "directory", handle: found, preopen: undefined, listing: undefined }
            : { kind: "file", handle: found, position: 0n, append: (fdflags & APPEND) !== 0, nonBlocking: (fdflags & NONBLOCK) !== 0 },
        );
        memory.setU32(out, number);
      });
    },
    path_readlink(fd: number, at: number, length: number, into: number, room: number, out: number): Later<void> {
      return after(descriptors.directory(fd).handle.readLinkAt(memory.path(at, length)), (target) => {
        const bytes = new TextEncoder().encode(target).subarray(0, room >>> 0);
        memory.bytes(into, bytes.length).set(bytes);
        memory.setU32(out, bytes.length);
      });
    },
    path_remove_directory(fd: number, at: number, length: number): Later<void> {
      return descriptors.directory(fd).handle.removeDirectoryAt(memory.path(at, length));
    },
    path_rename(fromFd: number, from: number, fromLength: number, toFd: number, to: number, toLength: number): Later<void> {
      const [source, target] = [descriptors.directory(fromFd), descriptors.directory(toFd)];
      return source.handle.renameAt(memory.path(from, fromLength), target.handle, memory.path(to, toLength));
    },
    path_symlink(target: number, targetLength: number, fd: number, at: number, length: number): Later<void> {
      return descriptors.directory(fd).handle.symlinkAt(memory.path(target, targetLength), memory.path(at, length));
    },
    path_unlink_file(fd: number, at: number, length: number): Later<void> {
      return descriptors.directory(fd).handle.unlinkFileAt(memory.path(at, length));
    },
  };
}
