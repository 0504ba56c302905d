import type { HttpFailure } from "../../streams/stream-failure.ts";
import type { ResponseTarget } from "../exchange.ts";
import { type AdmittedRequest, type ClientExchange, failure, type ReceivedResponse } from "./transport.ts";

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
/** `setTimeout` takes no longer delay. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** What the exchanges of every platform have in common: one response or failure, one end, and patience for one thing at a time. */
export abstract class PendingExchange implements ClientExchange {
  abstract readonly target: ResponseTarget;
  readonly response: Promise<ReceivedResponse>;
  readonly over: Promise<void>;
  protected readonly request: AdmittedRequest;
  readonly #received = Promise.withResolvers<ReceivedResponse>();
  readonly #ended = Promise.withResolvers<void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(request: AdmittedRequest) {
    this.request = request;
    this.response = this.#received.promise;
    this.over = this.#ended.promise;
    // It may be that nobody waits for it.
    this.response.catch(() => {});
    request.signal.addEventListener("abort", () => this.fail(request.signal.reason as HttpFailure));
  }

  /** Ends the connection, and the body that is being received. */
  protected abstract cut(reason: HttpFailure): void;

  abort(): void {
    this.fail(failure("connection-terminated"));
  }

  protected received(response: ReceivedResponse): void {
    this.#received.resolve(response);
  }

  /** Fails when nothing happens for so long; `undefined`: never. */
  protected wait(nanoseconds: bigint | undefined, tag: string): void {
    this.waitNoMore();
    if (nanoseconds === undefined) return;
    const milliseconds = Math.min(MAX_TIMEOUT, Number((nanoseconds + NANOSECONDS_PER_MILLISECOND - 1n) / NANOSECONDS_PER_MILLISECOND));
    this.#timer = setTimeout(() => this.fail(failure(tag)), milliseconds);
  }

  protected waitNoMore(): void {
    clearTimeout(this.#timer);
  }

  protected fail(reason: HttpFailure): void {
    this.#received.reject(reason);
    this.cut(reason);
    this.finish();
  }

  /** Nothing more comes or goes. */
  protected finish(): void {
    this.waitNoMore();
    this.#received.reject(failure("connection-terminated"));
    this.#ended.resolve();
  }
}
