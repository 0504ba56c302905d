/** What a rule for connecting or listening says: which hosts, which ports. `docs/security.md` explains the forms to owners. */
import { type AddressFamily, canonicalIp, classifyIp, formatIp, type IpAddress, isPublic, parseIp } from "./address.ts";
import { asciiName, isLocalhost } from "./host-name.ts";

export type HostPattern =
  /** `*`: for connecting, every public host. */
  | { readonly tag: "any" }
  | { readonly tag: "name"; readonly name: string }
  /** `*.example.com`: names that end so, not `example.com` itself. */
  | { readonly tag: "subdomains"; readonly of: string }
  /** `10.0.0.0/8`, `[fd00::/8]`, or one address. */
  | { readonly tag: "block"; readonly address: IpAddress; readonly prefix: number };

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export interface AddressPattern {
  readonly host: HostPattern;
  readonly ports: PortRange;
}

const MAX_PORT = 65535;
const ANY_PORT: PortRange = { first: 0, last: MAX_PORT };
const BITS: Readonly<Record<AddressFamily, number>> = { ipv4: 32, ipv6: 128 };

/**
 * Reads `host:port`. The host: a name, `*.` and a name, an address, a block of addresses, `*`; IPv6 in brackets. The port: a number, two
 * with `-` between, or `*`.
 *
 * @throws TypeError that says what is wrong.
 */
export function parsePattern(text: string): AddressPattern {
  const colon = text.lastIndexOf(":");
  if (colon < 0 || text.endsWith("]")) throw invalid(text, "has no port: write `host:port`, or `host:*` for every port");
  return { host: readHost(text.slice(0, colon), text), ports: readPorts(text.slice(colon + 1), text) };
}

/**
 * The host of a pattern alone, for names to look up and for URLs.
 *
 * @throws TypeError that says what is wrong.
 */
export function parseHostPattern(text: string): HostPattern {
  return readHost(text, text);
}

function readHost(host: string, text: string): HostPattern {
  if (host === "*") return { tag: "any" };
  if (host.startsWith("[") || host.includes("/") || parseIp(host) !== undefined) return readBlock(host, text);
  const of = host.startsWith("*.") ? asciiName(host.slice(2)) : undefined;
  if (of !== undefined) return { tag: "subdomains", of };
  const name = host.includes("*") ? undefined : asciiName(host);
  if (name === undefined) throw invalid(text, `\`${host}\` is neither a name nor an address`);
  return { tag: "name", name };
}

/** The brackets of IPv6 may stand before or behind the length of the prefix. */
function readBlock(host: string, text: string): HostPattern {
  const found = /^(?:\[([^[\]/]+)(?:\/([^[\]/]+))?\]|([^[\]/:]+))(?:\/([^/]+))?$/.exec(host);
  const [, bracketed, inner, plain, outer] = found ?? [];
  const address = parseIp(bracketed ?? plain ?? "");
  if (address === undefined || (address.tag === "ipv6") !== (bracketed !== undefined) || (inner !== undefined && outer !== undefined)) {
    throw invalid(text, `\`${host}\` is no address or block of addresses; IPv6 stands in brackets`);
  }
  const length = inner ?? outer;
  const prefix = length === undefined ? BITS[address.tag] : readNumber(length, BITS[address.tag]);
  if (prefix === undefined) throw invalid(text, `\`${length}\` is no length of a prefix`);
  const start = masked(address, prefix);
  if (start.some((part, index) => part !== address.val[index])) {
    throw invalid(text, `\`${host}\` has bits beyond its prefix; the block is \`${formatIp({ tag: address.tag, val: start })}/${prefix}\``);
  }
  const mapped = canonicalIp(address);
  // A block within ::ffff:0:0/96 is one of IPv4, since that is what such addresses reach.
  if (mapped.tag !== address.tag && prefix >= 96) return { tag: "block", address: mapped, prefix: prefix - 96 };
  return { tag: "block", address, prefix };
}

function readPorts(text: string, pattern: string): PortRange {
  if (text === "*") return ANY_PORT;
  const [first, last, ...more] = text.split("-").map((part) => readNumber(part, MAX_PORT));
  const end = text.includes("-") ? last : first;
  if (first === undefined || end === undefined || end < first || more.length > 0) throw invalid(pattern, `\`${text}\` is no port`);
  return { first, last: end };
}

function readNumber(text: string, most: number): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,4})$/.test(text)) return undefined;
  const number = Number(text);
  return number <= most ? number : undefined;
}

function invalid(text: string, why: string): TypeError {
  return new TypeError(`the rule \`${text}\` can't be read: ${why}`);
}

/** The parts of an address with all bits beyond the prefix cleared. */
function masked({ tag, val }: IpAddress, prefix: number): number[] {
  const width = BITS[tag] / val.length;
  return val.map((part, index) => {
    const kept = Math.min(width, Math.max(0, prefix - index * width));
    return part & ~((1 << (width - kept)) - 1);
  });
}

export function blockContains(block: IpAddress, prefix: number, address: IpAddress): boolean {
  return block.tag === address.tag && masked(address, prefix).every((part, index) => part === block.val[index]);
}

export function portsContain({ first, last }: PortRange, port: number): boolean {
  return first <= port && port <= last;
}

/** Whether the pattern is about this name, as `asciiName` gives it. */
export function matchesName(host: HostPattern, name: string): boolean {
  switch (host.tag) {
    case "any":
      return true;
    case "name":
      return host.name === name;
    case "subdomains":
      return name.endsWith(`.${host.of}`);
    case "block":
      return false;
  }
}

/**
 * Whether the pattern lets a guest connect to this address, which `name` has been found to have, if it has one. A name, and `*`, stand for
 * public addresses: who answers for a name may answer with the address of a neighbour, which needs a rule that names it as an address.
 * `localhost` is a neighbour by name.
 */
export function reaches(host: HostPattern, address: IpAddress, name?: string): boolean {
  const target = canonicalIp(address);
  if (host.tag === "block") return blockContains(host.address, host.prefix, target);
  if (host.tag === "any") return isPublic(target);
  if (name === undefined || !matchesName(host, name)) return false;
  return isPublic(target) || (isLocalhost(name) && classifyIp(target) === "loopback");
}
