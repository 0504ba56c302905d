import { FileError, type FileErrorCode } from "../../../directory/file-error.ts";

/** What the File System API calls an error, in the words of WASI. */
const CODES: ReadonlyMap<string, FileErrorCode> = new Map([
  ["InvalidModificationError", "not-empty"],
  ["InvalidStateError", "bad-descriptor"],
  ["NoModificationAllowedError", "busy"],
  ["NotAllowedError", "access"],
  ["NotFoundError", "no-entry"],
  ["NotSupportedError", "unsupported"],
  ["QuotaExceededError", "quota"],
  ["SecurityError", "access"],
  // Of a name that the API does not take.
  ["TypeError", "invalid"],
  ["TypeMismatchError", "not-directory"],
]);

/** What the File System API rejects with, as the error that a guest may see the code of. */
export function fileError(error: unknown): FileError {
  if (error instanceof FileError) return error;
  return new FileError(CODES.get(nameOf(error)) ?? "io", error);
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}
