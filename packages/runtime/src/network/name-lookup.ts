import { MAX_LOOKUPS } from "../limits.ts";
import { canonicalIp, formatIp, type IpAddress, parseIp } from "./address.ts";
import type { GuestSockets } from "./guest-sockets.ts";
import { asciiName } from "./host-name.ts";
import type { Network } from "./network.ts";
import { SocketError } from "./socket-error.ts";

/**
 * The addresses of a name, as far as the guest may learn them: an answer that no rule lets it connect to, as of a name that points into the
 * host's own network, is not told. An address is its own answer; forms on which readers differ are no address.
 *
 * @throws SocketError
 */
export function lookUp(guest: GuestSockets, text: string): IpAddress[] | Promise<IpAddress[]> {
  const network = guest.use();
  const literal = parseIp(/^\[.*:.*\]$/.test(text) ? text.slice(1, -1) : text);
  if (literal !== undefined) return [canonicalIp(literal)];
  const name = asciiName(text);
  if (name === undefined) throw new SocketError("invalid-argument");
  return told(guest, network, name);
}

async function told(guest: GuestSockets, network: Network, name: string): Promise<IpAddress[]> {
  const answers = await guest.auditedLater("resolve-addresses", name, () => ask(guest, network, name));
  guest.use();
  const addresses = new Map<string, IpAddress>();
  for (const answer of answers) {
    const address = canonicalIp(answer);
    if (network.admitsAnswer(address, name)) addresses.set(formatIp(address), address);
    // The rule that is missing is one for the address, not for the name.
    else guest.refused("resolve-addresses", address.tag === "ipv4" ? formatIp(address) : `[${formatIp(address)}]`);
  }
  if (addresses.size === 0) throw new SocketError("access-denied");
  const found = [...addresses.values()];
  guest.learn(name, found);
  return found;
}

async function ask(guest: GuestSockets, network: Network, name: string): Promise<readonly IpAddress[]> {
  if (!network.admitsLookup(name)) throw new SocketError("access-denied");
  if (!guest.beginLookup(MAX_LOOKUPS)) throw new SocketError("temporary-resolver-failure");
  const revoked = Promise.withResolvers<never>();
  const forget = network.authority.onRevoked(() => revoked.reject(new SocketError("access-denied")));
  const answers = network.platform.lookup(name).finally(() => guest.endLookup());
  try {
    const found = await Promise.race([answers, revoked.promise]);
    if (found.length === 0) throw new SocketError("name-unresolvable");
    return found;
  } finally {
    forget();
    // Nobody may be waiting for it any more.
    answers.catch(() => {});
  }
}
