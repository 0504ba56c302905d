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
  return guest.auditedLater("resolve-addresses", name, () => ask(guest, network, name));
}

async function ask(guest: GuestSockets, network: Network, name: string): Promise<IpAddress[]> {
  if (!network.admitsLookup(name)) throw new SocketError("access-denied");
  if (!guest.beginLookup(MAX_LOOKUPS)) throw new SocketError("temporary-resolver-failure");
  const revoked = Promise.withResolvers<never>();
  const forget = network.authority.onRevoked(() => revoked.reject(new SocketError("access-denied")));
  const answers = network.platform.lookup(name).finally(() => guest.endLookup());
  try {
    return admitted(guest, network, name, await Promise.race([answers, revoked.promise]));
  } finally {
    forget();
    // Nobody may be waiting for it any more.
    answers.catch(() => {});
  }
}

function admitted(guest: GuestSockets, network: Network, name: string, answers: readonly IpAddress[]): IpAddress[] {
  if (answers.length === 0) throw new SocketError("name-unresolvable");
  const addresses = new Map<string, IpAddress>();
  for (const answer of answers) {
    const address = canonicalIp(answer);
    if (network.admitsAnswer(address, name)) addresses.set(formatIp(address), address);
  }
  if (addresses.size === 0) throw new SocketError("access-denied");
  const told = [...addresses.values()];
  guest.learn(name, told);
  return told;
}
