import { type AddressFamily, canonicalIp, classifyIp, type IpAddress, isIpv4Compatible, isIpv4Mapped, type SocketAddress } from "./address.ts";

/** Whether a socket of that family can be bound or connected to the address: IPv6 sockets are for IPv6 only, in no disguise. */
export function fitsFamily(address: IpAddress, family: AddressFamily): boolean {
  return address.tag === family && !isIpv4Compatible(address) && !isIpv4Mapped(address);
}

export function isRemote({ address, port }: SocketAddress): boolean {
  return port !== 0 && classifyIp(canonicalIp(address)) !== "unspecified";
}

export function isUnicast(address: IpAddress): boolean {
  const found = classifyIp(canonicalIp(address));
  return found !== "multicast" && found !== "broadcast";
}

export function sameSocketAddress(a: SocketAddress, b: SocketAddress): boolean {
  const { flowInfo = 0, scopeId = 0 } = a;
  const sameParts = a.address.val.every((part, index) => part === b.address.val[index]);
  return a.address.tag === b.address.tag && sameParts && a.port === b.port && flowInfo === (b.flowInfo ?? 0) && scopeId === (b.scopeId ?? 0);
}
