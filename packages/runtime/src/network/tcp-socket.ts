/**
 * A TCP socket as WASI knows it, neutral of its version: states, rules and who holds what. What the system does is the platform's.
 *
 * A connection, or a listening socket, is held by the socket and by the streams that were taken from it; it ends when all of them are let go.
 */
import type { InputSource } from "../streams/input-source.ts";
import type { OutputSink } from "../streams/output-sink.ts";
import { StreamFailure } from "../streams/stream-failure.ts";
import { type Waitable, WakeList } from "../streams/waitable.ts";
import { type AddressFamily, type SocketAddress, unspecified } from "./address.ts";
import { fitsFamily, isRemote, isUnicast } from "./address-checks.ts";
import type { GuestSockets, OpenSocket } from "./guest-sockets.ts";
import type { Network } from "./network.ts";
import type { TcpConnection, TcpEndpoint } from "./platform.ts";
import { SocketError, type SocketErrorCode } from "./socket-error.ts";
import { StreamOptions } from "./socket-options.ts";
import { TcpListener } from "./tcp-listener.ts";

type State =
  | { readonly tag: "open"; readonly bound: SocketAddress | undefined }
  | { readonly tag: "connecting" }
  | { readonly tag: "connected"; readonly connection: TcpConnection; receiveTaken: boolean; sendTaken: boolean }
  | { readonly tag: "listening"; readonly local: SocketAddress; readonly listener: TcpListener }
  | { readonly tag: "closed"; readonly code: SocketErrorCode };

export class TcpSocket implements OpenSocket {
  readonly family: AddressFamily;
  readonly #guest: GuestSockets;
  readonly #network: Network;
  readonly #options: StreamOptions;
  readonly #changed = new WakeList();
  /** Made when the system is first needed. */
  #endpoint: TcpEndpoint | undefined;
  #state: State = { tag: "open", bound: undefined };
  /** Bound by leave to listen there, not as one does before connecting. */
  #mayListen = false;
  #holders = 1;
  #connection: TcpConnection | undefined;
  #ended: Promise<void> | undefined;

  constructor(guest: GuestSockets, network: Network, family: AddressFamily, options: StreamOptions = new StreamOptions()) {
    this.family = family;
    this.#guest = guest;
    this.#network = network;
    this.#options = options;
    guest.add(this);
  }

  /** One that a listening socket took. */
  static accepted(guest: GuestSockets, network: Network, family: AddressFamily, connection: TcpConnection, options: StreamOptions): TcpSocket {
    const socket = new TcpSocket(guest, network, family, options);
    socket.#connected(connection);
    return socket;
  }

  get isBound(): boolean {
    return this.#state.tag === "open" ? this.#state.bound !== undefined : true;
  }

  get isListening(): boolean {
    return this.#state.tag === "listening";
  }

  get isConnecting(): boolean {
    return this.#state.tag === "connecting";
  }

