/** `wasi:sockets/udp`: datagrams by lists, from and to a pair of streams. */
import type { Later } from "../../../capability/later.ts";
import type { OpenHandles } from "../../../capability/open-handles.ts";
import { MAX_DATAGRAMS_PER_CALL, MAX_READ_BYTES } from "../../../limits.ts";
import type { AddressFamily } from "../../../network/address.ts";
import type { GuestSockets } from "../../../network/guest-sockets.ts";
import type { DatagramOptions } from "../../../network/socket-options.ts";
import type { UdpSocket as Socket } from "../../../network/udp-socket.ts";
import { alwaysReady, nextTurn } from "../../../streams/waitable.ts";
import { fromIpSocketAddress, type IpSocketAddress, toIpSocketAddress } from "../../sockets/ip-socket-address.ts";
import { Pollable, Readiness } from "../io/poll.ts";
import { trap } from "../trap.ts";
import { attempt, type ErrorCode } from "./error-code.ts";
import { Network } from "./network.ts";

interface IncomingDatagram {
  readonly data: Uint8Array;
  readonly remoteAddress: IpSocketAddress;
}

interface OutgoingDatagram {
  readonly data: Uint8Array;
  readonly remoteAddress?: IpSocketAddress | undefined;
}

export class UdpSocket {
  readonly #socket: Socket;
  readonly #sockets: GuestSockets;
  readonly #open: OpenHandles;
  readonly #hold: { close(): void };
  #isBinding = false;
  /** The streams that the guest has not dropped. */
  #streams = 0;

  /** The guest holds the socket by this object. */
  constructor(socket: Socket, sockets: GuestSockets, open: OpenHandles) {
    this.#socket = socket;
    this.#sockets = sockets;
    this.#open = open;
    this.#hold = open.keep(this, { close: () => socket.release() });
  }

