import type { Server, SocketConstructorOpts } from "node:net";
import { type AddressFamily, type SocketAddress, unspecified } from "../../../network/address.ts";
import type { TcpConnection, TcpEndpoint } from "../../../network/platform.ts";
import { SocketError } from "../../../network/socket-error.ts";
import { addressText, socketAddress } from "./address-text.ts";
import { ask, socketError, socketErrorOf } from "./system-error.ts";
import { NodeTcpConnection } from "./tcp-connection.ts";

/** What of a handle of Node's is used here. */
interface Handle {
  getsockname(into: { address?: string; port?: number }): number;
  close(): void;
}

/**
 * `node:net` binds only what listens. The function under it, which `node:cluster` uses, binds and does nothing else: what it gives can be
 * listened with or connected. It gives the handle, or the negative number of an error.
 */
type CreateServerHandle = (address: string, port: number, addressType: 4 | 6, fd: undefined, flags: number) => Handle | number;

const IPV6_ONLY = 1;

export class NodeTcpEndpoint implements TcpEndpoint {
  readonly #family: AddressFamily;
  /** Bound, and neither listening nor connected. */
  #handle: Handle | undefined;
  #server: Server | undefined;
  #giveUp: (() => void) | undefined;

  constructor(family: AddressFamily) {
    this.#family = family;
  }

  bind(local: SocketAddress): SocketAddress {
    const { _createServerHandle: create } = process.getBuiltinModule("node:net") as unknown as { readonly _createServerHandle?: CreateServerHandle };
    // What is not Node may lack it; connecting works all the same.
    if (create === undefined) throw new SocketError("not-supported");
    const [type, flags] = this.#family === "ipv4" ? ([4, 0] as const) : ([6, IPV6_ONLY] as const);
    const handle = ask(() => create(addressText(local), local.port, type, undefined, flags));
    if (typeof handle === "number") throw socketErrorOf(handle);
    const name: { address?: string; port?: number } = {};
    // That the address is in use shows only now.
    const error = handle.getsockname(name);
    if (error !== 0) {
      handle.close();
      throw socketErrorOf(error);
    }
    this.#handle = handle;
    return { ...local, port: name.port! };
  }

  connect(remote: SocketAddress): Promise<TcpConnection> {
    const { Socket } = process.getBuiltinModule("node:net");
    const handle = this.#handle;
    this.#handle = undefined;
    // `manualStart`: nothing can be read before there is a connection.
    const options = handle === undefined ? { allowHalfOpen: true } : { allowHalfOpen: true, handle, manualStart: true };
    const socket = new Socket(options as SocketConstructorOpts);
    return new Promise((resolve, reject) => {
      this.#giveUp = () => {
        socket.destroy();
        reject(new SocketError("connection-aborted"));
      };
      const failed = (error: unknown) => reject(socketError(error));
      socket.once("error", failed);
      socket.once("connect", () => {
        this.#giveUp = undefined;
        socket.off("error", failed);
        const connection = NodeTcpConnection.of(socket);
        if (connection === undefined) reject(new SocketError("connection-reset"));
        else resolve(connection);
      });
      try {
        socket.connect({ host: addressText(remote), port: remote.port });
      } catch (error) {
        socket.destroy();
        failed(error);
      }
    });
  }

  listen(backlog: number, accept: (connection: TcpConnection) => void): SocketAddress {
    const local = { address: unspecified(this.#family), port: 0 };
    if (this.#handle === undefined) this.bind(local);
    const handle = this.#handle;
    this.#handle = undefined;
    const server = process.getBuiltinModule("node:net").createServer({ allowHalfOpen: true });
    server.on("connection", (socket) => {
      const connection = NodeTcpConnection.of(socket);
      if (connection !== undefined) accept(connection);
    });
    // It tells that later; whether it listens is known at once. A connection that could not be taken is the peer's loss.
    server.on("error", () => {});
    ask(() => server.listen(handle, backlog));
    const name = server.address();
    if (name === null || typeof name === "string") throw new SocketError("address-in-use");
    this.#server = server;
    return socketAddress(name.address, name.port);
  }

  close(): void {
    this.#handle?.close();
    this.#handle = undefined;
    this.#server?.close();
    this.#server = undefined;
    this.#giveUp?.();
    this.#giveUp = undefined;
  }
}