  /** Ready when no connecting is under way. */
  get settled(): Waitable {
    return { ready: () => !this.isConnecting, onReady: (wake) => this.#changed.add(wake) };
  }

  /** Ready when there is something to accept; `undefined` where there never will be. */
  get listener(): TcpListener | undefined {
    return this.#state.tag === "listening" ? this.#state.listener : undefined;
  }

  /** @throws SocketError */
  bind(local: SocketAddress): void {
    this.#guest.audited("bind", local, () => {
      if (this.#open().bound !== undefined) throw new SocketError("invalid-state");
      if (!isUnicast(local.address) || !fitsFamily(local.address, this.family)) throw new SocketError("invalid-argument");
      const mayListen = this.#network.admitsLocal(local.address, local.port);
      // To choose an address, though no port, is no listening: whoever may connect may do so before.
      if (!mayListen && !(local.port === 0 && this.#network.admitsConnecting)) throw new SocketError("access-denied");
      this.#state = { tag: "open", bound: this.#system().bind(local) };
      this.#mayListen = mayListen;
    });
  }

  /**
   * Begins to connect. What comes of it shows in the state, and here: the promise rejects as `connectOutcome` throws.
   *
   * @throws SocketError when it can't begin; the socket is as before.
   */
  connect(remote: SocketAddress): Promise<void> {
    this.#open();
    if (!isUnicast(remote.address) || !isRemote(remote) || !fitsFamily(remote.address, this.family)) throw new SocketError("invalid-argument");
    this.#state = { tag: "connecting" };
    const connecting = this.#connect(remote);
    // Whoever asks for the outcome need not wait for this.
    connecting.catch(() => {});
    return connecting;
  }

  async #connect(remote: SocketAddress): Promise<void> {
    try {
      const connection = await this.#guest.auditedLater("connect", remote, async () => {
        if (!this.#guest.admits(remote)) throw new SocketError("access-denied");
        return this.#system().connect(remote);
      });
      if (this.#state.tag === "connecting") this.#connected(connection);
      else connection.abort(new StreamFailure("the socket was closed"));
    } catch (error) {
      if (this.#state.tag === "connecting") this.#close(error instanceof SocketError ? error.code : "unknown");
      if (!(error instanceof SocketError)) throw error;
    }
    this.connectOutcome();
  }

  /** @throws SocketError unless it is connected. */
  connectOutcome(): void {
    const state = this.#usable();
    if (state.tag !== "connected") throw new SocketError("invalid-state");
  }

  /** Begins to listen, on some port of all addresses unless it is bound. Who accepts holds it with `hold`. @throws SocketError */
  listen(): TcpListener {
    const { bound } = this.#open();
    const local = bound ?? { address: unspecified(this.family), port: 0 };
    return this.#guest.audited("listen", local, () => {
      if (bound === undefined ? !this.#network.admitsLocal(local.address, 0) : !this.#mayListen) throw new SocketError("access-denied");
      const listener = new TcpListener(
        (connection) => TcpSocket.accepted(this.#guest, this.#network, this.family, connection, this.#options.copy()),
        this.#guest,
      );
      const accept = (connection: TcpConnection) => listener.connected(connection);
      try {
        this.#state = { tag: "listening", local: this.#system().listen(this.#options.backlog, accept), listener };
      } catch (error) {
        // What was bound is lost.
        this.#close(error instanceof SocketError ? error.code : "unknown");
        throw error;
      }
      return listener;
    });
  }

  /** Where what the peer sends can be read, once; whoever has it holds the connection. @throws SocketError */
  takeSource(): InputSource {
    const state = this.#usable();
    if (state.tag !== "connected" || state.receiveTaken) throw new SocketError("invalid-state");
    state.receiveTaken = true;
    this.hold();
    return state.connection.source;
  }

  /** Where to write to the peer, once; whoever has it holds the connection. @throws SocketError */
  takeSink(): OutputSink {
    const state = this.#usable();
    if (state.tag !== "connected" || state.sendTaken) throw new SocketError("invalid-state");
    state.sendTaken = true;
    this.hold();
    return state.connection.sink;
  }

  /** @throws SocketError */
  shutdown(how: "receive" | "send" | "both"): void {
    const state = this.#usable();
    if (state.tag !== "connected") throw new SocketError("invalid-state");
    if (how !== "send") state.connection.source.close();
    if (how !== "receive") state.connection.sink.close();
  }

  /** @throws SocketError */
  get localAddress(): SocketAddress {
    const state = this.#usable();
    if (state.tag === "connected") return state.connection.local;
    const local = state.tag === "listening" ? state.local : state.tag === "open" ? state.bound : undefined;
    if (local === undefined) throw new SocketError("invalid-state");
    return local;
  }

  /** @throws SocketError */
  get remoteAddress(): SocketAddress {
    const state = this.#usable();
    if (state.tag !== "connected") throw new SocketError("invalid-state");
    return state.connection.remote;
  }

  /** For reading one. @throws SocketError */
  get options(): Readonly<StreamOptions> {
    if (this.#usable().tag === "connecting") throw new SocketError("invalid-state");
    return this.#options;
  }

  /** Sets one or more. @throws SocketError */
  set(change: (options: StreamOptions) => void): void {
    const state = this.#usable();
    // A value that none may have is told even then.
    if (state.tag === "connecting") {
      change(new StreamOptions());
      throw new SocketError("invalid-state");
    }
    change(this.#options);
    if (state.tag === "connected") state.connection.setKeepAlive(this.#options.keepAlive);
  }

  /** @throws SocketError */
  setBacklog(size: bigint): void {
    const state = this.#usable();
    if (state.tag === "connecting" || state.tag === "connected") throw new SocketError("invalid-state");
    new StreamOptions().setBacklog(size);
    // What listens already has a queue of its own that no platform changes.
    if (state.tag === "open") this.#options.setBacklog(size);
  }

  /** One more has an interest in what goes on. */
  hold(): void {
    this.#holders++;
  }

  /** The guest has dropped the socket. */
  drop(): void {
    if (this.isListening && this.#holders > 1) this.#guest.leave(this);
    this.release();
  }

  /** One who had an interest has none any more: with the last one, it ends. */
  release(): void {
    this.#holders--;
    if (this.#holders === 0) void this.end();
  }

  end(): Promise<void> {
    return (this.#ended ??= this.#end());
  }

  revoke(): void {
    this.#close("access-denied");
    this.#connection?.abort(new StreamFailure("access to the network has been revoked", { network: "access-denied" }));
    this.#guest.delete(this);
  }

  async #end(): Promise<void> {
    this.#close("invalid-state");
    if (this.#connection !== undefined) await this.#connection.close();
    this.#guest.delete(this);
  }

  #connected(connection: TcpConnection): void {
    this.#endpoint = undefined;
    this.#connection = connection;
    this.#state = { tag: "connected", connection, receiveTaken: false, sendTaken: false };
    connection.setKeepAlive(this.#options.keepAlive);
    this.#changed.wakeAll();
  }

  #close(code: SocketErrorCode): void {
    const state = this.#state;
    this.#state = { tag: "closed", code };
    this.#endpoint?.close();
    this.#endpoint = undefined;
    if (state.tag === "listening") state.listener.close(code);
    this.#changed.wakeAll();
  }

  #system(): TcpEndpoint {
    this.#guest.use();
    return (this.#endpoint ??= this.#network.platform.createTcp(this.family));
  }

  /** @throws SocketError unless neither connected nor listening. */
  #open(): State & { tag: "open" } {
    const state = this.#usable();
    if (state.tag !== "open") throw new SocketError("invalid-state");
    return state;
  }

  /** @throws SocketError for what closed it. */
  #usable(): Exclude<State, { tag: "closed" }> {
    if (this.#network.authority.revoked) throw new SocketError("access-denied");
    const state = this.#state;
    if (state.tag === "closed") throw new SocketError(state.code);
    return state;
  }
}
