import { type AddressFamily, classifyIp, type SocketAddress } from "../address.ts";
import type { UdpEndpoint, UdpEvents } from "../platform.ts";
import type { PortTable } from "./port-table.ts";

export class MemoryUdpEndpoint implements UdpEndpoint {
  readonly #family: AddressFamily;
  readonly #table: PortTable<MemoryUdpEndpoint>;
  readonly #events: UdpEvents;
  #local: SocketAddress | undefined;
  #remote: SocketAddress | undefined;

  constructor(family: AddressFamily, table: PortTable<MemoryUdpEndpoint>, events: UdpEvents) {
    this.#family = family;
    this.#table = table;
    this.#events = events;
  }

  bind(local: SocketAddress): SocketAddress {
    this.#local = this.#table.bind(this, local);
    return this.#local;
  }

  connect(remote: SocketAddress): SocketAddress {
    this.#remote = remote;
    return this.#from(remote);
  }

  disconnect(): SocketAddress {
    this.#remote = undefined;
    return this.#local!;
  }

  async send(data: Uint8Array, remote: SocketAddress | undefined): Promise<void> {
    const target = remote ?? this.#remote!;
    const [copy, from] = [data.slice(), this.#from(target)];
    // It arrives after who sends has gone on, as over a network.
    await Promise.resolve();
    const receiver = this.#table.find(target);
    if (receiver !== undefined && receiver.#family === this.#family) {
      receiver.#events.received(copy, from);
      receiver.#events.arrived();
    } else if (this.#remote !== undefined) this.#events.failed("connection-refused");
  }

  /** Nothing that could expire on its way. */
  setHopLimit(): void {}

  setBufferSizes(): void {}

  close(): void {
    this.#table.release(this);
  }

  /** As which address the other end sees this one. */
  #from(target: SocketAddress): SocketAddress {
    const local = this.#local!;
    return classifyIp(local.address) === "unspecified" ? { address: target.address, port: local.port } : local;
  }
}
