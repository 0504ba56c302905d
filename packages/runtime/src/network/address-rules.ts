import { canonicalIp, classifyIp, type IpAddress } from "./address.ts";
import { isLocalhost } from "./host-name.ts";
import { type AddressPattern, blockContains, matchesName, parsePattern, portsContain, reaches } from "./pattern.ts";

/** A list of rules, any of which is leave enough. */
export class AddressRules {
  readonly #patterns: readonly AddressPattern[];

  constructor(patterns: readonly AddressPattern[]) {
    this.#patterns = patterns;
  }

  /** @throws TypeError for a pattern that can't be read. */
  static parse(patterns: readonly string[]): AddressRules {
    return new AddressRules(patterns.map(parsePattern));
  }

  get empty(): boolean {
    return this.#patterns.length === 0;
  }

  /** Whether a name, as `asciiName` gives it, may be looked up: with a port, to connect to that one. */
  admitsName(name: string, port?: number): boolean {
    return this.#patterns.some(({ host, ports }) => matchesName(host, name) && (port === undefined || portsContain(ports, port)));
  }

  /**
   * Whether to connect to an address is allowed. `names`: those that were looked up and found to have it. What is connected to must be this
   * very address, not what a name has by then.
   */
  admits(address: IpAddress, port: number, names: readonly string[] = []): boolean {
    return this.#patterns.some(
      ({ host, ports }) => portsContain(ports, port) && (reaches(host, address) || names.some((name) => reaches(host, address, name))),
    );
  }

  /** Whether some port of an address that a name was found to have can be connected to: others are not even told. */
  admitsAnswer(address: IpAddress, name: string): boolean {
    return this.#patterns.some(({ host }) => reaches(host, address, name));
  }

  /** Whether to listen on a local address is allowed. Here `*` is every address, and `localhost` those of the loopback. */
  admitsLocal(address: IpAddress, port: number): boolean {
    const local = canonicalIp(address);
    return this.#patterns.some(({ host, ports }) => {
      if (!portsContain(ports, port)) return false;
      if (host.tag === "block") return blockContains(host.address, host.prefix, local);
      return host.tag === "any" || (host.tag === "name" && isLocalhost(host.name) && classifyIp(local) === "loopback");
    });
  }
}
