import type { AddressFamily, SocketAddress } from "../../network/address.ts";

/** `ip-socket-address` of every version. */
export interface IpSocketAddress {
  readonly tag: AddressFamily;
  readonly val: { readonly port: number; readonly address: readonly number[]; readonly flowInfo?: number; readonly scopeId?: number };
}

export function fromIpSocketAddress({ tag, val }: IpSocketAddress): SocketAddress {
  const { port, address, flowInfo = 0, scopeId = 0 } = val;
  return { address: { tag, val: [...address] }, port, flowInfo, scopeId };
}

export function toIpSocketAddress({ address, port, flowInfo = 0, scopeId = 0 }: SocketAddress): IpSocketAddress {
  const { tag, val } = address;
  return { tag, val: tag === "ipv4" ? { port, address: val } : { port, flowInfo, address: val, scopeId } };
}
