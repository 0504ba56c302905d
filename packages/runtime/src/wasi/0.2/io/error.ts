import type { FailureCode, StreamFailure } from "../../../streams/stream-failure.ts";

/** `error` of `wasi:io/error`. What it tells the guest names nothing of the host's. */
export class IoError {
  readonly #failure: StreamFailure;

  constructor(failure: StreamFailure) {
    this.#failure = failure;
  }

  toDebugString(): string {
    return this.#failure.message;
  }

  /** For the "downcast" functions of other interfaces. Not a member: interposers and guests see methods only. */
  static codeOf(error: IoError): FailureCode {
    return error.#failure.code;
  }
}

export const error = { Error: IoError };
