import type { Socket } from "node:dgram";
import { type AddressFamily, classifyIp, type SocketAddress } from "../../../network/address.ts";
import type { UdpEndpoint, UdpEvents } from "../../../network/platform.ts";
import { SocketError } from "../../../network/socket-error.ts";
import { codeOf } from "../file-descriptor.ts";
import { addressText, socketAddress } from "./address-text.ts";
import { ask, socketError, socketErrorCode } from "./system-error.ts";

/** How often to look for a port that is free twice in a row. */
const MAX_TRIES = 16;

type LookUp = (host: string, options: unknown, done: (error: null, address: string, family: number) => void) => void;

export class NodeUdpEndpoint implements UdpEndpoint {
  readonly #family: AddressFamily;
  readonly #events: UdpEvents;
  #socket: Socket | undefined;
  #connected = false;

  constructor(family: AddressFamily, events: UdpEvents) {
    this.#family = family;
    this.#events = events;
  }

  /**
   * A port that the system chose is bound again by its number: Linux gives up a port of its own choice when the socket is disconnected, and
   * choosing another is not what a guest expects of `connect`.
   */
  bind(local: SocketAddress): SocketAddress {
    for (let tries = 1; ; tries++) {
      let port = local.port;
      if (port === 0) {
        const chosen = this.#open(addressText(local), 0);
        port = chosen.address().port;
        chosen.close();
      }
      try {
        this.#socket = this.#open(addressText(local), port);
      } catch (error) {
        if (local.port === 0 && tries < MAX_TRIES && error instanceof SocketError && error.code === "address-in-use") continue;
        throw error;
      }
      this.#listen(this.#socket);
      return { ...local, port };
    }
  }

  connect(remote: SocketAddress): SocketAddress {
    const socket = this.#socket!;
    if (this.#connected) this.disconnect();
    // The outcome is there at once, what is called then only tells it again.
    ask(() => socket.connect(remote.port, addressText(remote), () => {}));
    try {
      socket.remoteAddress();
    } catch (error) {
      throw new SocketError(classifyIp(remote.address) === "broadcast" ? "access-denied" : "remote-unreachable", error);
    }
    this.#connected = true;
    return this.#local(socket);
  }

  disconnect(): SocketAddress {
    const socket = this.#socket!;
    socket.disconnect();
    this.#connected = false;
    return this.#local(socket);
  }

  send(data: Uint8Array, remote: SocketAddress | undefined): Promise<void> {
    const socket = this.#socket!;
    return new Promise((resolve, reject) => {
      const sent = (error: Error | null) => {
        if (error === null) resolve();
        else reject(socketError(error));
      };
      ask(() => (remote === undefined ? socket.send(data, sent) : socket.send(data, remote.port, addressText(remote), sent)));
    });
  }

  setHopLimit(hops: number): void {
    this.#socket?.setTTL(hops);
  }

  setBufferSizes(receive: number | undefined, send: number | undefined): void {
    if (receive !== undefined) this.#socket?.setRecvBufferSize(receive);
    if (send !== undefined) this.#socket?.setSendBufferSize(send);
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  /** A bound socket. @throws SocketError */
  #open(address: string, port: number): Socket {
    // Addresses are none to look up: what is given is used, and at once.
    const family = this.#family === "ipv4" ? 4 : 6;
    const lookup: LookUp = (host, _options, done) => done(null, host, family);
    const socket = process
      .getBuiltinModule("node:dgram")
      .createSocket({ type: this.#family === "ipv4" ? "udp4" : "udp6", ipv6Only: this.#family === "ipv6", lookup: lookup as never });
    let failure: Error | undefined;
    const failed = (error: Error) => {
      failure = error;
    };
    socket.on("error", failed);
    ask(() => socket.bind({ address, port, exclusive: true }));
    if (failure !== undefined) {
      socket.close();
      throw socketError(failure);
    }
    socket.off("error", failed);
    return socket;
  }

  #listen(socket: Socket): void {
    let isTold = true;
    socket.on("message", (data, { address, port }) => {
      this.#events.received(data, socketAddress(address, port));
      if (!isTold) return;
      isTold = false;
      // Whoever waits would go on between two datagrams that have both arrived.
      setImmediate(() => {
        isTold = true;
        this.#events.arrived();
      });
    });
    socket.on("error", (error) => {
      if (this.#socket === socket) this.#events.failed(socketErrorCode(codeOf(error)));
    });
  }

  #local(socket: Socket): SocketAddress {
    const { address, port } = socket.address();
    return socketAddress(address, port);
  }
}
