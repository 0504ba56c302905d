import type { Socket } from "node:net";
import { MAX_BUFFERED_BYTES, MAX_BUFFERED_CHUNKS, MAX_LINGER_MILLISECONDS } from "../../../limits.ts";
import type { SocketAddress } from "../../../network/address.ts";
import type { KeepAlive, TcpConnection } from "../../../network/platform.ts";
import { QueueSource } from "../../../streams/input-source.ts";
import type { OutputSink } from "../../../streams/output-sink.ts";
import { StreamFailure } from "../../../streams/stream-failure.ts";
import { WakeList } from "../../../streams/waitable.ts";
import { codeOf } from "../file-descriptor.ts";
import { socketAddress } from "./address-text.ts";
import { socketErrorCode } from "./system-error.ts";

/** A connection of `node:net` with both directions open. */
export class NodeTcpConnection implements TcpConnection {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly source: ReceivedBytes;
  readonly sink: SocketSink;
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #keepAlive: KeepAlive | undefined;

  private constructor(socket: Socket, local: SocketAddress, remote: SocketAddress) {
    this.#socket = socket;
    this.local = local;
    this.remote = remote;
    this.source = new ReceivedBytes(socket);
    this.sink = new SocketSink(socket);
    this.#closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(undefined));
  }

  /** `undefined`: the peer is gone already. Its owner reads nothing before it asks, and knows of every failure. */
  static of(socket: Socket): NodeTcpConnection | undefined {
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    if (localAddress === undefined || localPort === undefined || remoteAddress === undefined || remotePort === undefined) {
      socket.on("error", () => {});
      socket.destroy();
      return undefined;
    }
    return new NodeTcpConnection(socket, socketAddress(localAddress, localPort), socketAddress(remoteAddress, remotePort));
  }

  setKeepAlive(keepAlive: KeepAlive): void {
    // It is off unless somebody turns it on.
    if (this.#socket.destroyed || (this.#keepAlive === undefined && !keepAlive.enabled)) return;
    this.#keepAlive = keepAlive;
    const { enabled, idleSeconds, intervalSeconds, count } = keepAlive;
    // Node 24 ignores the last two.
    const set = this.#socket.setKeepAlive as (enabled: boolean, idle: number, interval: number, count: number) => Socket;
    set.call(this.#socket, enabled, idleSeconds * 1000, intervalSeconds * 1000, count);
  }

  close(): Promise<void> {
    this.source.close();
    this.sink.close();
    if (!this.#socket.destroyed) {
      const timer = setTimeout(() => this.#socket.resetAndDestroy(), MAX_LINGER_MILLISECONDS);
      void this.#closed.then(() => clearTimeout(timer));
      this.#socket.destroySoon();
    }
    return this.#closed;
  }

  abort(reason: StreamFailure): void {
    this.source.cut(reason);
    this.sink.cut(reason);
    this.#socket.resetAndDestroy();
  }

  /** Node destroys the socket on the first error of either direction. */
  #fail(error: unknown): void {
    const name = codeOf(error);
    // Written to a connection that the peer has reset: to the writer it is closed.
    const broken = name === "EPIPE" || name === "ERR_STREAM_DESTROYED";
    const code = error === undefined || broken ? "connection-reset" : socketErrorCode(name);
    const failure = new StreamFailure(code, { network: code }, error);
    this.source.fail(failure);
    this.sink.cut(broken ? undefined : failure);
  }
}

/** What the peer sends, held back while nobody reads. */
class ReceivedBytes extends QueueSource {
  readonly #socket: Socket;
  /** Chunks since the queue was last empty: a peer that sends byte by byte. */
  #chunks = 0;

  constructor(socket: Socket) {
    super(MAX_BUFFERED_BYTES, () => socket.resume());
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      const wantsMore = this.push(chunk);
      if (++this.#chunks >= MAX_BUFFERED_CHUNKS || !wantsMore) socket.pause();
    });
    socket.on("end", () => this.end());
  }

  override read(length: number): Uint8Array | undefined {
    const bytes = super.read(length);
    if (this.size > 0 || this.#chunks === 0) return bytes;
    const wasHeldBack = this.#chunks >= MAX_BUFFERED_CHUNKS;
    this.#chunks = 0;
    if (wasHeldBack && !this.ended) this.#socket.resume();
    return bytes;
  }

  /** As the system does: the peer is not told, and is held back when its and our buffers are full. */
  override close(): void {
    super.close();
    this.#socket.pause();
  }

  /** Nothing that has arrived is read any more. */
  cut(reason: StreamFailure): void {
    const told = this.ended;
    this.discard();
    if (!told) this.fail(reason);
  }
}

/** What goes to the peer. `closed` and failures are told before what Node makes of writing on. */
class SocketSink implements OutputSink {
  readonly #socket: Socket;
  readonly #waiting = new WakeList();
  readonly #passed = () => {
    this.#writes--;
    if (this.#flushing && this.#socket.writableLength === 0) this.#flushing = false;
    if (this.ready()) this.#waiting.wakeAll();
  };
  /** Under way: a guest that writes byte by byte to a peer that does not read. */
  #writes = 0;
  #flushing = false;
  #closed = false;
  #failure: StreamFailure | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  permit(): number | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
    if (this.#closed) return undefined;
    return this.#flushing ? 0 : this.#room;
  }

  write(bytes: Uint8Array): void {
    if (this.#closed || bytes.length === 0) return;
    this.#writes++;
    this.#socket.write(bytes, this.#passed);
  }

  flush(): void {
    this.#flushing = !this.#closed && this.#socket.writableLength > 0;
  }

  ready(): boolean {
    return this.#closed || (!this.#flushing && this.#room > 0);
  }

  onReady(wake: () => void): () => void {
    return this.#waiting.add(wake);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#flushing = false;
    this.#socket.end();
    this.#waiting.wakeAll();
  }

  /** Nothing more can be written, for that reason; `undefined`: it is closed. */
  cut(reason: StreamFailure | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#flushing = false;
    this.#failure = reason;
    this.#waiting.wakeAll();
  }

  get #room(): number {
    return this.#writes >= MAX_BUFFERED_CHUNKS ? 0 : Math.max(0, MAX_BUFFERED_BYTES - this.#socket.writableLength);
  }
}
