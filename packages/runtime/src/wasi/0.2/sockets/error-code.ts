import { codeOf, type SocketErrorCode } from "../../../network/socket-error.ts";

/** `error-code` of `wasi:sockets/network`. */
export type ErrorCode =
  | Exclude<SocketErrorCode, "connection-broken">
  /** What a socket of 0.2 says of starting and finishing. */
  | "concurrency-conflict"
  | "not-in-progress"
  | "would-block";

export function errorCode(code: SocketErrorCode): ErrorCode {
  return code === "connection-broken" ? "unknown" : code;
}

/** Does something with a socket; an error case of it is the error case of the function. */
export function attempt<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw typeof error === "string" ? error : errorCode(codeOf(error));
  }
}
