import type { HttpClient, OutgoingMessage } from "./http-client.ts";
import { DENIED, type ReceivedResponse } from "./transport.ts";

export interface GuestRequest {
  readonly response: Promise<ReceivedResponse>;
  /** The guest wants no more of it. */
  letGo(): void;
}

/** The requests of the guests of one host: what is under way ends with them. */
export class GuestRequests {
  readonly #client: HttpClient | undefined;
  readonly #underWay = new Set<AbortController>();

  constructor(client: HttpClient | undefined) {
    this.#client = client;
  }

  /** @throws HttpFailure for what is not sent at all. */
  send(message: Omit<OutgoingMessage, "signal">): GuestRequest {
    if (this.#client === undefined) {
      message.body?.disconnected();
      throw DENIED;
    }
    const abort = new AbortController();
    const { response, over } = this.#client.send({ ...message, signal: abort.signal });
    this.#underWay.add(abort);
    over.then(() => this.#underWay.delete(abort));
    return { response, letGo: () => abort.abort() };
  }

  end(): void {
    for (const abort of this.#underWay) abort.abort();
  }
}
