import { MAX_BUFFERED_BYTES } from "../../limits.ts";
import { QueueSource } from "../../streams/input-source.ts";
import type { OutputSink } from "../../streams/output-sink.ts";
import { StreamFailure } from "../../streams/stream-failure.ts";
import { WakeList } from "../../streams/waitable.ts";
import type { SocketAddress } from "../address.ts";
import type { TcpConnection } from "../platform.ts";

/** Both ends of a connection. */
export function connectedPair(near: SocketAddress, far: SocketAddress): [TcpConnection, TcpConnection] {
  const [there, back] = [new Direction(), new Direction()];
  return [new MemoryConnection(near, far, back, there), new MemoryConnection(far, near, there, back)];
}

/** What one end writes and the other reads. */
class Direction {
  readonly source: QueueSource = new QueueSource(MAX_BUFFERED_BYTES, () => this.sink.wake());
  readonly sink: MemorySink = new MemorySink(this.source);
}

class MemorySink implements OutputSink {
  readonly #queue: QueueSource;
  readonly #waiting = new WakeList();
  #closed = false;
  #failure: StreamFailure | undefined;

  constructor(queue: QueueSource) {
    this.#queue = queue;
  }

  permit(): number | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
    return this.#closed ? undefined : Math.max(0, MAX_BUFFERED_BYTES - this.#queue.size);
  }

  write(bytes: Uint8Array): void {
    if (!this.#closed) this.#queue.push(bytes);
  }

  /** What is written has arrived. */
  flush(): void {}

  ready(): boolean {
    return this.#closed || this.#queue.size < MAX_BUFFERED_BYTES;
  }

  onReady(wake: () => void): () => void {
    return this.#waiting.add(wake);
  }

  wake(): void {
    this.#waiting.wakeAll();
  }

  close(): void {
    this.#closed = true;
    this.#queue.end();
    this.wake();
  }

  cut(reason: StreamFailure | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failure = reason;
    this.wake();
  }
}

class MemoryConnection implements TcpConnection {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly source: QueueSource;
  readonly sink: MemorySink;
  readonly #incoming: Direction;
  readonly #outgoing: Direction;

  constructor(local: SocketAddress, remote: SocketAddress, incoming: Direction, outgoing: Direction) {
    this.local = local;
    this.remote = remote;
    this.source = incoming.source;
    this.sink = outgoing.sink;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  /** There is nothing to be kept alive. */
  setKeepAlive(): void {}

  async close(): Promise<void> {
    this.source.close();
    this.sink.close();
    // Nobody is there to read what the peer writes on.
    this.#incoming.sink.cut(undefined);
  }

  abort(reason: StreamFailure): void {
    const reset = new StreamFailure("connection-reset", { network: "connection-reset" });
    this.source.discard();
    this.source.fail(reason);
    this.sink.cut(reason);
    // The peer hears of it later, as over a network.
    queueMicrotask(() => {
      this.#outgoing.source.fail(reset);
      this.#incoming.sink.cut(reset);
    });
  }
}
