import { after, type Later } from "../../capability/later.ts";
import type { FileType, NewTime, Stat } from "../../directory/handle.ts";
import { Errno, Failure } from "./errno.ts";
import type { GuestMemory } from "./guest-memory.ts";

/** `filetype`. */
export const Filetype = {
  unknown: 0,
  "block-device": 1,
  "character-device": 2,
  directory: 3,
  fifo: 0,
  "regular-file": 4,
  socket: 6,
  "symbolic-link": 7,
} as const satisfies Record<FileType, number>;

const FILESTAT_BYTES = 64;

/** `filestat`. Which device it is on is nobody's business; the inode number tells objects apart and nothing else. */
export function putFilestat(memory: GuestMemory, at: number, stat: Stat, inode: bigint): void {
  memory.bytes(at, FILESTAT_BYTES).fill(0);
  memory.setU64(at, 1n);
  memory.setU64(at + 8, inode);
  memory.setU8(at + 16, Filetype[stat.type]);
  memory.setU64(at + 24, stat.links);
  memory.setU64(at + 32, stat.size);
  memory.setU64(at + 40, BigInt.asUintN(64, stat.accessed ?? 0n));
  memory.setU64(at + 48, BigInt.asUintN(64, stat.modified ?? 0n));
  memory.setU64(at + 56, BigInt.asUintN(64, stat.changed ?? 0n));
}

/** What stands behind a standard stream is not told, but whether it is a terminal. */
export function putStreamFilestat(memory: GuestMemory, at: number, type: number): void {
  memory.bytes(at, FILESTAT_BYTES).fill(0);
  memory.setU8(at + 16, type);
}

/** `fstflags`. */
const ACCESSED = 1;
const ACCESSED_NOW = 2;
const MODIFIED = 4;
const MODIFIED_NOW = 8;

export function newTimes(accessed: bigint, modified: bigint, flags: number): [accessed: NewTime, modified: NewTime] {
  return [newTime(accessed, flags & ACCESSED, flags & ACCESSED_NOW), newTime(modified, flags & MODIFIED, flags & MODIFIED_NOW)];
}

function newTime(time: bigint, set: number, now: number): NewTime {
  if (set !== 0 && now !== 0) throw new Failure(Errno.inval);
  return set !== 0 ? BigInt.asUintN(64, time) : now !== 0 ? "now" : "no-change";
}

/** A stat, and a number for the object, of two questions. */
export function withInode(stat: Later<Stat>, hash: () => Later<readonly [bigint, bigint]>, put: (stat: Stat, inode: bigint) => void): Later<void> {
  return after(stat, (known) => after(hash(), ([inode]) => put(known, inode)));
}
