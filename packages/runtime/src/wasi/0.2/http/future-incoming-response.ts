import { httpFailure } from "../../../http/client/http-client.ts";
import type { ReceivedResponse } from "../../../http/client/transport.ts";
import { nextTurn, type Waitable, WakeList } from "../../../streams/waitable.ts";
import { Pollable, Readiness } from "../io/poll.ts";
import type { ErrorCode } from "./error-code.ts";
import { IncomingResponse } from "./incoming.ts";

type Result<T, E> = { readonly tag: "ok"; readonly val: T } | { readonly tag: "err"; readonly val: E };
type Outcome = Result<IncomingResponse, ErrorCode>;

/** `future-incoming-response` of `wasi:http/types`. */
export class FutureIncomingResponse {
  readonly #answer: Answer;
  readonly #readiness: Readiness;
  readonly #letGo: () => void;
  #taken = false;

  /** `letGo` is called when the guest does not want the response. */
  constructor(response: Promise<ReceivedResponse>, letGo: () => void) {
    this.#answer = new Answer(response);
    this.#readiness = new Readiness(this.#answer);
    this.#letGo = letGo;
  }

  subscribe(): Pollable {
    return new Pollable(this.#readiness);
  }

  get(): Result<Outcome, undefined> | undefined | Promise<Result<Outcome, undefined> | undefined> {
    if (this.#answer.ready()) return this.#take();
    return this.#readiness.notYet() ? nextTurn().then(() => (this.#answer.ready() ? this.#take() : undefined)) : undefined;
  }

  [Symbol.dispose](): void {
    if (!this.#taken) this.#letGo();
  }

  #take(): Result<Outcome, undefined> {
    if (this.#taken) return { tag: "err", val: undefined };
    this.#taken = true;
    return { tag: "ok", val: this.#answer.outcome! };
  }
}

class Answer implements Waitable {
  readonly #waiting = new WakeList();
  outcome: Outcome | undefined;

  constructor(response: Promise<ReceivedResponse>) {
    response.then(
      ({ status, fields, body }) => this.#settle({ tag: "ok", val: new IncomingResponse(status, fields, body) }),
      (error) => this.#settle({ tag: "err", val: httpFailure(error) }),
    );
  }

  ready(): boolean {
    return this.outcome !== undefined;
  }

  onReady(wake: () => void): () => void {
    return this.#waiting.add(wake);
  }

  #settle(outcome: Outcome): void {
    this.outcome = outcome;
    this.#waiting.wakeAll();
  }
}
