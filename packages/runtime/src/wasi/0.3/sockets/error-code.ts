import { codeOf, type SocketErrorCode } from "../../../network/socket-error.ts";

/** `error-code` of `wasi:sockets/types`, and that of `wasi:sockets/ip-name-lookup`. */
export interface ErrorCode {
  readonly tag: Exclude<SocketErrorCode, "unknown" | "new-socket-limit"> | "other";
  readonly val?: string | undefined;
}

/** Those that 0.3 has no case for, as its case for everything else. */
export function errorCode(code: SocketErrorCode): ErrorCode {
  if (code === "unknown") return { tag: "other" };
  return code === "new-socket-limit" ? { tag: "other", val: "too many sockets" } : { tag: code };
}

/** Those of a look-up are fewer. */
export function lookupErrorCode(code: SocketErrorCode): ErrorCode {
  switch (code) {
    case "access-denied":
    case "invalid-argument":
    case "name-unresolvable":
    case "temporary-resolver-failure":
    case "permanent-resolver-failure":
      return { tag: code };
    default:
      return { tag: "other" };
  }
}

/** Does something with a socket; an error case of it is the error case of the function. */
export function attempt<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw errorCode(codeOf(error));
  }
}

/** As `attempt`, for what takes its time. */
export async function attemptLater<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw errorCode(codeOf(error));
  }
}
