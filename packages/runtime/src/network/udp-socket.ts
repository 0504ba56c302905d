/** A UDP socket as WASI knows it, neutral of its version: states, rules, and the datagrams that have arrived. */
import { MAX_KNOWN_ADDRESSES, MAX_QUEUED_DATAGRAM_BYTES, MAX_QUEUED_DATAGRAMS } from "../limits.ts";
import { type Waitable, WakeList } from "../streams/waitable.ts";
import { type AddressFamily, formatSocketAddress, type SocketAddress, unspecified } from "./address.ts";
import { fitsFamily, isRemote, sameSocketAddress } from "./address-checks.ts";
import type { GuestSockets, OpenSocket } from "./guest-sockets.ts";
import type { Network } from "./network.ts";
import type { UdpEndpoint, UdpEvents } from "./platform.ts";
import { SocketError, type SocketErrorCode } from "./socket-error.ts";
import { DatagramOptions } from "./socket-options.ts";

/** What IP leaves of 65,535 bytes. */
const MAX_PAYLOAD: Readonly<Record<AddressFamily, number>> = { ipv4: 65507, ipv6: 65527 };

export interface Datagram {
  readonly data: Uint8Array;
  readonly remote: SocketAddress;
}

/** Ready: a datagram or a failure can be received, or nothing ever will. */
export class UdpSocket implements OpenSocket, UdpEvents, Waitable {
  readonly family: AddressFamily;
  readonly #guest: GuestSockets;
  readonly #network: Network;
  readonly #options = new DatagramOptions();
  readonly #queue: Datagram[] = [];
  readonly #arrived = new WakeList();
  #queuedBytes = 0;
  #holders = 1;
  #endpoint: UdpEndpoint | undefined;
  #local: SocketAddress | undefined;
  #remote: SocketAddress | undefined;
  /** Bound by leave to listen there: it receives from everybody. Otherwise only from where it may send to. */
  #mayListen = false;
  /** That an earlier datagram could not be delivered; told once. */
  #failure: SocketErrorCode | undefined;
  #closed: SocketErrorCode | undefined;
  /** From whom it has received by leave to listen: it may answer. The oldest first. */
  readonly #heardFrom = new Set<string>();

  constructor(guest: GuestSockets, network: Network, family: AddressFamily) {
    this.family = family;
    this.#guest = guest;
    this.#network = network;
    guest.add(this);
  }

  get isBound(): boolean {
    return this.#local !== undefined;
  }

  /** @throws SocketError */
  bind(local: SocketAddress): void {
    this.#guest.audited("bind", local, () => {
      this.#check();
      if (this.isBound) throw new SocketError("invalid-state");
      if (!fitsFamily(local.address, this.family)) throw new SocketError("invalid-argument");
      const mayListen = this.#network.admitsLocal(local.address, local.port);
      // To choose an address, though no port, is no listening: whoever may send may do so before.
      if (!mayListen && !(local.port === 0 && this.#network.admitsConnecting)) throw new SocketError("access-denied");
      this.#bind(local);
      this.#mayListen = mayListen;
    });
  }