  startBind(network: Network, localAddress: IpSocketAddress): void {
    if (this.#isBinding) throw "concurrency-conflict" satisfies ErrorCode;
    if (Network.socketsOf(network) !== this.#sockets) throw "invalid-argument" satisfies ErrorCode;
    attempt(() => this.#socket.bind(fromIpSocketAddress(localAddress)));
    this.#isBinding = true;
  }

  finishBind(): void {
    if (!this.#isBinding) throw "not-in-progress" satisfies ErrorCode;
    this.#isBinding = false;
  }

  stream(remoteAddress: IpSocketAddress | undefined): [IncomingDatagramStream, OutgoingDatagramStream] {
    if (this.#streams > 0) trap("wasi:sockets/udp: `stream` was called before the streams of the last call were dropped");
    const socket = this.#socket;
    attempt(() => {
      // Later versions bind it then.
      if (!socket.isBound) throw "invalid-state" satisfies ErrorCode;
      if (remoteAddress !== undefined) socket.connect(fromIpSocketAddress(remoteAddress));
      else if (socket.isConnected) socket.disconnect();
    });
    return [this.#streamOf(IncomingDatagramStream), this.#streamOf(OutgoingDatagramStream)];
  }

  localAddress(): IpSocketAddress {
    return attempt(() => toIpSocketAddress(this.#socket.localAddress));
  }

  remoteAddress(): IpSocketAddress {
    return attempt(() => toIpSocketAddress(this.#socket.remoteAddress));
  }

  addressFamily(): AddressFamily {
    return this.#socket.family;
  }

  unicastHopLimit(): number {
    return this.#options.hopLimit;
  }

  setUnicastHopLimit(value: number): void {
    this.#set((options) => {
      options.hopLimit = value;
    });
  }

  receiveBufferSize(): bigint {
    return this.#options.receiveBufferSize;
  }

  setReceiveBufferSize(value: bigint): void {
    this.#set((options) => {
      options.receiveBufferSize = value;
    });
  }

  sendBufferSize(): bigint {
    return this.#options.sendBufferSize;
  }

  setSendBufferSize(value: bigint): void {
    this.#set((options) => {
      options.sendBufferSize = value;
    });
  }

  /** Nothing that is started here takes its time. */
  subscribe(): Pollable {
    return Pollable.of(alwaysReady);
  }

  [Symbol.dispose](): void {
    this.#open.close(this.#hold);
  }

  get #options(): Readonly<DatagramOptions> {
    return attempt(() => this.#socket.options);
  }

  #set(change: (options: DatagramOptions) => void): void {
    attempt(() => this.#socket.set(change));
  }

  #streamOf<T extends object>(Stream: new (socket: Socket, dropped: () => void) => T): T {
    const socket = this.#socket;
    socket.hold();
    this.#streams++;
    const held = { close: () => socket.release() };
    const stream = new Stream(socket, () => {
      this.#streams--;
      this.#open.close(held);
    });
    this.#open.keep(stream, held);
    return stream;
  }
}

export class IncomingDatagramStream {
  readonly #socket: Socket;
  readonly #dropped: () => void;
  readonly #readiness: Readiness;

  constructor(socket: Socket, dropped: () => void) {
    this.#socket = socket;
    this.#dropped = dropped;
    this.#readiness = new Readiness(socket);
  }

  receive(maxResults: bigint): Later<IncomingDatagram[]> {
    // A guest that receives in a loop without waiting needs the event loop for more to come.
    if (maxResults > 0n && !this.#socket.ready() && this.#readiness.notYet()) return nextTurn().then(() => this.#receive(maxResults));
    return this.#receive(maxResults);
  }

  subscribe(): Pollable {
    return new Pollable(this.#readiness);
  }

  [Symbol.dispose](): void {
    this.#dropped();
  }

  #receive(maxResults: bigint): IncomingDatagram[] {
    const most = maxResults < BigInt(MAX_DATAGRAMS_PER_CALL) ? Number(maxResults) : MAX_DATAGRAMS_PER_CALL;
    const datagrams: IncomingDatagram[] = [];
    for (let bytes = 0; datagrams.length < most && bytes < MAX_READ_BYTES; ) {
      // A failure is the next call's, if there is something to give.
      if (datagrams.length > 0 && !this.#socket.hasDatagram) break;
      const datagram = attempt(() => this.#socket.receive());
      if (datagram === undefined) break;
      bytes += datagram.data.length + 1;
      datagrams.push({ data: datagram.data, remoteAddress: toIpSocketAddress(datagram.remote) });
    }
    return datagrams;
  }
}

export class OutgoingDatagramStream {
  readonly #socket: Socket;
  readonly #dropped: () => void;
  #permit = 0;

  constructor(socket: Socket, dropped: () => void) {
    this.#socket = socket;
    this.#dropped = dropped;
  }

  checkSend(): bigint {
    attempt(() => this.#socket.localAddress);
    this.#permit = MAX_DATAGRAMS_PER_CALL;
    return BigInt(this.#permit);
  }

  send(datagrams: readonly OutgoingDatagram[]): Later<bigint> {
    if (datagrams.length === 0) return 0n;
    if (datagrams.length > this.#permit) {
      trap(`wasi:sockets/udp: \`send\` of ${datagrams.length} datagrams, but \`check-send\` permitted ${this.#permit}`);
    }
    this.#permit = 0;
    return this.#send(datagrams);
  }

  subscribe(): Pollable {
    return Pollable.of(alwaysReady);
  }

  [Symbol.dispose](): void {
    this.#dropped();
  }

  /** How many were sent. An error counts only before the first is. */
  async #send(datagrams: readonly OutgoingDatagram[]): Promise<bigint> {
    let sent = 0n;
    for (const { data, remoteAddress } of datagrams) {
      try {
        await attempt(() => this.#socket.send(data, remoteAddress && fromIpSocketAddress(remoteAddress)));
      } catch (error) {
        if (sent > 0n) break;
        return attempt(() => {
          throw error;
        });
      }
      sent++;
    }
    return sent;
  }
}

export const udp = { UdpSocket, IncomingDatagramStream, OutgoingDatagramStream };
