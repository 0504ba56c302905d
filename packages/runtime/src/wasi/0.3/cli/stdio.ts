/** `wasi:cli/stdin`, `stdout`, `stderr`: every call gives one more stream from the same source, or writes one more to the same sink. */
import type { Chunks } from "../../../streams/chunk-reader.ts";
import type { InputSource } from "../../../streams/input-source.ts";
import type { Outlet } from "../../../streams/outlet.ts";
import { SourceChunks } from "../../../streams/source-chunks.ts";
import { StreamFailure } from "../../../streams/stream-failure.ts";
import { err, OK, type Result } from "../result.ts";

/** `error-code` of `wasi:cli/types`. */
export type ErrorCode = "io" | "illegal-byte-sequence" | "pipe";

export const stdin = (source: InputSource) => ({
  readViaStream(): [SourceChunks, Promise<Result<ErrorCode>>] {
    const chunks = new SourceChunks(source);
    return [chunks, settled(chunks.closed.then(() => (chunks.failure === undefined ? OK : ioError(chunks.failure))))];
  },
});

export const stdout = (outlet: Outlet) => ({ writeViaStream: (data: Chunks): Promise<Result<ErrorCode>> => written(outlet, data) });
export const stderr = stdout;

function written(outlet: Outlet, data: Chunks): Promise<Result<ErrorCode>> {
  // A reader that went away is no failure of the host's, but the guest is to know that nobody reads.
  return settled(outlet.pour(data).then((all) => (all ? OK : err("pipe")), ioError));
}

/** Anything but a `StreamFailure` is the host's own fault and stays as it is. */
function ioError(error: unknown): Result<ErrorCode> {
  if (error instanceof StreamFailure) return err("io");
  throw error;
}

/** The guest need not look at it. */
function settled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
