import { after, type Later } from "../../capability/later.ts";
import { FileError } from "../../directory/file-error.ts";
import type { DirectoryHandle } from "../../directory/handle.ts";
import type { Descriptors, Listing, OpenDirectory } from "./descriptors.ts";
import type { Guest } from "./guest.ts";
import type { Span } from "./guest-memory.ts";
import { Filetype } from "./stat.ts";

const DIRENT_BYTES = 24;
const encoder = new TextEncoder();

/**
 * `fd_readdir`: fills the buffer with entries from the one that the cookie says, the last one cut off where it doesn't fit. Reading from
 * the beginning looks at the directory; reading on goes through what was seen then, so that nothing is missed or told twice.
 */
export function readDirectory({ memory, descriptors }: Guest, directory: OpenDirectory, { at, length }: Span, cookie: bigint, out: number): Later<void> {
  memory.bytes(at, length);
  const listing = cookie === 0n || directory.listing === undefined ? list(descriptors, directory) : directory.listing;
  return after(listing, ({ entries }) => {
    let used = 0;
    let next = cookie < BigInt(entries.length) ? Number(cookie) : entries.length;
    const go = (): Later<void> => {
      while (next < entries.length && used < length) {
        const entry = entries[next]!;
        next += 1;
        const put = (inode: bigint): void => {
          used += putEntry(memory.bytes(at + used, length - used), entry, { inode, next });
        };
        const inode = inodeOf(directory.handle, entry.name);
        if (inode instanceof Promise) return inode.then(put).then(go);
        put(inode);
      }
      memory.setU32(out, used);
    };
    return go();
  });
}

/** How many bytes it took, at most all. */
function putEntry(into: Uint8Array, { name, type }: Listing["entries"][number], { inode, next }: { readonly inode: bigint; readonly next: number }): number {
  const text = encoder.encode(name);
  const dirent = new Uint8Array(DIRENT_BYTES + text.length);
  const view = new DataView(dirent.buffer);
  view.setBigUint64(0, BigInt(next), true);
  view.setBigUint64(8, inode, true);
  view.setUint32(16, text.length, true);
  dirent[20] = Filetype[type];
  dirent.set(text, DIRENT_BYTES);
  const count = Math.min(dirent.length, into.length);
  into.set(dirent.subarray(0, count));
  return count;
}

function list(descriptors: Descriptors, directory: OpenDirectory): Later<Listing> {
  const dots = [".", ".."].map((name) => ({ name, type: "directory" as const }));
  return after(directory.handle.list(), (names) => descriptors.keepListing(directory, [...dots, ...names]));
}

/** Of the directory above nothing is told. 0 for what is gone by now. */
function inodeOf(handle: DirectoryHandle, name: string): Later<bigint> {
  const gone = (error: unknown): bigint => {
    if (error instanceof FileError && error.code === "no-entry") return 0n;
    throw error;
  };
  try {
    const hash = name === "." || name === ".." ? handle.metadataHash() : handle.metadataHashAt(name, false);
    return hash instanceof Promise ? hash.then(([inode]) => inode, gone) : hash[0];
  } catch (error) {
    return gone(error);
  }
}
