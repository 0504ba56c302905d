/**
 * Why a stream ended other than well. What the guest sees of it is `message`, so that holds no path, address or stack of the
 * host's; `cause` is for the host's own log.
 */
export class StreamFailure extends Error {
  override readonly name = "StreamFailure";
  /** The error of the interface the stream belongs to, for its "downcast" function. */
  readonly code: FailureCode;

  constructor(message: string, code: FailureCode = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** In the words of `wasi:http/types`, `wasi:filesystem/types` and `wasi:sockets/network`. */
export interface FailureCode {
  readonly http?: HttpFailure;
  readonly filesystem?: string;
  readonly network?: string;
}

/** An `error-code` of `wasi:http/types`. */
export interface HttpFailure {
  readonly tag: string;
  readonly val?: unknown;
}
