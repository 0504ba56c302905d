import type { IncomingMessage } from "node:http";
import { type BodySource, connectionTerminated } from "../../http/exchange.ts";
import { FieldList } from "../../http/field-list.ts";
import { MAX_BUFFERED_BYTES } from "../../limits.ts";
import { QueueSource } from "../../streams/input-source.ts";
import type { StreamFailure } from "../../streams/stream-failure.ts";

/** The body of a message as it arrives. The connection is held back while the guest does not read. */
export class NodeBody extends QueueSource implements BodySource {
  readonly #message: IncomingMessage;
  readonly #letGo: () => void;
  #failure: StreamFailure | undefined;

  /**
   * `letGo` is called when the guest is done before the end has come: it lets the rest go by, or cuts it off. `cut` is the failure when
   * the other side ends in the middle.
   */
  constructor(message: IncomingMessage, letGo: () => void, cut: () => StreamFailure = connectionTerminated) {
    super(MAX_BUFFERED_BYTES, () => message.resume());
    this.#message = message;
    this.#letGo = letGo;
    message.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) message.pause();
    });
    message.on("end", () => this.end());
    message.on("error", () => this.terminate(cut()));
    message.on("close", () => this.terminate(cut()));
  }

  finish(): void {
    this.discard();
  }

  override close(): void {
    super.close();
    if (!this.#message.readableEnded) this.#letGo();
  }

  trailers(): FieldList | StreamFailure | undefined {
    if (this.#failure !== undefined) return this.#failure;
    return this.#message.rawTrailers.length === 0 ? undefined : FieldList.received(this.#message.rawTrailers);
  }

  /** Nothing more comes, though the end has not. */
  terminate(failure: StreamFailure): void {
    if (this.ended) return;
    this.#failure = failure;
    this.fail(failure);
  }
}
