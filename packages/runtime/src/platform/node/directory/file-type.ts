import type { BigIntStats, Dirent } from "node:fs";
import type { FileType, Stat } from "../../../directory/node.ts";

const FORMAT = 0o170000;
const TYPES: ReadonlyMap<number, FileType> = new Map([
  [0o010000, "fifo"],
  [0o020000, "character-device"],
  [0o040000, "directory"],
  [0o060000, "block-device"],
  [0o100000, "regular-file"],
  [0o120000, "symbolic-link"],
  [0o140000, "socket"],
]);

export function typeOfMode(mode: number): FileType {
  return TYPES.get(mode & FORMAT) ?? "unknown";
}

export function typeOfEntry(entry: Dirent<Buffer>): FileType {
  if (entry.isFile()) return "regular-file";
  if (entry.isDirectory()) return "directory";
  if (entry.isSymbolicLink()) return "symbolic-link";
  if (entry.isFIFO()) return "fifo";
  if (entry.isSocket()) return "socket";
  if (entry.isCharacterDevice()) return "character-device";
  return entry.isBlockDevice() ? "block-device" : "unknown";
}

export function statOf(stats: BigIntStats): Stat {
  return {
    type: typeOfMode(Number(stats.mode)),
    size: stats.size,
    links: stats.nlink,
    accessed: stats.atimeNs,
    modified: stats.mtimeNs,
    changed: stats.ctimeNs,
    identity: { device: stats.dev, file: stats.ino },
  };
}

/** For `fs.*Sync`: one object for all calls. */
export const BIGINT = { bigint: true } as const;
