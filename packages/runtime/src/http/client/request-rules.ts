import { formatIp, type IpAddress, parseIp } from "../../network/address.ts";
import { asciiName } from "../../network/host-name.ts";
import { type HostPattern, matchesName, type PortRange, parseHostPattern, parsePattern, portsContain, reaches } from "../../network/pattern.ts";
import type { HeadText } from "../request-head.ts";
import { failHttp } from "./transport.ts";

/** Where a request goes to, read once and strictly: what is checked is what is connected to. */
export interface Destination {
  readonly scheme: "http" | "https";
  readonly host: string;
  /** The host, where it is an address. */
  readonly address: IpAddress | undefined;
  readonly port: number;
  readonly authority: string;
  readonly pathWithQuery: string;
}

const DEFAULT_PORT = { http: 80, https: 443 } as const;
const SCHEMES: Readonly<Record<string, "http" | "https">> = { HTTP: "http", HTTPS: "https" };
const MAX_PORT = 65535;

/** @throws HttpFailure for what is no place to send a request to. */
export function destinationOf({ scheme = "HTTPS", authority, pathWithQuery = "/", method }: HeadText): Destination {
  const known = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme]! : failHttp("HTTP-protocol-error");
  // A tunnel reaches whatever its other end does.
  if (method === "CONNECT") failHttp("HTTP-protocol-error");
  if (authority === undefined) failHttp("HTTP-request-URI-invalid");
  const match = /^(?:\[([^\]]*)\]|([^:@[\]]*))(?::(\d{1,5})?)?$/.exec(authority!);
  if (match === null) failHttp("HTTP-request-URI-invalid");
  const [, bracketed, plain, digits] = match!;
  const address = parseIp(bracketed ?? plain!);
  if ((bracketed !== undefined) !== (address?.tag === "ipv6")) failHttp("HTTP-request-URI-invalid");
  const host = address === undefined ? asciiName(plain!) : formatIp(address);
  const port = digits === undefined ? DEFAULT_PORT[known] : Number(digits);
  if (host === undefined || port > MAX_PORT || port === 0) failHttp("HTTP-request-URI-invalid");
  // The absolute form names a host of its own.
  const target = pathWithQuery === "" ? "/" : pathWithQuery.startsWith("?") ? `/${pathWithQuery}` : pathWithQuery;
  if (!target.startsWith("/") && !(target === "*" && method === "OPTIONS")) failHttp("HTTP-request-URI-invalid");
  const written = address?.tag === "ipv6" ? `[${host}]` : host!;
  return {
    scheme: known,
    host: host!,
    address,
    port,
    authority: port === DEFAULT_PORT[known] ? written : `${written}:${port}`,
    pathWithQuery: target,
  };
}

/** `https://api.example:8443`, `*.example.org`, `127.0.0.1:*`: without a scheme for both, without a port for the usual one. */
export class RequestRule {
  readonly #scheme: "http" | "https" | undefined;
  readonly #host: HostPattern;
  readonly #ports: PortRange | undefined;

  /** @throws TypeError that says what is wrong. */
  constructor(text: string) {
    const [, scheme, rest] = /^(?:(https?):\/\/)?(.*?)\/?$/i.exec(text)!;
    this.#scheme = scheme?.toLowerCase() as "http" | "https" | undefined;
    if (/:(?:\d|\*)[^\]]*$/.test(rest!)) {
      const { host, ports } = parsePattern(rest!);
      this.#host = host;
      this.#ports = ports;
    } else this.#host = parseHostPattern(rest!);
  }

  /** Whether requests may go there, as far as it is known before the name is looked up. */
  admits({ scheme, host, address, port }: Destination): boolean {
    if (!this.#admitsPort(scheme, port)) return false;
    return address === undefined ? this.#host.tag === "any" || matchesName(this.#host, host) || this.#host.tag === "block" : reaches(this.#host, address);
  }

  /** Whether the name may have this address. */
  reaches({ scheme, host, port }: Destination, address: IpAddress): boolean {
    return this.#admitsPort(scheme, port) && reaches(this.#host, address, host);
  }

  #admitsPort(scheme: "http" | "https", port: number): boolean {
    if (this.#scheme !== undefined && this.#scheme !== scheme) return false;
    return this.#ports === undefined ? port === DEFAULT_PORT[scheme] : portsContain(this.#ports, port);
  }
}
