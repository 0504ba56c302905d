/**
 * A network inside of the process: sockets reach each other at whatever address they are bound to, and nothing else. For tests, and for
 * browsers, which have no sockets. Capabilities that `only` derives from one share it.
 */
import { type IpAddress, parseIp } from "../address.ts";
import { Network, type NetworkRules } from "../network.ts";
import type { NetworkPlatform } from "../platform.ts";
import { SocketError } from "../socket-error.ts";
import { MemoryTcpEndpoint } from "./memory-tcp.ts";
import { MemoryUdpEndpoint } from "./memory-udp.ts";
import { PortTable } from "./port-table.ts";

export interface MemoryNetworkOptions extends NetworkRules {
  /** In audits and messages. Default: `network`. */
  readonly name?: string;
  /** Gives the addresses of a name, each time that it is looked up. Default: only `localhost` has one. */
  readonly resolve?: (name: string) => readonly string[] | Promise<readonly string[]>;
}

/** @throws TypeError for a rule that can't be read. */
export function memoryNetwork(options: MemoryNetworkOptions = {}): Network {
  return new Network(memoryPlatform(options.resolve), options, options.name);
}

function memoryPlatform(resolve: MemoryNetworkOptions["resolve"] = (name) => (name === "localhost" ? ["127.0.0.1", "::1"] : [])): NetworkPlatform {
  const [tcp, udp] = [new PortTable<MemoryTcpEndpoint>(), new PortTable<MemoryUdpEndpoint>()];
  return {
    createTcp: (family) => new MemoryTcpEndpoint(family, tcp),
    createUdp: (family, events) => new MemoryUdpEndpoint(family, udp, events),
    async lookup(name): Promise<readonly IpAddress[]> {
      const found = (await resolve(name)).flatMap((text) => parseIp(text) ?? []);
      if (found.length === 0) throw new SocketError("name-unresolvable");
      return found;
    },
  };
}
