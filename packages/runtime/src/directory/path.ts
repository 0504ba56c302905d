/** Paths and names as guests give them, looked at once. What is allowed here is the same on every platform. */
import { MAX_NAME_BYTES, MAX_PATH_BYTES } from "../limits.ts";
import { FileError } from "./file-error.ts";

/** One code unit becomes at most that many bytes of UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

/** A path below a directory, or the target of a link. @throws FileError for what can be neither. */
export function checkPath(path: string): void {
  if (path === "") throw new FileError("no-entry");
  if (path.startsWith("/")) throw new FileError("not-permitted");
  if (path.includes("\0")) throw new FileError("invalid");
  if (isLonger(path, MAX_PATH_BYTES)) throw new FileError("name-too-long");
  if (!path.isWellFormed()) throw new FileError("illegal-byte-sequence");
}

/** One component of a path. @throws FileError */
export function checkName(name: string): void {
  if (isLonger(name, MAX_NAME_BYTES)) throw new FileError("name-too-long");
}

/** Whether that is more bytes in UTF-8: most are so short that nothing need be counted. */
function isLonger(text: string, bytes: number): boolean {
  if (text.length * MAX_BYTES_PER_UNIT <= bytes) return false;
  return text.length > bytes || new TextEncoder().encode(text).length > bytes;
}
