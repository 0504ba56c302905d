/** What comes in over HTTP: `incoming-request`, `incoming-response`, `incoming-body`, `future-trailers` of `wasi:http/types`. */
import type { BodySource, Exchange } from "../../../http/exchange.ts";
import type { FieldList } from "../../../http/field-list.ts";
import { type Method, RequestHead, type Scheme } from "../../../http/request-head.ts";
import { StreamFailure } from "../../../streams/stream-failure.ts";
import { nextTurn } from "../../../streams/waitable.ts";
import { Pollable, Readiness } from "../io/poll.ts";
import { InputStream } from "../io/streams.ts";
import { trap } from "../trap.ts";
import { type ErrorCode, FAILED } from "./error-code.ts";
import { Fields } from "./fields.ts";

type Result<T, E> = { readonly tag: "ok"; readonly val: T } | { readonly tag: "err"; readonly val: E };

/** Fields that were received, as immutable handles on one list that is parsed when first asked for. */
class ReceivedFields {
  readonly #parse: () => FieldList;
  #list: FieldList | undefined;

  constructor(parse: () => FieldList) {
    this.#parse = parse;
  }

  handle(): Fields {
    return new Fields((this.#list ??= this.#parse()), false);
  }
}

export class IncomingRequest {
  readonly #exchange: Exchange;
  readonly #head: RequestHead;
  #fields: ReceivedFields | undefined;
  #consumed = false;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    this.#head = new RequestHead(exchange.request);
  }

  method(): Method {
    return this.#head.method;
  }

  pathWithQuery(): string | undefined {
    return this.#head.pathWithQuery;
  }

  scheme(): Scheme | undefined {
    return this.#head.scheme;
  }

  authority(): string | undefined {
    return this.#head.authority;
  }

  headers(): Fields {
    this.#fields ??= new ReceivedFields(() => this.#exchange.request.fields());
    return this.#fields.handle();
  }

  consume(): IncomingBody {
    if (this.#consumed) throw FAILED;
    this.#consumed = true;
    return new IncomingBody(this.#exchange.requestBody());
  }
}

/** The response to a request of the guest's. */
export class IncomingResponse {
  readonly #status: number;
  readonly #fields: ReceivedFields;
  #body: BodySource | undefined;

  constructor(status: number, fields: FieldList, body: BodySource) {
    this.#status = status;
    this.#fields = new ReceivedFields(() => fields);
    this.#body = body;
  }

  status(): number {
    return this.#status;
  }

  headers(): Fields {
    return this.#fields.handle();
  }

  consume(): IncomingBody {
    const body = this.#body;
    if (body === undefined) throw FAILED;
    this.#body = undefined;
    return new IncomingBody(body);
  }

  [Symbol.dispose](): void {
    this.#body?.close?.();
  }
}

export class IncomingBody {
  readonly #source: BodySource;
  #stream: "not taken" | "in use" | "dropped" = "not taken";
  #finished = false;

  constructor(source: BodySource) {
    this.#source = source;
  }

  stream(): InputStream {
    if (this.#stream !== "not taken") throw FAILED;
    this.#stream = "in use";
    return new InputStream(this.#source, () => {
      this.#stream = "dropped";
    });
  }

  static finish(body: IncomingBody): FutureTrailers {
    if (body.#stream === "in use") trap("wasi:http/types: `incoming-body.finish` was called before the stream of its contents was dropped");
    body.#finished = true;
    body.#source.finish();
    return new FutureTrailers(body.#source);
  }

  [Symbol.dispose](): void {
    if (!this.#finished) this.#source.close?.();
  }
}

export class FutureTrailers {
  readonly #source: BodySource;
  readonly #readiness: Readiness;
  #taken = false;

  constructor(source: BodySource) {
    this.#source = source;
    this.#readiness = new Readiness(source);
  }

  subscribe(): Pollable {
    return new Pollable(this.#readiness);
  }

  get(): Trailers | undefined | Promise<Trailers | undefined> {
    if (this.#source.ready()) return this.#take();
    return this.#readiness.notYet() ? nextTurn().then(() => (this.#source.ready() ? this.#take() : undefined)) : undefined;
  }

  #take(): Trailers {
    if (this.#taken) return { tag: "err", val: undefined };
    this.#taken = true;
    const trailers = this.#source.trailers();
    if (trailers instanceof StreamFailure) {
      return { tag: "ok", val: { tag: "err", val: trailers.code.http ?? { tag: "internal-error", val: undefined } } };
    }
    return { tag: "ok", val: { tag: "ok", val: trailers === undefined ? undefined : new Fields(trailers, false) } };
  }
}

type Trailers = Result<Result<Fields | undefined, ErrorCode>, undefined>;
