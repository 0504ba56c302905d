import { SocketError, type SocketErrorCode } from "../../../network/socket-error.ts";
import { codeOf } from "../file-descriptor.ts";

const CODES: ReadonlyMap<string, SocketErrorCode> = new Map<string, SocketErrorCode>([
  ["EACCES", "access-denied"],
  ["EPERM", "access-denied"],
  ["ERR_ACCESS_DENIED", "access-denied"],
  ["EADDRINUSE", "address-in-use"],
  ["EADDRNOTAVAIL", "address-not-bindable"],
  ["ETIMEDOUT", "timeout"],
  ["EPIPE", "connection-broken"],
  ["ECONNREFUSED", "connection-refused"],
  ["ECONNRESET", "connection-reset"],
  ["ECONNABORTED", "connection-aborted"],
  ["EINVAL", "invalid-argument"],
  ["EHOSTUNREACH", "remote-unreachable"],
  ["EHOSTDOWN", "remote-unreachable"],
  ["ENETDOWN", "remote-unreachable"],
  ["ENETUNREACH", "remote-unreachable"],
  ["ENONET", "remote-unreachable"],
  ["EISCONN", "invalid-state"],
  ["ENOTCONN", "invalid-state"],
  ["EDESTADDRREQ", "invalid-state"],
  ["EMFILE", "new-socket-limit"],
  ["ENFILE", "new-socket-limit"],
  ["EMSGSIZE", "datagram-too-large"],
  ["ENOMEM", "out-of-memory"],
  ["ENOBUFS", "out-of-memory"],
  ["EOPNOTSUPP", "not-supported"],
  ["ENOTSUP", "not-supported"],
  ["ENOPROTOOPT", "not-supported"],
  ["EPROTONOSUPPORT", "not-supported"],
  ["EAFNOSUPPORT", "not-supported"],
]);

/** A system error in the words of WASI. */
export function socketErrorCode(name: string | undefined): SocketErrorCode {
  return CODES.get(name ?? "") ?? "unknown";
}

export function socketError(error: unknown): SocketError {
  return new SocketError(socketErrorCode(codeOf(error)), error);
}

/** Of the negative number that a handle gives. */
export function socketErrorOf(errno: number): SocketError {
  return new SocketError(socketErrorCode(process.getBuiltinModule("node:util").getSystemErrorName(errno)));
}

/** Asks the system for something that it may also refuse by throwing, as under Node's permission model. */
export function ask<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof SocketError ? error : socketError(error);
  }
}
