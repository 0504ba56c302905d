/** `wasi:sockets/tcp`: what begins is finished by a second call. The states and rules of the socket itself are those of every version. */
import type { OpenHandles } from "../../../capability/open-handles.ts";
import type { AddressFamily } from "../../../network/address.ts";
import type { GuestSockets } from "../../../network/guest-sockets.ts";
import type { StreamOptions } from "../../../network/socket-options.ts";
import type { TcpSocket as Socket } from "../../../network/tcp-socket.ts";
import { nextTurn, wakeSoon } from "../../../streams/waitable.ts";
import { fromIpSocketAddress, type IpSocketAddress, toIpSocketAddress } from "../../sockets/ip-socket-address.ts";
import { Pollable, Readiness } from "../io/poll.ts";
import { InputStream, OutputStream } from "../io/streams.ts";
import { attempt, type ErrorCode } from "./error-code.ts";
import { Network } from "./network.ts";

type Operation = "bind" | "connect" | "listen";
type Streams = [InputStream, OutputStream];

export class TcpSocket {
  readonly #socket: Socket;
  readonly #sockets: GuestSockets;
  readonly #open: OpenHandles;
  readonly #hold: { close(): void };
  readonly #readiness: Readiness;
  /** What was started and not finished. */
  #operation: Operation | undefined;
  #hasStreams = false;

  /** The guest holds the socket by this object. */
  constructor(socket: Socket, sockets: GuestSockets, open: OpenHandles) {
    this.#socket = socket;
    this.#sockets = sockets;
    this.#open = open;
    this.#hold = open.keep(this, { close: () => socket.release() });
    this.#readiness = new Readiness({
      ready: () => this.#awaited?.ready() ?? true,
      onReady: (wake) => this.#awaited?.onReady(wake) ?? wakeSoon(wake),
    });
  }

  startBind(network: Network, localAddress: IpSocketAddress): void {
    this.#start("bind", () => this.#in(network).bind(fromIpSocketAddress(localAddress)));
  }

  finishBind(): void {
    this.#finish("bind");
  }

  startConnect(network: Network, remoteAddress: IpSocketAddress): void {
    this.#start("connect", () => void this.#in(network).connect(fromIpSocketAddress(remoteAddress)));
  }

  finishConnect(): Streams | Promise<Streams> {
    if (this.#operation === "connect" && this.#socket.isConnecting) {
      if (this.#readiness.notYet()) return nextTurn().then(() => this.#finishConnect());
      throw "would-block" satisfies ErrorCode;
    }
    return this.#finishConnect();
  }

  startListen(): void {
    this.#start("listen", () => {
      // Later versions bind it then.
      if (!this.#socket.isBound) throw "invalid-state" satisfies ErrorCode;
      attempt(() => this.#socket.listen());
    });
  }

  finishListen(): void {
    this.#finish("listen");
  }

  accept(): [TcpSocket, ...Streams] | Promise<[TcpSocket, ...Streams]> {
    const { listener } = this.#socket;
    if (listener === undefined) {
      // Access that was revoked is told apart from a socket that does not listen.
      attempt(() => this.#socket.options);
      throw "invalid-state" satisfies ErrorCode;
    }
    if (!listener.ready() && this.#readiness.notYet()) return nextTurn().then(() => this.#accept());
    return this.#accept();
  }

  localAddress(): IpSocketAddress {
    return attempt(() => toIpSocketAddress(this.#socket.localAddress));
  }

  remoteAddress(): IpSocketAddress {
    return attempt(() => toIpSocketAddress(this.#socket.remoteAddress));
  }

  isListening(): boolean {
    return this.#socket.isListening;
  }

  addressFamily(): AddressFamily {
    return this.#socket.family;
  }

  setListenBacklogSize(value: bigint): void {
    attempt(() => this.#socket.setBacklog(value));
  }

  keepAliveEnabled(): boolean {
    return this.#options.keepAliveEnabled;
  }

  setKeepAliveEnabled(value: boolean): void {
    this.#set((options) => {
      options.keepAliveEnabled = value;
    });
  }

  keepAliveIdleTime(): bigint {
    return this.#options.keepAliveIdleTime;
  }

  setKeepAliveIdleTime(value: bigint): void {
    this.#set((options) => {
      options.keepAliveIdleTime = value;
    });
  }

  keepAliveInterval(): bigint {
    return this.#options.keepAliveInterval;
  }

  setKeepAliveInterval(value: bigint): void {
    this.#set((options) => {
      options.keepAliveInterval = value;
    });
  }

  keepAliveCount(): number {
    return this.#options.keepAliveCount;
  }

  setKeepAliveCount(value: number): void {
    this.#set((options) => {
      options.keepAliveCount = value;
    });
  }

  hopLimit(): number {
    return this.#options.hopLimit;
  }

  setHopLimit(value: number): void {
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

  subscribe(): Pollable {
    return new Pollable(this.#readiness);
  }

  shutdown(shutdownType: "receive" | "send" | "both"): void {
    if (!this.#hasStreams) throw "invalid-state" satisfies ErrorCode;
    attempt(() => this.#socket.shutdown(shutdownType));
  }

  [Symbol.dispose](): void {
    this.#open.close(this.#hold);
  }

  /** What a pollable of the socket waits for, if for anything. */
  get #awaited(): { ready(): boolean; onReady(wake: () => void): () => void } | undefined {
    if (this.#operation === "connect") return this.#socket.settled;
    return this.#operation === undefined ? this.#socket.listener : undefined;
  }

  get #options(): Readonly<StreamOptions> {
    return attempt(() => this.#socket.options);
  }

  #set(change: (options: StreamOptions) => void): void {
    attempt(() => this.#socket.set(change));
  }

  /** The socket, for use in that network, which must be the one it was made in. */
  #in(network: Network): Socket {
    if (Network.socketsOf(network) !== this.#sockets) throw "invalid-argument" satisfies ErrorCode;
    return this.#socket;
  }

  #start(operation: Operation, act: () => void): void {
    if (this.#operation !== undefined) throw "concurrency-conflict" satisfies ErrorCode;
    attempt(act);
    this.#operation = operation;
  }

  #finish(operation: Operation): void {
    if (this.#operation !== operation) throw "not-in-progress" satisfies ErrorCode;
    this.#operation = undefined;
  }

  #finishConnect(): Streams {
    if (this.#operation === "connect" && this.#socket.isConnecting) throw "would-block" satisfies ErrorCode;
    this.#finish("connect");
    return attempt(() => {
      this.#socket.connectOutcome();
      return this.#takeStreams();
    });
  }

  #accept(): [TcpSocket, ...Streams] {
    return attempt(() => {
      const accepted = this.#socket.listener?.accept();
      if (accepted === undefined) throw "would-block" satisfies ErrorCode;
      const socket = new TcpSocket(accepted, this.#sockets, this.#open);
      return [socket, ...socket.#takeStreams()];
    });
  }

  /** Each holds the connection. Dropping one closes nothing yet: that is what `shutdown` is for. */
  #takeStreams(): Streams {
    const socket = this.#socket;
    const held = () => ({ close: () => socket.release() });
    const [receiving, sending] = [held(), held()];
    const input = new InputStream(socket.takeSource(), () => this.#open.close(receiving));
    this.#open.keep(input, receiving);
    const output = new OutputStream(socket.takeSink(), () => this.#open.close(sending));
    this.#open.keep(output, sending);
    this.#hasStreams = true;
    return [input, output];
  }
}

export const tcp = { TcpSocket };
