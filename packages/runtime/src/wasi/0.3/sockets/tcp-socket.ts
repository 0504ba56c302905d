/** `tcp-socket` of `wasi:sockets/types`. The states and rules of the socket itself are those of every version. */
import type { Later } from "../../../capability/later.ts";
import type { OpenHandles } from "../../../capability/open-handles.ts";
import type { AddressFamily } from "../../../network/address.ts";
import type { GuestSockets } from "../../../network/guest-sockets.ts";
import { codeOf } from "../../../network/socket-error.ts";
import type { StreamOptions } from "../../../network/socket-options.ts";
import type { TcpSocket as Socket } from "../../../network/tcp-socket.ts";
import type { Chunks } from "../../../streams/chunk-reader.ts";
import { nextTurn } from "../../../streams/waitable.ts";
import type { WasiHost } from "../../options.ts";
import { fromIpSocketAddress, type IpSocketAddress, toIpSocketAddress } from "../../sockets/ip-socket-address.ts";
import type { Result } from "../result.ts";
import { AcceptedSockets } from "./accepted-sockets.ts";
import { attempt, attemptLater, type ErrorCode, errorCode } from "./error-code.ts";
import { receive, send } from "./transfer.ts";

export abstract class TcpSocket {
  readonly #socket: Socket;
  readonly #open: OpenHandles;
  readonly #hold: { close(): void };

  /** The guest holds the socket by this object. */
  constructor(socket: Socket, open: OpenHandles) {
    this.#socket = socket;
    this.#open = open;
    this.#hold = open.keep(this, { close: () => socket.drop() });
  }

  /** The sockets of the same guest. */
  protected abstract get siblings(): GuestSockets;

  /** The object for a socket that this one accepted. */
  protected abstract of(accepted: Socket): TcpSocket;

  bind(localAddress: IpSocketAddress): Later<void> {
    const bind = () => this.#socket.bind(fromIpSocketAddress(localAddress));
    try {
      bind();
    } catch (error) {
      // By a socket that the guest has dropped, the stream of what it accepts included?
      const code = codeOf(error);
      if (code === "address-in-use" && this.siblings.hasLeft) return nextTurn().then(() => attempt(bind));
      throw errorCode(code);
    }
  }

  connect(remoteAddress: IpSocketAddress): Promise<void> {
    return attemptLater(async () => this.#socket.connect(fromIpSocketAddress(remoteAddress)));
  }

  listen(): AcceptedSockets<TcpSocket> {
    const socket = this.#socket;
    const listener = attempt(() => socket.listen());
    // The stream holds the socket, too.
    socket.hold();
    const held = { close: () => socket.release() };
    const accepted = new AcceptedSockets(
      listener,
      (each) => this.of(each),
      () => this.#open.close(held),
    );
    this.#open.keep(accepted, held);
    return accepted;
  }

  send(data: Chunks): Promise<Result<ErrorCode>> {
    return send(this.#socket, data);
  }

  receive(): [Chunks, Promise<Result<ErrorCode>>] {
    return receive(this.#socket);
  }

  getLocalAddress(): IpSocketAddress {
    return attempt(() => toIpSocketAddress(this.#socket.localAddress));
  }

  getRemoteAddress(): IpSocketAddress {
    return attempt(() => toIpSocketAddress(this.#socket.remoteAddress));
  }

  getIsListening(): boolean {
    return this.#socket.isListening;
  }

  getAddressFamily(): AddressFamily {
    return this.#socket.family;
  }

  setListenBacklogSize(value: bigint): void {
    attempt(() => this.#socket.setBacklog(value));
  }

  getKeepAliveEnabled(): boolean {
    return this.#options.keepAliveEnabled;
  }

  setKeepAliveEnabled(value: boolean): void {
    this.#set((options) => {
      options.keepAliveEnabled = value;
    });
  }

  getKeepAliveIdleTime(): bigint {
    return this.#options.keepAliveIdleTime;
  }

  setKeepAliveIdleTime(value: bigint): void {
    this.#set((options) => {
      options.keepAliveIdleTime = value;
    });
  }

  getKeepAliveInterval(): bigint {
    return this.#options.keepAliveInterval;
  }

  setKeepAliveInterval(value: bigint): void {
    this.#set((options) => {
      options.keepAliveInterval = value;
    });
  }

  getKeepAliveCount(): number {
    return this.#options.keepAliveCount;
  }

  setKeepAliveCount(value: number): void {
    this.#set((options) => {
      options.keepAliveCount = value;
    });
  }

  getHopLimit(): number {
    return this.#options.hopLimit;
  }

  setHopLimit(value: number): void {
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

  get #options(): Readonly<StreamOptions> {
    return attempt(() => this.#socket.options);
  }

  #set(change: (options: StreamOptions) => void): void {
    attempt(() => this.#socket.set(change));
  }
}

/** The class for the guests of a host. */
export interface HostTcpSockets {
  readonly prototype: TcpSocket;
  create(addressFamily: AddressFamily): TcpSocket;
}

export function tcpSocketOf({ sockets, open }: WasiHost): HostTcpSockets {
  return class HostTcpSocket extends TcpSocket {
    static create(addressFamily: AddressFamily): HostTcpSocket {
      return attempt(() => new HostTcpSocket(sockets.createTcp(addressFamily), open));
    }

    protected get siblings(): GuestSockets {
      return sockets;
    }

    protected of(accepted: Socket): HostTcpSocket {
      return new HostTcpSocket(accepted, open);
    }
  };
}
