/** What can go wrong with a socket or a name, in the words of WASI; each version's bindings have those that it knows. */
export type SocketErrorCode =
  | "unknown"
  | "access-denied"
  | "not-supported"
  | "invalid-argument"
  | "out-of-memory"
  | "timeout"
  | "invalid-state"
  | "new-socket-limit"
  | "address-not-bindable"
  | "address-in-use"
  | "remote-unreachable"
  | "connection-refused"
  | "connection-broken"
  | "connection-reset"
  | "connection-aborted"
  | "datagram-too-large"
  | "name-unresolvable"
  | "temporary-resolver-failure"
  | "permanent-resolver-failure";

/** The error case of an operation on a socket. A guest sees the code and nothing else. */
export class SocketError extends Error {
  override readonly name = "SocketError";
  readonly code: SocketErrorCode;

  constructor(code: SocketErrorCode, cause?: unknown) {
    super(code, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The code of whatever an operation threw; what is no `SocketError` is the host's own fault and thrown on. */
export function codeOf(error: unknown): SocketErrorCode {
  if (error instanceof SocketError) return error.code;
  throw error;
}
