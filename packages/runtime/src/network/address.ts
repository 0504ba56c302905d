/**
 * IP addresses and the text forms of them, read strictly: what a check has read must be what the platform connects to, so forms on which
 * readers differ (`127.1`, `0x7f.0.0.1`, `010.0.0.1`, `2130706433`) are no addresses here.
 */

export type AddressFamily = "ipv4" | "ipv6";

/** As WIT has it: four bytes, or eight groups of 16 bits. */
export interface IpAddress {
  readonly tag: AddressFamily;
  readonly val: readonly number[];
}

/** An address and a port; `flowInfo` and `scopeId` only matter to IPv6. */
export interface SocketAddress {
  readonly address: IpAddress;
  readonly port: number;
  readonly flowInfo?: number;
  readonly scopeId?: number;
}

const V4_GROUPS = 4;
const V6_GROUPS = 8;

export const ipv4 = (...bytes: readonly number[]): IpAddress => ({ tag: "ipv4", val: bytes });
export const ipv6 = (...groups: readonly number[]): IpAddress => ({ tag: "ipv6", val: groups });

export function unspecified(family: AddressFamily): IpAddress {
  return family === "ipv4" ? ipv4(0, 0, 0, 0) : ipv6(0, 0, 0, 0, 0, 0, 0, 0);
}

/** `127.0.0.1`, `::1`, `::ffff:10.0.0.1`; without brackets, zone or port. `undefined`: no address. */
export function parseIp(text: string): IpAddress | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** Four decimal numbers without leading zeros. */
function parseIpv4(text: string): IpAddress | undefined {
  const parts = text.split(".", V4_GROUPS + 1);
  if (parts.length !== V4_GROUPS) return undefined;
  const bytes: number[] = [];
  for (const part of parts) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part)) return undefined;
    const byte = Number(part);
    if (byte > 255) return undefined;
    bytes.push(byte);
  }
  return ipv4(...bytes);
}

/** RFC 4291, section 2.2: groups of up to four hexadecimal digits, one `::`, the last 32 bits as an IPv4 address if wanted. */
function parseIpv6(text: string): IpAddress | undefined {
  // The longest form: six groups and an IPv4 address.
  if (text.length > 45) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 1 ? [] : parseGroups(halves[1]!, true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = V6_GROUPS - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return ipv6(...head, ...new Array<number>(missing).fill(0), ...tail);
}

function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (mayEndInIpv4 && index === parts.length - 1 && part.includes(".")) {
      const embedded = parseIpv4(part);
      if (embedded === undefined) return undefined;
      const [a, b, c, d] = embedded.val as [number, number, number, number];
      groups.push((a << 8) | b, (c << 8) | d);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** The canonical text, RFC 5952 for IPv6. */
export function formatIp(address: IpAddress): string {
  if (address.tag === "ipv4") return address.val.join(".");
  const [start, length] = longestZeros(address.val);
  const hex = (groups: readonly number[]) => groups.map((group) => group.toString(16)).join(":");
  if (length < 2) return hex(address.val);
  return `${hex(address.val.slice(0, start))}::${hex(address.val.slice(start + length))}`;
}

function longestZeros(groups: readonly number[]): [start: number, length: number] {
  let longest: [number, number] = [0, 0];
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > longest[1]) longest = [start, end - start];
  }
  return longest;
}

/** `127.0.0.1:80`, `[::1]:80`. */
export function formatSocketAddress({ address, port }: SocketAddress): string {
  return address.tag === "ipv4" ? `${formatIp(address)}:${port}` : `[${formatIp(address)}]:${port}`;
}

export function sameIp(a: IpAddress, b: IpAddress): boolean {
  return a.tag === b.tag && a.val.every((part, index) => part === b.val[index]);
}

export function isIpv4Mapped({ tag, val }: IpAddress): boolean {
  return tag === "ipv6" && val[5] === 0xffff && val.slice(0, 5).every((group) => group === 0);
}

