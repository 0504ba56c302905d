import { MAX_KNOWN_ADDRESSES, MAX_NAMES_OF_ADDRESS, MAX_SOCKETS } from "../limits.ts";
import { type AddressFamily, canonicalIp, formatIp, formatSocketAddress, type IpAddress, type SocketAddress } from "./address.ts";
import { lookUp } from "./name-lookup.ts";
import type { Network } from "./network.ts";
import { SocketError } from "./socket-error.ts";
import { TcpSocket } from "./tcp-socket.ts";
import { UdpSocket } from "./udp-socket.ts";

/** What the sockets of a guest have in common with each other: it ends when the guest does, or its network is revoked. */
export interface OpenSocket {
  /** The guest is no more: what was written is still passed on. Resolves when nothing of the system's is held. */
  end(): Promise<void>;
  /** The guest's leave is no more: ends at once. */
  revoke(): void;
}

/** The sockets of one guest, and what it has learnt of names: whoever is asked for leave. */
export class GuestSockets {
  readonly #network: Network | undefined;
  readonly #open = new Set<OpenSocket>();
  /** Listening sockets that the guest has dropped, held by the streams of what they accept. */
  readonly #left = new Set<OpenSocket>();
  /** By canonical address, the names that were found to have it; the oldest first. */
  readonly #names = new Map<string, Set<string>>();
  #forget: (() => void) | undefined;
  #lookups = 0;

  /** `undefined`: everything is denied. */
  constructor(network: Network | undefined) {
    this.#network = network;
  }

  /** The network, if it may be used at all. @throws SocketError `access-denied` */
  use(): Network {
    const network = this.#network;
    if (network === undefined || network.authority.revoked) throw new SocketError("access-denied");
    return network;
  }

  createTcp(family: AddressFamily): TcpSocket {
    return this.#create("create-tcp-socket", family, (network) => new TcpSocket(this, network, family));
  }

  createUdp(family: AddressFamily): UdpSocket {
    return this.#create("create-udp-socket", family, (network) => new UdpSocket(this, network, family));
  }

  /** The addresses of a name, those to try first come first; never an IPv4-mapped one. @throws SocketError */
  lookUp(text: string): IpAddress[] | Promise<IpAddress[]> {
    return lookUp(this, text);
  }

  #create<T>(operation: string, family: AddressFamily, make: (network: Network) => T): T {
    return this.audited(operation, family, () => {
      const network = this.use();
      if (!network.admitsSockets) throw new SocketError("access-denied");
      if (!this.hasRoom) throw new SocketError("new-socket-limit");
      return make(network);
    });
  }

  /** Whether one more socket may be made. */
  get hasRoom(): boolean {
    return this.#open.size < MAX_SOCKETS;
  }

  add(socket: OpenSocket): void {
    this.#open.add(socket);
    this.#forget ??= this.#network?.authority.onRevoked(() => {
      for (const each of [...this.#open]) each.revoke();
    });
  }

  /** Nothing of the system's is held for it any more. */
  delete(socket: OpenSocket): void {
    this.#left.delete(socket);
    if (!this.#open.delete(socket) || this.#open.size > 0) return;
    this.#forget?.();
    this.#forget = undefined;
  }

  /** The guest has dropped a listening socket; the stream of what it accepts may be next, or go on. */
  leave(listening: OpenSocket): void {
    this.#left.add(listening);
  }

  /** Whether a listening socket may be about to end: that a guest has dropped a stream is heard a little later. */
  get hasLeft(): boolean {
    return this.#left.size > 0;
  }

  /** How many are open, those that only pass on what was written included. */
  get size(): number {
    return this.#open.size;
  }

  /** Closes all sockets. Resolves when nothing of the system's is held. */
  async end(): Promise<void> {
    await Promise.all([...this.#open].map((socket) => socket.end()));
  }

  /** Whether to connect to, or send to, this address is allowed. */
  admits({ address, port }: SocketAddress): boolean {
    const names = this.#names.get(formatIp(canonicalIp(address)));
    return this.use().admits(address, port, names === undefined ? [] : [...names]);
  }

  /** Keeps in mind that a name was found to have these addresses. */
  learn(name: string, addresses: readonly IpAddress[]): void {
    for (const address of addresses) {
      const key = formatIp(canonicalIp(address));
      const names = this.#names.get(key) ?? new Set();
      names.delete(name);
      names.add(name);
      if (names.size > MAX_NAMES_OF_ADDRESS) names.delete(names.values().next().value!);
      // Put at the end: the newest.
      this.#names.delete(key);
      this.#names.set(key, names);
    }
    for (const key of this.#names.keys()) {
      if (this.#names.size <= MAX_KNOWN_ADDRESSES) break;
      this.#names.delete(key);
    }
  }

  /** Does `act` and tells the audit how it went. */
  audited<T>(operation: string, target: SocketAddress | string, act: () => T): T {
    const authority = this.#network?.authority;
    if (authority === undefined || !authority.audited) return act();
    try {
      const result = act();
      authority.used(operation, inWords(target), "ok");
      return result;
    } catch (error) {
      if (error instanceof SocketError) authority.used(operation, inWords(target), error.code);
      throw error;
    }
  }

  /** As `audited`, for what takes its time. */
  async auditedLater<T>(operation: string, target: SocketAddress | string, act: () => Promise<T>): Promise<T> {
    const authority = this.#network?.authority;
    const tell = (outcome: string) => {
      if (authority?.audited) authority.used(operation, inWords(target), outcome);
    };
    try {
      const result = await act();
      tell("ok");
      return result;
    } catch (error) {
      if (error instanceof SocketError) tell(error.code);
      throw error;
    }
  }

  /** Tells the audit of something that was kept from the guest. */
  refused(operation: string, target: string): void {
    const authority = this.#network?.authority;
    if (authority?.audited) authority.used(operation, target, "access-denied");
  }

  /** One more look-up under way, unless there are too many. */
  beginLookup(most: number): boolean {
    if (this.#lookups >= most) return false;
    this.#lookups++;
    return true;
  }

  endLookup(): void {
    this.#lookups--;
  }
}

function inWords(target: SocketAddress | string): string {
  return typeof target === "string" ? target : formatSocketAddress(target);
}
