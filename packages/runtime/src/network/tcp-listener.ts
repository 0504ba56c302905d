import { MAX_PENDING_CONNECTIONS } from "../limits.ts";
import { StreamFailure } from "../streams/stream-failure.ts";
import { type Waitable, WakeList } from "../streams/waitable.ts";
import type { GuestSockets } from "./guest-sockets.ts";
import type { TcpConnection } from "./platform.ts";
import { SocketError, type SocketErrorCode } from "./socket-error.ts";
import type { TcpSocket } from "./tcp-socket.ts";

/** Connections that were made to a listening socket and wait to be accepted. Ready: there is one, or there never will be. */
export class TcpListener implements Waitable {
  readonly #socketOf: (connection: TcpConnection) => TcpSocket;
  readonly #guest: GuestSockets;
  readonly #pending: TcpConnection[] = [];
  readonly #waiting = new WakeList();
  #closed: SocketErrorCode | undefined;

  constructor(socketOf: (connection: TcpConnection) => TcpSocket, guest: GuestSockets) {
    this.#socketOf = socketOf;
    this.#guest = guest;
  }

  /** Takes a connection, unless there are too many. */
  connected(connection: TcpConnection): void {
    if (this.#closed !== undefined || this.#pending.length >= MAX_PENDING_CONNECTIONS || !this.#guest.hasRoom) {
      connection.abort(refused());
      return;
    }
    this.#pending.push(connection);
    this.#waiting.wakeAll();
  }

  /** `undefined`: none has been made yet. @throws SocketError when none will be. */
  accept(): TcpSocket | undefined {
    if (this.#closed !== undefined) throw new SocketError(this.#closed);
    for (let connection = this.#pending.shift(); connection !== undefined; connection = this.#pending.shift()) {
      const { remote } = connection;
      if (this.#guest.hasRoom) return this.#guest.audited("accept", remote, () => this.#socketOf(connection));
      connection.abort(refused());
    }
    return undefined;
  }

  ready(): boolean {
    return this.#pending.length > 0 || this.#closed !== undefined;
  }

  onReady(wake: () => void): () => void {
    return this.#waiting.add(wake);
  }

  close(code: SocketErrorCode): void {
    this.#closed = code;
    for (const connection of this.#pending.splice(0)) connection.abort(refused());
    this.#waiting.wakeAll();
  }
}

function refused(): StreamFailure {
  return new StreamFailure("the connection was not accepted", { network: "connection-aborted" });
}
