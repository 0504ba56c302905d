/**
 * `wasi:sockets` with no authority behind it: components import it whether or not they use a network. No socket is handed out,
 * since making one is already refused; the functions of the socket classes are there so that linking does not fail.
 */
import { err, type Result } from "../result.ts";

/** An `error-code` of `wasi:sockets/types` or `wasi:sockets/ip-name-lookup`. */
export interface ErrorCode {
  readonly tag: string;
  readonly val?: string | undefined;
}

export type IpAddressFamily = "ipv4" | "ipv6";
export type IpAddress = { readonly tag: IpAddressFamily; readonly val: readonly number[] };
export interface IpSocketAddress {
  readonly tag: IpAddressFamily;
  readonly val: { readonly port: number; readonly address: readonly number[]; readonly flowInfo?: number; readonly scopeId?: number };
}

const ACCESS_DENIED: ErrorCode = Object.freeze({ tag: "access-denied" });

/** The `error-code` of whatever would need authority. */
export function denied(): never {
  throw ACCESS_DENIED;
}

export const deniedOutcome = async (): Promise<Result<ErrorCode>> => err(ACCESS_DENIED);
