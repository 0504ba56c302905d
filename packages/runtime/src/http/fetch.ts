/** `HttpHandler` in terms of the web's `Request` and `Response`: for service workers, Deno, Bun, tests. */
import { MAX_BUFFERED_BYTES } from "../limits.ts";
import { type BodySource, connectionTerminated, Exchange, emptyBody, type ResponseTarget, type ServerRequest } from "./exchange.ts";
import { FieldList } from "./field-list.ts";
import type { HttpHandler } from "./http-handler.ts";
import { WebBody } from "./web-body.ts";

/** Answers a web request. Rejects only if the request is aborted before a response is there. */
export function fetchHandler(handler: HttpHandler): (request: Request) => Promise<Response> {
  return (request) =>
    new Promise((resolve, reject) => {
      const target = new WebResponse(request.method, resolve);
      const exchange = new Exchange(new WebRequest(request), target);
      target.exchange = exchange;
      request.signal.addEventListener("abort", () => {
        exchange.peerGone();
        reject(request.signal.reason);
      });
      void handler.handle(exchange);
    });
}

class WebRequest implements ServerRequest {
  readonly #request: Request;
  readonly #url: URL;

  constructor(request: Request) {
    this.#request = request;
    this.#url = new URL(request.url);
  }

  get method(): string {
    return this.#request.method;
  }

  get pathWithQuery(): string {
    return this.#url.pathname + this.#url.search;
  }

  get scheme(): "HTTP" | "HTTPS" {
    return this.#url.protocol === "https:" ? "HTTPS" : "HTTP";
  }

  get authority(): string {
    return this.#url.host;
  }

  fields(): FieldList {
    return FieldList.received([...this.#request.headers].flat());
  }

  body(): BodySource {
    const { body } = this.#request;
    return body === null ? emptyBody : new WebBody(body, { cut: connectionTerminated });
  }
}

class WebResponse implements ResponseTarget {
  readonly #method: string;
  readonly #resolve: (response: Response) => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  exchange: Exchange | undefined;

  constructor(method: string, resolve: (response: Response) => void) {
    this.#method = method;
    this.#resolve = resolve;
  }

  bodiless(status: number): boolean {
    return this.#method === "HEAD" || status === 204 || status === 205 || status === 304;
  }

  respond(status: number, fields: FieldList, body: readonly Uint8Array[]): void {
    this.#answer(status, fields, body.length === 0 ? null : new Blob([...body] as BlobPart[]));
  }

  start(status: number, fields: FieldList): void {
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.exchange?.drained(),
        cancel: () => this.exchange?.peerGone(),
      },
      { highWaterMark: MAX_BUFFERED_BYTES, size: (chunk) => chunk.length },
    );
    this.#answer(status, fields, body);
  }

  write(chunk: Uint8Array): boolean {
    this.#controller!.enqueue(chunk);
    return (this.#controller!.desiredSize ?? 0) > 0;
  }

  /** The web's `Response` has no trailers: they are let go. */
  end(): void {
    this.#controller!.close();
  }

  abort(): void {
    this.#controller?.error(connectionTerminated());
  }

  afterTurn(act: () => void): void {
    setTimeout(act, 0);
  }

  /** `Response` knows no status above 599: the class of the status is what counts then. */
  #answer(status: number, fields: FieldList, body: BodyInit | null): void {
    this.#resolve(new Response(this.bodiless(status) ? null : body, { status: status > 599 ? 500 : status, headers: fields.entries() }));
  }
}
