import { FileError, type FileErrorCode } from "../../../directory/file-error.ts";

/** What the operating system, or libuv in its place, calls an error, in the words of WASI. */
const CODES: ReadonlyMap<string, FileErrorCode> = new Map([
  ["EACCES", "access"],
  ["EAGAIN", "would-block"],
  ["EALREADY", "already"],
  ["EBADF", "bad-descriptor"],
  ["EBUSY", "busy"],
  ["EDEADLK", "deadlock"],
  ["EDQUOT", "quota"],
  ["EEXIST", "exist"],
  ["EFBIG", "file-too-large"],
  ["EILSEQ", "illegal-byte-sequence"],
  ["EINPROGRESS", "in-progress"],
  ["EINTR", "interrupted"],
  ["EINVAL", "invalid"],
  ["EIO", "io"],
  ["EISDIR", "is-directory"],
  ["ELOOP", "loop"],
  ["EMFILE", "insufficient-memory"],
  ["EMLINK", "too-many-links"],
  ["EMSGSIZE", "message-size"],
  ["ENAMETOOLONG", "name-too-long"],
  ["ENFILE", "insufficient-memory"],
  ["ENODEV", "no-device"],
  ["ENOENT", "no-entry"],
  ["ENOLCK", "no-lock"],
  ["ENOMEM", "insufficient-memory"],
  ["ENOSPC", "insufficient-space"],
  ["ENOSYS", "unsupported"],
  ["ENOTDIR", "not-directory"],
  ["ENOTEMPTY", "not-empty"],
  ["ENOTRECOVERABLE", "not-recoverable"],
  ["ENOTSUP", "unsupported"],
  ["ENOTTY", "no-tty"],
  ["ENXIO", "no-such-device"],
  ["EOPNOTSUPP", "unsupported"],
  ["EOVERFLOW", "overflow"],
  ["EPERM", "not-permitted"],
  ["EPIPE", "pipe"],
  ["EROFS", "read-only"],
  ["ESPIPE", "invalid-seek"],
  ["ETXTBSY", "text-file-busy"],
  ["EXDEV", "cross-device"],
  // Node's own, under its permission model, for a NUL in a path and a number out of range.
  ["ERR_ACCESS_DENIED", "access"],
  ["ERR_INVALID_ARG_VALUE", "invalid"],
  ["ERR_OUT_OF_RANGE", "invalid"],
]);

/** What `fs` throws, as the error that a guest may see the code of. */
export function fileError(error: unknown): FileError {
  if (error instanceof FileError) return error;
  return new FileError(CODES.get(errnoOf(error) ?? "") ?? "io", error);
}

/** `ENOENT` and the like. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
