/**
 * Outgoing requests by the web's `fetch`, for browsers. It resolves names by itself, so that rules can't be held against addresses:
 * a name is taken for a public host, and `localhost` for this machine. It decodes contents and has no trailers; the browser adds its own
 * fields, and does not show redirects, which are errors then. Bodies that are written while they are sent need HTTP/2 in browsers.
 */
import { MAX_BUFFERED_BYTES, MAX_RESPONSE_HEAD_BYTES } from "../../limits.ts";
import { type IpAddress, parseIp } from "../../network/address.ts";
import { isLocalhost } from "../../network/host-name.ts";
import { type HttpFailure, StreamFailure } from "../../streams/stream-failure.ts";
import { type BodySource, emptyBody, type ResponseTarget } from "../exchange.ts";
import { FieldList } from "../field-list.ts";
import { WebBody } from "../web-body.ts";
import { PendingExchange } from "./pending-exchange.ts";
import { type AdmittedRequest, DENIED, failure, type HttpTransport } from "./transport.ts";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Sends requests by `fetch`; default: the platform's, as it is when a request is sent. */
export function fetchTransport(fetch: Fetch = (url, init) => globalThis.fetch(url, init)): HttpTransport {
  return { open: (request, drained) => new FetchExchange(fetch, request, drained) };
}

const LOOPBACK: IpAddress = { tag: "ipv4", val: [127, 0, 0, 1] };
const PUBLIC: IpAddress = { tag: "ipv4", val: [1, 1, 1, 1] };

const TIMEOUT = "connection-read-timeout";

class FetchExchange extends PendingExchange implements ResponseTarget {
  readonly #fetch: Fetch;
  readonly #drained: () => void;
  readonly #abort = new AbortController();
  #sending: ReadableStreamDefaultController<Uint8Array> | undefined;
  #body: WebBody | undefined;

  constructor(fetch: Fetch, request: AdmittedRequest, drained: () => void) {
    super(request);
    this.#fetch = fetch;
    this.#drained = drained;
  }

  get target(): ResponseTarget {
    return this;
  }

  bodiless(): boolean {
    return false;
  }

  respond(_status: number, fields: FieldList, body: readonly Uint8Array[]): void {
    this.#send(fields, body.length === 0 ? {} : { body: new Blob([...body] as BlobPart[]) });
  }

  start(_status: number, fields: FieldList): void {
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#sending = controller;
        },
        pull: () => this.#drained(),
        cancel: () => {
          this.#sending = undefined;
          this.#drained();
        },
      },
      { highWaterMark: MAX_BUFFERED_BYTES, size: (chunk) => chunk.length },
    );
    this.#send(fields, { body, duplex: "half" } as RequestInit);
  }

  /** What the other side does not want goes nowhere. */
  write(chunk: Uint8Array): boolean {
    this.#sending?.enqueue(chunk);
    return (this.#sending?.desiredSize ?? 1) > 0;
  }

  end(): void {
    this.#sending?.close();
    this.#sending = undefined;
  }

  afterTurn(act: () => void): void {
    setTimeout(act, 0);
  }

  #send(fields: FieldList, body: RequestInit): void {
    const { method, signal, timeouts } = this.request;
    if (signal.aborted) return;
    const url = this.#admits() ? this.#url() : DENIED;
    if (typeof url !== "string") {
      this.fail(url);
      return;
    }
    const { connect = 0n, firstByte } = timeouts;
    if (firstByte !== undefined) this.wait(connect + firstByte, TIMEOUT);
    const headers = fields.entries();
    const init: RequestInit = { ...body, method, headers, redirect: "manual", credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" };
    this.#fetch(url, { ...init, signal: this.#abort.signal }).then(
      (response) => this.#receive(response),
      // Browsers don't say why.
      () => this.fail(failure("destination-unavailable")),
    );
  }

  /** What a rule for addresses admits is addresses only. */
  #admits(): boolean {
    const { host, admits } = this.request;
    return parseIp(host) !== undefined || admits(isLocalhost(host) ? LOOPBACK : PUBLIC);
  }

  /** A failure where the reader of URLs sees another place than was admitted. */
  #url(): string | HttpFailure {
    const { scheme, authority, host, pathWithQuery } = this.request;
    const url = URL.parse(`${scheme}://${authority}${pathWithQuery}`);
    const same = url !== null && pathWithQuery.startsWith("/") && (url.hostname === host || url.hostname === `[${host}]`);
    return same && url.username === "" && url.password === "" ? url.href : failure("HTTP-request-URI-invalid");
  }

  #receive(response: Response): void {
    this.waitNoMore();
    const head = headOf(response);
    // The browser may hide a redirect, which is not to be followed.
    if (response.type === "opaqueredirect" || response.redirected) this.fail(DENIED);
    else if (head.reduce((size, text) => size + text.length, 0) > MAX_RESPONSE_HEAD_BYTES) this.fail(failure("HTTP-response-header-section-size"));
    else if (!this.request.signal.aborted) {
      const body = response.body === null ? emptyBody : this.#receiveBody(response.body as ReadableStream<Uint8Array>);
      this.received({ status: response.status, fields: FieldList.received(head), body });
      if (body === emptyBody) this.finish();
    }
  }

  #receiveBody(stream: ReadableStream<Uint8Array>): BodySource {
    const { betweenBytes } = this.request.timeouts;
    this.wait(betweenBytes, TIMEOUT);
    this.#body = new WebBody(stream, {
      cut: () => incomplete(failure("HTTP-response-incomplete")),
      arrived: () => this.wait(betweenBytes, TIMEOUT),
      over: () => this.finish(),
    });
    return this.#body;
  }

  protected cut(reason: HttpFailure): void {
    this.#body?.terminate(incomplete(reason));
    this.#abort.abort();
  }

  protected override finish(): void {
    this.#sending = undefined;
    super.finish();
  }
}

/** Name, value, name, value: but what no longer holds when `fetch` has decoded the contents. */
function headOf({ headers }: Response): string[] {
  const decoded = headers.has("content-encoding");
  return [...headers].filter(([name]) => !(decoded && (name === "content-encoding" || name === "content-length"))).flat();
}

function incomplete(reason: HttpFailure): StreamFailure {
  return new StreamFailure("the response ended before it was complete", { http: reason });
}
