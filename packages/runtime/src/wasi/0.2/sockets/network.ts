/**
 * `wasi:sockets` with no authority behind it: components import it whether or not they use a network. No socket is handed out,
 * since making one is already refused; the functions of the socket classes are there so that linking does not fail.
 */
import type { IoError } from "../io/error.ts";

/** Conveys nothing. */
export class Network {}

export type IpAddressFamily = "ipv4" | "ipv6";
export type IpAddress = { readonly tag: IpAddressFamily; readonly val: readonly number[] };
export interface IpSocketAddress {
  readonly tag: IpAddressFamily;
  readonly val: { readonly port: number; readonly address: readonly number[]; readonly flowInfo?: number; readonly scopeId?: number };
}

/** The `error-code` of whatever would need authority. */
export function denied(): never {
  throw "access-denied";
}

export const network = { Network, networkErrorCode: (_error: IoError): string | undefined => undefined };
