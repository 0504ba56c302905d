/** `udp-socket` of `wasi:sockets/types`. The states and rules of the socket itself are those of every version. */
import type { Later } from "../../../capability/later.ts";
import type { OpenHandles } from "../../../capability/open-handles.ts";
import type { AddressFamily } from "../../../network/address.ts";
import type { DatagramOptions } from "../../../network/socket-options.ts";
import type { Datagram, UdpSocket as Socket } from "../../../network/udp-socket.ts";
import { untilReady } from "../../../streams/waitable.ts";
import type { WasiHost } from "../../options.ts";
import { fromIpSocketAddress, type IpSocketAddress, toIpSocketAddress } from "../../sockets/ip-socket-address.ts";
import type { AsyncCall } from "../async-call.ts";
import { attempt, attemptLater } from "./error-code.ts";

export class UdpSocket {
  readonly #socket: Socket;
  readonly #open: OpenHandles;
  readonly #hold: { close(): void };

  /** The guest holds the socket by this object. */
  constructor(socket: Socket, open: OpenHandles) {
    this.#socket = socket;
    this.#open = open;
    this.#hold = open.keep(this, { close: () => socket.release() });
  }

  bind(localAddress: IpSocketAddress): void {
    attempt(() => this.#socket.bind(fromIpSocketAddress(localAddress)));
  }

  connect(remoteAddress: IpSocketAddress): void {
    attempt(() => this.#socket.connect(fromIpSocketAddress(remoteAddress)));
  }

  disconnect(): void {
    attempt(() => this.#socket.disconnect());
  }

  send(data: Uint8Array, remoteAddress: IpSocketAddress | undefined): Promise<void> {
    return attemptLater(async () => this.#socket.send(data, remoteAddress && fromIpSocketAddress(remoteAddress)));
  }

  receive(call: AsyncCall = {}): Later<[Uint8Array, IpSocketAddress]> {
    const datagram = attempt(() => this.#socket.receive());
    return datagram === undefined ? this.#receiveLater(call) : received(datagram);
  }

  getLocalAddress(): IpSocketAddress {
    return attempt(() => toIpSocketAddress(this.#socket.localAddress));
  }

  getRemoteAddress(): IpSocketAddress {
    return attempt(() => toIpSocketAddress(this.#socket.remoteAddress));
  }

  getAddressFamily(): AddressFamily {
    return this.#socket.family;
  }

  getUnicastHopLimit(): number {
    return this.#options.hopLimit;
  }

  setUnicastHopLimit(value: number): void {
    this.#set((options) => {
      options.hopLimit = value;
    });
  }

  getReceiveBufferSize(): bigint {
    return this.#options.receiveBufferSize;
  }

  setReceiveBufferSize(value: bigint): void {
    this.#set((options) => {
      options.receiveBufferSize = value;
    });
  }

  getSendBufferSize(): bigint {
    return this.#options.sendBufferSize;
  }

  setSendBufferSize(value: bigint): void {
    this.#set((options) => {
      options.sendBufferSize = value;
    });
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

  async #receiveLater({ signal }: AsyncCall): Promise<[Uint8Array, IpSocketAddress]> {
    for (;;) {
      await untilReady(this.#socket, signal);
      // Others may receive, too.
      const datagram = attempt(() => this.#socket.receive());
      if (datagram !== undefined) return received(datagram);
    }
  }
}

function received({ data, remote }: Datagram): [Uint8Array, IpSocketAddress] {
  return [data, toIpSocketAddress(remote)];
}

/** The class for the guests of a host. */
export interface HostUdpSockets {
  readonly prototype: UdpSocket;
  create(addressFamily: AddressFamily): UdpSocket;
}

export function udpSocketOf({ sockets, open }: WasiHost): HostUdpSockets {
  return class HostUdpSocket extends UdpSocket {
    static create(addressFamily: AddressFamily): HostUdpSocket {
      return attempt(() => new HostUdpSocket(sockets.createUdp(addressFamily), open));
    }
  };
}
