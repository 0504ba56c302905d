import { type IpAddress, parseIp } from "../../../network/address.ts";
import { Network, type NetworkRules } from "../../../network/network.ts";
import type { NetworkPlatform } from "../../../network/platform.ts";
import { SocketError } from "../../../network/socket-error.ts";
import { lookupAll } from "./lookup.ts";
import { NodeTcpEndpoint } from "./tcp-endpoint.ts";
import { NodeUdpEndpoint } from "./udp-endpoint.ts";

export interface NetworkOptions extends NetworkRules {
  /** In audits and messages. Default: `network`. */
  readonly name?: string;
  /** Gives the addresses of a name. Default: as the system resolves names. Rules apply to its answers all the same. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
}

/**
 * The network of this machine as a capability: TCP, UDP and look-up of names, as far as the rules allow. Whatever is left out is denied.
 *
 * @throws TypeError for a rule that can't be read.
 */
export function network(options: NetworkOptions = {}): Network {
  return new Network(nodeNetwork(options.resolve), options, options.name);
}

function nodeNetwork(resolve?: NetworkOptions["resolve"]): NetworkPlatform {
  return {
    createTcp: (family) => new NodeTcpEndpoint(family),
    createUdp: (family, events) => new NodeUdpEndpoint(family, events),
    lookup: resolve === undefined ? lookupAll : (name) => answersOf(resolve(name)),
  };
}

async function answersOf(answers: Promise<readonly string[]>): Promise<readonly IpAddress[]> {
  let texts: readonly string[];
  try {
    texts = await answers;
  } catch (error) {
    throw new SocketError("name-unresolvable", error);
  }
  return texts.flatMap((text) => parseIp(text) ?? []);
}
