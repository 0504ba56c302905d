/**
 * What a platform has to offer for sockets: Node's network, or one in memory. Rules, states and limits are not its business: it is asked for
 * what has been allowed, with addresses only, never with names.
 */
import type { InputSource } from "../streams/input-source.ts";
import type { OutputSink } from "../streams/output-sink.ts";
import type { StreamFailure } from "../streams/stream-failure.ts";
import type { AddressFamily, IpAddress, SocketAddress } from "./address.ts";
import type { SocketErrorCode } from "./socket-error.ts";

export interface NetworkPlatform {
  createTcp(family: AddressFamily): TcpEndpoint;
  createUdp(family: AddressFamily, events: UdpEvents): UdpEndpoint;
  /**
   * All addresses of a name, which is none itself; those to try first come first.
   *
   * @throws SocketError with one of the codes of resolvers.
   */
  lookup(name: string): Promise<readonly IpAddress[]>;
}

/** A TCP socket before it is connected or listens. It may be that nothing of the system's is held before `bind`. */
export interface TcpEndpoint {
  /** @returns where it is bound. @throws SocketError */
  bind(local: SocketAddress): SocketAddress;
  /** The connection takes the endpoint over. @throws SocketError */
  connect(remote: SocketAddress): Promise<TcpConnection>;
  /** Takes connections from now on. @returns where it listens. @throws SocketError */
  listen(backlog: number, accept: (connection: TcpConnection) => void): SocketAddress;
  /** Gives up what it is doing: connecting, listening. */
  close(): void;
}

export interface TcpConnection {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  /** What the peer sends. `close`: as `shutdown(SHUT_RD)`. */
  readonly source: Required<Pick<InputSource, "close">> & InputSource;
  /** `close`: as `shutdown(SHUT_WR)`, once all that was written is on its way. */
  readonly sink: Required<Pick<OutputSink, "close">> & OutputSink;
  setKeepAlive(keepAlive: KeepAlive): void;
  /** Ends it when what was written has been passed on. Resolves when nothing of the system's is held any more. */
  close(): Promise<void>;
  /** Ends it now: the peer learns that, and both streams fail for that reason. */
  abort(reason: StreamFailure): void;
}

export interface KeepAlive {
  readonly enabled: boolean;
  readonly idleSeconds: number;
  readonly intervalSeconds: number;
  readonly count: number;
}

export interface UdpEndpoint {
  /** @returns where it is bound. @throws SocketError */
  bind(local: SocketAddress): SocketAddress;
  /** Datagrams go there, and failures to deliver them are heard of. May be called again. @returns where it is bound. @throws SocketError */
  connect(remote: SocketAddress): SocketAddress;
  /** @returns where it is bound. */
  disconnect(): SocketAddress;
  /** `undefined`: to where it is connected. Keeps nothing of `data` once it resolves. @throws SocketError */
  send(data: Uint8Array, remote: SocketAddress | undefined): Promise<void>;
  setHopLimit(hops: number): void;
  setBufferSizes(receive: number | undefined, send: number | undefined): void;
  close(): void;
}

export interface UdpEvents {
  /** The bytes are the receiver's. */
  received(data: Uint8Array, remote: SocketAddress): void;
  /** That was all for now: who waits may go on, and has all that came together. */
  arrived(): void;
  /** What was sent earlier could not be delivered. */
  failed(code: SocketErrorCode): void;
}
