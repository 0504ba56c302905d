import type { HttpFailure } from "../../../streams/stream-failure.ts";
import { IoError } from "../io/error.ts";

/** `error-code` of `wasi:http/types`. */
export type ErrorCode = HttpFailure;

/** The error value of a `result` without a type for it. */
export const FAILED = Object.freeze({ payload: undefined });

export const httpErrorCode = (error: IoError): ErrorCode | undefined => IoError.codeOf(error).http;