/** The deprecated `::a.b.c.d`; `::` and `::1` are none. */
export function isIpv4Compatible({ tag, val }: IpAddress): boolean {
  return tag === "ipv6" && val.slice(0, 6).every((group) => group === 0) && !(val[6] === 0 && val[7]! <= 1);
}

/** An IPv4-mapped IPv6 address as the IPv4 address that a connection to it would reach. */
export function canonicalIp(address: IpAddress): IpAddress {
  return isIpv4Mapped(address) ? embeddedIpv4(address.val, 6) : address;
}

function embeddedIpv4(groups: readonly number[], at: number): IpAddress {
  const [high, low] = [groups[at]!, groups[at + 1]!];
  return ipv4(high >> 8, high & 0xff, low >> 8, low & 0xff);
}

/** What an address reaches. `public`: the Internet; everything else may be a neighbour who trusts whoever is near. */
export type AddressClass = "public" | "unspecified" | "loopback" | "private" | "link-local" | "multicast" | "broadcast" | "reserved";

/** By the special-purpose registries of the IANA; of an IPv6 address that carries an IPv4 address (mapped, compatible, NAT64, 6to4), that one's. */
export function classifyIp(address: IpAddress): AddressClass {
  return address.tag === "ipv4" ? classifyIpv4(address.val) : classifyIpv6(address.val);
}

export function isPublic(address: IpAddress): boolean {
  return classifyIp(address) === "public";
}

function classifyIpv4([a, b, c, d]: readonly number[]): AddressClass {
  const [first, second, third] = [a!, b!, c!];
  if (first === 0) return second === 0 && third === 0 && d === 0 ? "unspecified" : "reserved";
  if (first === 127) return "loopback";
  if (first === 10 || (first === 172 && second >> 4 === 1) || (first === 192 && second === 168)) return "private";
  // Shared by the customers of a carrier (RFC 6598); some clouds have their metadata there.
  if (first === 100 && second >> 6 === 1) return "private";
  if (first === 169 && second === 254) return "link-local";
  // Protocol assignments, documentation, 6to4 relays, benchmarks.
  if (first === 192 && ((second === 0 && (third === 0 || third === 2)) || (second === 88 && third === 99))) return "reserved";
  if ((first === 198 && (second >> 1 === 9 || (second === 51 && third === 100))) || (first === 203 && second === 0 && third === 113)) return "reserved";
  if (first >> 4 === 14) return "multicast";
  if (first === 255 && second === 255 && third === 255 && d === 255) return "broadcast";
  return first >= 240 ? "reserved" : "public";
}

function classifyIpv6(groups: readonly number[]): AddressClass {
  const [a, b] = groups as [number, number];
  const zerosTo = (end: number) => groups.slice(0, end).every((group) => group === 0);
  if (zerosTo(7) && groups[7]! <= 1) return groups[7] === 0 ? "unspecified" : "loopback";
  // Compatible, mapped, translated (SIIT).
  if (zerosTo(6) || (zerosTo(5) && groups[5] === 0xffff) || (zerosTo(4) && groups[4] === 0xffff && groups[5] === 0)) return carried(groups, 6);
  // NAT64, of the well-known prefix and of a network's own.
  if (a === 0x64 && b === 0xff9b) return groups.slice(2, 6).every((group) => group === 0) ? carried(groups, 6) : "private";
  if (a === 0x2002) return carried(groups, 1);
  if (a >> 8 === 0xff) return "multicast";
  if (a >> 6 === 0x3fa || a >> 6 === 0x3fb) return a >> 6 === 0x3fa ? "link-local" : "private";
  if (a >> 9 === 0x7e) return "private";
  // Teredo, benchmarks, ORCHID and the like; documentation.
  if (a === 0x2001 && (b < 0x200 || b === 0xdb8)) return "reserved";
  if (a === 0x3fff && b < 0x1000) return "reserved";
  // Only 2000::/3 has been given out.
  return a >> 13 === 1 ? "public" : "reserved";
}

function carried(groups: readonly number[], at: number): AddressClass {
  return classifyIpv4(embeddedIpv4(groups, at).val);
}
