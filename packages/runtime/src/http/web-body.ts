import { QueueSource } from "../streams/input-source.ts";
import type { StreamFailure } from "../streams/stream-failure.ts";
import type { BodySource } from "./exchange.ts";

export interface WebBodyEvents {
  /** The failure when the other side ends in the middle. */
  cut(): StreamFailure;
  /** A chunk has come. */
  arrived?(): void;
  /** Nothing more comes, however it ended. */
  over?(): void;
}

/** A body as a stream of the web, which pulls a chunk when the guest has read the last. */
export class WebBody extends QueueSource implements BodySource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #events: WebBodyEvents;
  #failure: StreamFailure | undefined;

  constructor(stream: ReadableStream<Uint8Array>, events: WebBodyEvents) {
    super(1, () => this.#pull());
    this.#reader = stream.getReader();
    this.#events = events;
    this.#pull();
  }

  override close(): void {
    if (!this.ended) this.#reader.cancel().catch(() => {});
    super.close();
  }

  override end(): void {
    if (this.ended) return;
    super.end();
    this.#events.over?.();
  }

  /** There are no trailers that the rest would have to pass by for. */
  finish(): void {
    this.close();
  }

  trailers(): StreamFailure | undefined {
    return this.#failure;
  }

  /** Nothing more comes, though the end has not. */
  terminate(failure: StreamFailure): void {
    if (this.ended) return;
    this.#failure = failure;
    this.fail(failure);
    this.#reader.cancel().catch(() => {});
  }

  #pull(): void {
    this.#reader.read().then(
      ({ done, value }) => {
        if (done) return this.end();
        this.#events.arrived?.();
        if (this.push(value)) this.#pull();
      },
      () => this.terminate(this.#events.cut()),
    );
  }
}
