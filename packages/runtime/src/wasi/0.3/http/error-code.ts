import type { HttpFailure } from "../../../streams/stream-failure.ts";

/** `error-code` of `wasi:http/types`. */
export type ErrorCode = HttpFailure;

/** The error value of a `result` without a type for it. */
export const FAILED = Object.freeze({ payload: undefined });

/** For what has no case of its own. */
export function internalError(text: string): ErrorCode {
  return { tag: "internal-error", val: text };
}
