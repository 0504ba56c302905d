import { after, type Later } from "../../capability/later.ts";
import { FileError } from "../../directory/file-error.ts";
import type { DirectoryHandle } from "../../directory/handle.ts";
import type { Entry, Listing, OpenDirectory } from "./descriptors.ts";
import { Errno, Failure } from "./errno.ts";
import type { Guest } from "./guest.ts";
import type { Span } from "./guest-memory.ts";
import { Filetype } from "./stat.ts";

const DIRENT_BYTES = 24;

/**
 * `fd_readdir`: fills the buffer with entries from the one that the cookie says, the last one cut off where it doesn't fit. Reading from
 * the beginning looks at the directory; reading on goes through what was seen then, so that nothing is missed or told twice.
 */
export function readDirectory({ memory }: Guest, directory: OpenDirectory, { at, length }: Span, cookie: bigint, out: number): Later<void> {
  const listing = cookie === 0n || directory.listing === undefined ? list(directory.handle) : directory.listing;
  return after(listing, (entries) => {
    directory.listing = entries;
    if (cookie > BigInt(Number.MAX_SAFE_INTEGER)) throw new Failure(Errno.overflow);
    const buffer = memory.bytes(at, length);
    let used = 0;
    for (let i = Number(cookie); i < entries.length && used < length; i++) used += put(buffer.subarray(used), entries[i]!, i + 1);
    memory.setU32(out, used);
  });
}

/** How many bytes it took, at most all. */
function put(into: Uint8Array, { name, type, inode }: Entry, next: number): number {
  const dirent = new Uint8Array(DIRENT_BYTES + name.length);
  const view = new DataView(dirent.buffer);
  view.setBigUint64(0, BigInt(next), true);
  view.setBigUint64(8, inode, true);
  view.setUint32(16, name.length, true);
  dirent[20] = type;
  dirent.set(name, DIRENT_BYTES);
  const count = Math.min(dirent.length, into.length);
  into.set(dirent.subarray(0, count));
  return count;
}

function list(handle: DirectoryHandle): Later<Listing> {
  const encoder = new TextEncoder();
  return after(handle.metadataHash(), ([own]) =>
    after(handle.list(), (names) => {
      const entries: Later<Entry>[] = names.map(({ name, type }) =>
        after(inodeOf(handle, name), (inode) => ({ name: encoder.encode(name), type: Filetype[type], inode })),
      );
      // Of the directory above nothing is told.
      const dots = [".", ".."].map((name) => ({ name: encoder.encode(name), type: Filetype.directory, inode: own }));
      if (entries.some((entry) => entry instanceof Promise)) return Promise.all([...dots, ...entries]);
      return [...dots, ...(entries as Entry[])];
    }),
  );
}

/** 0 for what is gone by now. */
function inodeOf(handle: DirectoryHandle, name: string): Later<bigint> {
  const gone = (error: unknown): bigint => {
    if (error instanceof FileError && error.code === "no-entry") return 0n;
    throw error;
  };
  try {
    const hash = handle.metadataHashAt(name, false);
    return hash instanceof Promise ? hash.then(([inode]) => inode, gone) : hash[0];
  } catch (error) {
    return gone(error);
  }
}
