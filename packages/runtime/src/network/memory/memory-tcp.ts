import { type AddressFamily, type SocketAddress, unspecified } from "../address.ts";
import type { TcpConnection, TcpEndpoint } from "../platform.ts";
import { SocketError } from "../socket-error.ts";
import { connectedPair } from "./memory-connection.ts";
import type { PortTable } from "./port-table.ts";

export class MemoryTcpEndpoint implements TcpEndpoint {
  readonly #family: AddressFamily;
  readonly #table: PortTable<MemoryTcpEndpoint>;
  #local: SocketAddress | undefined;
  #accept: ((connection: TcpConnection) => void) | undefined;
  #isClosed = false;

  constructor(family: AddressFamily, table: PortTable<MemoryTcpEndpoint>) {
    this.#family = family;
    this.#table = table;
  }

  bind(local: SocketAddress): SocketAddress {
    this.#local = this.#table.bind(this, local);
    return this.#local;
  }

  async connect(remote: SocketAddress): Promise<TcpConnection> {
    const bound = this.#local ?? this.bind({ address: unspecified(this.#family), port: 0 });
    // The peer hears of it after who connects has gone on, as over a network.
    await Promise.resolve();
    this.#table.release(this);
    if (this.#isClosed) throw new SocketError("connection-aborted");
    const listening = this.#table.find(remote);
    if (listening === undefined || listening.#accept === undefined) throw new SocketError("connection-refused");
    const [near, far] = connectedPair({ address: remote.address, port: bound.port }, remote);
    listening.#accept(far);
    return near;
  }

  listen(_backlog: number, accept: (connection: TcpConnection) => void): SocketAddress {
    const local = this.#local ?? this.bind({ address: unspecified(this.#family), port: 0 });
    this.#accept = accept;
    return local;
  }

  close(): void {
    this.#isClosed = true;
    this.#accept = undefined;
    this.#table.release(this);
  }
}
