import type { TcpListener } from "../../../network/tcp-listener.ts";
import type { TcpSocket } from "../../../network/tcp-socket.ts";
import { untilReady } from "../../../streams/waitable.ts";

type Step<T> = IteratorResult<T, undefined>;

/** The connections that are made to a listening socket, as a stream: each is accepted when it is read. */
export class AcceptedSockets<T extends object> implements AsyncIterable<T> {
  readonly #listener: TcpListener;
  readonly #socketOf: (accepted: TcpSocket) => T;
  readonly #dropped: () => void;
  readonly #aborter = new AbortController();

  constructor(listener: TcpListener, socketOf: (accepted: TcpSocket) => T, dropped: () => void) {
    this.#listener = listener;
    this.#socketOf = socketOf;
    this.#dropped = dropped;
  }

  [Symbol.asyncIterator](): { next(): Promise<Step<T>>; return(): Promise<Step<T>> } {
    return { next: () => this.#next(), return: () => this.#return() };
  }

  async #next(): Promise<Step<T>> {
    try {
      for (;;) {
        const accepted = this.#listener.accept();
        if (accepted !== undefined) return { done: false, value: this.#socketOf(accepted) };
        await untilReady(this.#listener, this.#aborter.signal);
      }
    } catch {
      // The socket was closed or its network revoked, or nobody reads on.
      return this.#return();
    }
  }

  async #return(): Promise<Step<T>> {
    this.#aborter.abort();
    this.#dropped();
    return { done: true, value: undefined };
  }
}