  /** Sends to and receives from that address only, until the next `connect` or `disconnect`. @throws SocketError */
  connect(remote: SocketAddress): void {
    this.#guest.audited("connect", remote, () => {
      this.#check();
      if (!fitsFamily(remote.address, this.family) || !isRemote(remote)) throw new SocketError("invalid-argument");
      // Who listens may narrow down to whom.
      if (!this.#guest.admits(remote) && !this.#mayListen) throw new SocketError("access-denied");
      this.#bindIfNeeded();
      this.#local = this.#endpoint!.connect(remote);
      this.#remote = remote;
    });
  }

  /** @throws SocketError */
  disconnect(): void {
    this.#check();
    if (this.#remote === undefined) throw new SocketError("invalid-state");
    this.#remote = undefined;
    this.#local = this.#endpoint!.disconnect();
  }

  /**
   * Sends one datagram; `undefined`: to where it is connected. Resolves when the system has taken it.
   *
   * @throws SocketError before a promise is given: what the system is not asked for.
   */
  send(data: Uint8Array, remote: SocketAddress | undefined): Promise<void> {
    this.#check();
    const target = this.#target(remote);
    if (data.length > MAX_PAYLOAD[this.family]) throw new SocketError("datagram-too-large");
    const failure = this.#takeFailure();
    if (failure !== undefined) throw new SocketError(failure);
    return this.#guest.auditedLater("send", target, async () => {
      if (!this.#guest.admits(target) && !this.#heardFrom.has(formatSocketAddress(target))) throw new SocketError("access-denied");
      this.#bindIfNeeded();
      await this.#endpoint!.send(data, this.#remote === undefined ? target : undefined);
    });
  }

  /** The oldest datagram that has arrived; `undefined`: none. @throws SocketError also that something sent could not be delivered. */
  receive(): Datagram | undefined {
    this.#check();
    if (!this.isBound) throw new SocketError("invalid-state");
    const datagram = this.#next();
    if (datagram !== undefined) return datagram;
    const failure = this.#takeFailure();
    if (failure !== undefined) throw new SocketError(failure);
    return undefined;
  }

  get hasDatagram(): boolean {
    return this.#queue.some((datagram) => this.#wants(datagram.remote));
  }

  ready(): boolean {
    return this.hasDatagram || this.#failure !== undefined || this.#closed !== undefined;
  }

  onReady(wake: () => void): () => void {
    return this.#arrived.add(wake);
  }

  /** @throws SocketError */
  get localAddress(): SocketAddress {
    this.#check();
    if (this.#local === undefined) throw new SocketError("invalid-state");
    return this.#local;
  }

  /** @throws SocketError */
  get remoteAddress(): SocketAddress {
    this.#check();
    if (this.#remote === undefined) throw new SocketError("invalid-state");
    return this.#remote;
  }

  get isConnected(): boolean {
    return this.#remote !== undefined;
  }

  /** For reading one. @throws SocketError */
  get options(): Readonly<DatagramOptions> {
    this.#check();
    return this.#options;
  }

  /** Sets one or more. @throws SocketError */
  set(change: (options: DatagramOptions) => void): void {
    this.#check();
    change(this.#options);
    if (this.isBound) this.#applyOptions();
  }

  received(data: Uint8Array, remote: SocketAddress): void {
    if (this.#closed !== undefined || !this.#wants(remote)) return;
    if (!this.#mayListen && !this.#guest.admits(remote)) return;
    if (this.#queue.length >= MAX_QUEUED_DATAGRAMS || this.#queuedBytes + data.length > MAX_QUEUED_DATAGRAM_BYTES) return;
    this.#queue.push({ data, remote });
    this.#queuedBytes += data.length;
  }

  arrived(): void {
    this.#arrived.wakeAll();
  }

  failed(code: SocketErrorCode): void {
    this.#failure = code;
    this.#arrived.wakeAll();
  }

  /** One more has an interest in what goes on. */
  hold(): void {
    this.#holders++;
  }

  /** One who had an interest has none any more: with the last one, it ends. */
  release(): void {
    this.#holders--;
    if (this.#holders === 0) void this.end();
  }

  async end(): Promise<void> {
    this.#close("invalid-state");
  }

  revoke(): void {
    this.#close("access-denied");
  }

  #close(code: SocketErrorCode): void {
    this.#closed ??= code;
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#endpoint?.close();
    this.#endpoint = undefined;
    this.#guest.delete(this);
    this.#arrived.wakeAll();
  }

  #check(): void {
    if (this.#closed !== undefined) throw new SocketError(this.#closed);
    this.#guest.use();
  }

  #bindIfNeeded(): void {
    if (!this.isBound) this.#bind({ address: unspecified(this.family), port: 0 });
  }

  #bind(local: SocketAddress): void {
    this.#endpoint ??= this.#network.platform.createUdp(this.family, this);
    this.#local = this.#endpoint.bind(local);
    this.#applyOptions();
  }

  #applyOptions(): void {
    const { hopLimit, receiveBufferSize, sendBufferSize } = this.#options;
    this.#endpoint!.setHopLimit(hopLimit);
    this.#endpoint!.setBufferSizes(Number(receiveBufferSize), Number(sendBufferSize));
  }

  #target(remote: SocketAddress | undefined): SocketAddress {
    const connected = this.#remote;
    if (remote === undefined) {
      if (connected === undefined) throw new SocketError("invalid-argument");
      return connected;
    }
    if (!isRemote(remote) || !fitsFamily(remote.address, this.family)) throw new SocketError("invalid-argument");
    if (connected !== undefined && !sameSocketAddress(connected, remote)) throw new SocketError("invalid-argument");
    return remote;
  }

  /** Of a connected socket, what came from elsewhere before it was connected is passed over. */
  #next(): Datagram | undefined {
    for (let datagram = this.#queue.shift(); datagram !== undefined; datagram = this.#queue.shift()) {
      this.#queuedBytes -= datagram.data.length;
      if (!this.#wants(datagram.remote)) continue;
      if (this.#mayListen) this.#hear(formatSocketAddress(datagram.remote));
      return datagram;
    }
    return undefined;
  }

  #hear(remote: string): void {
    this.#heardFrom.delete(remote);
    this.#heardFrom.add(remote);
    if (this.#heardFrom.size > MAX_KNOWN_ADDRESSES) this.#heardFrom.delete(this.#heardFrom.values().next().value!);
  }

  #wants(remote: SocketAddress): boolean {
    return this.#remote === undefined || sameSocketAddress(this.#remote, remote);
  }

  #takeFailure(): SocketErrorCode | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure;
  }
}
