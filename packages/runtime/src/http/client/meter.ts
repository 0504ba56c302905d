import { StreamFailure } from "../../streams/stream-failure.ts";
import { type BodySource, emptyBody, type ResponseTarget } from "../exchange.ts";
import { type ClientExchange, DENIED } from "./transport.ts";

export interface HttpLimits {
  /** How many requests may be sent in all. */
  readonly requests?: number;
  /** How many may be sent in a second. */
  readonly perSecond?: number;
  /** How many bytes the bodies may have in all, those of requests and of responses together. What goes beyond is cut off. */
  readonly bytes?: number;
}

/** Counts requests and their bodies against limits. */
export class Meter {
  #requests: number;
  #bytes: number;
  readonly #perSecond: number;
  #second = 0;
  #inSecond = 0;

  /** @throws RangeError for what is no number of anything. */
  constructor({ requests = Number.POSITIVE_INFINITY, perSecond = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY }: HttpLimits) {
    for (const [name, limit] of Object.entries({ requests, perSecond, bytes })) {
      if (!(limit >= 0)) throw new RangeError(`the limit \`${name}\` is ${limit}: it has to be a number that is not negative`);
    }
    this.#requests = requests;
    this.#perSecond = perSecond;
    this.#bytes = bytes;
  }

  /** One request; false: it is one too many. */
  take(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#inSecond = 0;
    }
    if (this.#requests < 1 || this.#inSecond + 1 > this.#perSecond) return false;
    this.#requests -= 1;
    this.#inSecond += 1;
    return true;
  }

  /** Part of a body; false: it goes beyond, and so does all that follows. */
  takeBytes(count: number): boolean {
    this.#bytes -= count;
    return this.#bytes >= 0;
  }
}

/** An exchange whose bodies are counted by `takes`; `cutOff` is called when they go beyond. */
export function metered(exchange: ClientExchange, takes: (count: number) => boolean, cutOff: () => void): ClientExchange {
  const response = exchange.response.then(({ status, fields, body }) => ({
    status,
    fields,
    body: body === emptyBody ? body : new MeteredBody(body, takes, cutOff),
  }));
  // It may be that nobody waits for it.
  response.catch(() => {});
  return { target: new MeteredTarget(exchange.target, takes, cutOff), response, over: exchange.over };
}

class MeteredBody implements BodySource {
  readonly #body: BodySource;
  readonly #takes: (count: number) => boolean;
  readonly #cutOff: () => void;

  constructor(body: BodySource, takes: (count: number) => boolean, cutOff: () => void) {
    this.#body = body;
    this.#takes = takes;
    this.#cutOff = cutOff;
  }

  read(length: number): Uint8Array | undefined {
    const bytes = this.#body.read(length);
    if (bytes === undefined || this.#takes(bytes.length)) return bytes;
    this.#cutOff();
    throw new StreamFailure("the limit on the bytes of requests and responses is reached", { http: DENIED });
  }

  ready(): boolean {
    return this.#body.ready();
  }

  onReady(wake: () => void): () => void {
    return this.#body.onReady(wake);
  }

  close(): void {
    this.#body.close?.();
  }

  finish(): void {
    this.#body.finish();
  }

  trailers(): ReturnType<BodySource["trailers"]> {
    return this.#body.trailers();
  }
}

class MeteredTarget implements ResponseTarget {
  readonly #target: ResponseTarget;
  readonly #takes: (count: number) => boolean;
  readonly #cutOff: () => void;

  constructor(target: ResponseTarget, takes: (count: number) => boolean, cutOff: () => void) {
    this.#target = target;
    this.#takes = takes;
    this.#cutOff = cutOff;
  }

  bodiless(status: number): boolean {
    return this.#target.bodiless(status);
  }

  respond(...[status, fields, body]: Parameters<ResponseTarget["respond"]>): void {
    if (this.#takes(body.reduce((size, { length }) => size + length, 0))) this.#target.respond(status, fields, body);
    else this.#cutOff();
  }

  start(...message: Parameters<ResponseTarget["start"]>): void {
    this.#target.start(...message);
  }

  write(chunk: Uint8Array): boolean {
    if (this.#takes(chunk.length)) return this.#target.write(chunk);
    this.#cutOff();
    return true;
  }

  end(...trailers: Parameters<ResponseTarget["end"]>): void {
    this.#target.end(...trailers);
  }

  abort(): void {
    this.#target.abort();
  }

  afterTurn(act: () => void): void {
    this.#target.afterTurn(act);
  }
}
