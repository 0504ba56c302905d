import { type Audit, Authority } from "../capability/authority.ts";
import type { IpAddress } from "./address.ts";
import { AddressRules } from "./address-rules.ts";
import { type HostPattern, matchesName, parseHostPattern, parsePattern, reaches } from "./pattern.ts";
import type { NetworkPlatform } from "./platform.ts";

/** What a guest may do; whatever is left out is denied. */
export interface NetworkRules {
  /**
   * To where to connect by TCP and send by UDP: `host:port`, as `parsePattern` reads it. A name stands for the public addresses that a look-up
   * found for it, `*` for every public address: a private one needs a rule that names it, as `10.0.0.0/8:443` or `localhost:8080` do.
   */
  readonly connect?: readonly string[];
  /** On which local addresses and ports to listen: `127.0.0.1:8080`, `*:0`. */
  readonly listen?: readonly string[];
  /** Names that may be looked up besides those of `connect`: `example.com`, `*.example.com`, `*`. */
  readonly lookup?: readonly string[];
}

/** One set of rules. What a capability was attenuated with comes on top: each has to admit what is done. */
interface Layer {
  readonly connect: AddressRules;
  readonly listen: AddressRules;
  readonly lookup: readonly HostPattern[];
}

/** Sockets as a capability: to which addresses a guest may connect, on which it may listen, which names it may look up. */
export class Network {
  readonly authority: Authority;
  readonly platform: NetworkPlatform;
  readonly #layers: readonly Layer[];

  /** @throws TypeError for a rule that can't be read. */
  constructor(platform: NetworkPlatform, rules: NetworkRules, name = "network", parent?: Network) {
    this.platform = platform;
    this.#layers = [...(parent?.layers ?? []), layerOf(rules)];
    this.authority = new Authority(name, parent?.authority);
  }

  /** @internal */
  get layers(): readonly Layer[] {
    return this.#layers;
  }

  /**
   * A capability that ends with this one and allows what both this one and `rules` do.
   *
   * @throws TypeError for a rule that can't be read.
   */
  only(rules: NetworkRules, name: string = this.authority.name): Network {
    return new Network(this.platform, rules, name, this);
  }

  /** Tells of every use from now on, also of what was derived; `undefined`: nobody. */
  audit(audit: Audit | undefined): void {
    this.authority.audit = audit;
  }

  /** Ends every use: sockets are closed, who waits for one is told, and nothing new begins. */
  revoke(): void {
    this.authority.revoke();
  }

  /** Whether there is anything that a socket could be used for. */
  get admitsSockets(): boolean {
    return this.admitsConnecting || this.#layers.every(({ listen }) => !listen.empty);
  }

  get admitsConnecting(): boolean {
    return this.#layers.every(({ connect }) => !connect.empty);
  }

  /** `names`: those that were looked up and found to have the address. */
  admits(address: IpAddress, port: number, names: readonly string[]): boolean {
    return this.#layers.every(({ connect }) => connect.admits(address, port, names));
  }

  admitsLocal(address: IpAddress, port: number): boolean {
    return this.#layers.every(({ listen }) => listen.admitsLocal(address, port));
  }

  /** Of a name as `asciiName` gives it. */
  admitsLookup(name: string): boolean {
    return this.#layers.every(({ connect, lookup }) => connect.admitsName(name) || lookup.some((host) => matchesName(host, name)));
  }

  /** Whether a guest is told that the name has this address. */
  admitsAnswer(address: IpAddress, name: string): boolean {
    return this.#layers.every(({ connect, lookup }) => connect.admitsAnswer(address, name) || lookup.some((host) => reaches(host, address, name)));
  }
}

function layerOf({ connect = [], listen = [], lookup = [] }: NetworkRules): Layer {
  return {
    connect: AddressRules.parse(connect),
    listen: new AddressRules(listen.map(parseListenPattern)),
    lookup: lookup.map(parseHostPattern),
  };
}

function parseListenPattern(text: string): ReturnType<typeof parsePattern> {
  const pattern = parsePattern(text);
  const { host } = pattern;
  if (host.tag === "subdomains" || (host.tag === "name" && host.name !== "localhost")) {
    throw new TypeError(`the rule \`${text}\` can't be used for listening: write a local address, \`localhost\` or \`*\``);
  }
  return pattern;
}
