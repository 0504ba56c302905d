import { formatIp, parseIp, type SocketAddress } from "../../../network/address.ts";

/** The address as Node takes it, with the zone of a link-local one. */
export function addressText({ address, scopeId = 0 }: SocketAddress): string {
  const text = formatIp(address);
  return scopeId === 0 || address.tag === "ipv4" ? text : `${text}%${zoneOf(scopeId)}`;
}

/** What Node says of an address. */
export function socketAddress(text: string, port: number): SocketAddress {
  const [ip, zone] = text.split("%", 2);
  const address = parseIp(ip!);
  if (address === undefined) throw new TypeError("the system gave an address that is none");
  return zone === undefined ? { address, port } : { address, port, scopeId: scopeOf(zone) };
}

/** On Windows a zone is written as its number, elsewhere as the name of the interface. */
function zoneOf(scopeId: number): string {
  for (const [name, addresses] of Object.entries(interfaces())) {
    if (addresses.some((each) => each.scopeid === scopeId)) return process.platform === "win32" ? String(scopeId) : name;
  }
  return String(scopeId);
}

function scopeOf(zone: string): number {
  const found = (interfaces()[zone] ?? []).find((each) => each.scopeid !== undefined && each.scopeid !== 0);
  return found?.scopeid ?? (Number.parseInt(zone, 10) || 0);
}

function interfaces(): Readonly<Record<string, readonly { readonly scopeid?: number }[]>> {
  return process.getBuiltinModule("node:os").networkInterfaces() as Record<string, { scopeid?: number }[]>;
}
