import { classifyIp, type SocketAddress, sameIp } from "../address.ts";
import { SocketError } from "../socket-error.ts";

const FIRST_FREE_PORT = 49152;
const LAST_PORT = 65535;

/** Who is bound where. */
export class PortTable<T extends object> {
  readonly #bound = new Map<T, SocketAddress>();
  #next = FIRST_FREE_PORT;

  /** Port 0: one that is free. @throws SocketError `address-in-use` */
  bind(owner: T, local: SocketAddress): SocketAddress {
    const { address } = local;
    if (local.port !== 0 && this.#collides(local)) throw new SocketError("address-in-use");
    const bound = { address, port: local.port === 0 ? this.#freePort(local) : local.port };
    this.#bound.set(owner, bound);
    return bound;
  }

  /** Who is to get what is sent to this address. */
  find(target: SocketAddress): T | undefined {
    for (const [owner, { address, port }] of this.#bound) {
      if (port === target.port && address.tag === target.address.tag && (isWildcard(address) || sameIp(address, target.address))) return owner;
    }
    return undefined;
  }

  release(owner: T): void {
    this.#bound.delete(owner);
  }

  #collides({ address, port }: SocketAddress): boolean {
    for (const bound of this.#bound.values()) {
      if (bound.port !== port || bound.address.tag !== address.tag) continue;
      if (isWildcard(bound.address) || isWildcard(address) || sameIp(bound.address, address)) return true;
    }
    return false;
  }

  #freePort(local: SocketAddress): number {
    for (let tries = FIRST_FREE_PORT; tries <= LAST_PORT; tries++) {
      const port = this.#next;
      this.#next = port === LAST_PORT ? FIRST_FREE_PORT : port + 1;
      if (!this.#collides({ ...local, port })) return port;
    }
    throw new SocketError("address-in-use");
  }
}

function isWildcard(address: SocketAddress["address"]): boolean {
  return classifyIp(address) === "unspecified";
}
