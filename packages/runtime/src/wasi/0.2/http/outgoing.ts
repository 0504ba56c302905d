/** What goes out over HTTP: `outgoing-request`, `outgoing-response`, `outgoing-body`, `request-options` of `wasi:http/types`. */
import type { OutgoingMessage } from "../../../http/client/http-client.ts";
import type { Timeouts } from "../../../http/client/transport.ts";
import type { Exchange } from "../../../http/exchange.ts";
import { declaredLength, type FieldList } from "../../../http/field-list.ts";
import { OutgoingBodySink } from "../../../http/outgoing-body-sink.ts";
import { type Method, RequestHead, type Scheme } from "../../../http/request-head.ts";
import { OutputStream } from "../io/streams.ts";
import { trap } from "../trap.ts";
import { FAILED } from "./error-code.ts";
import { Fields } from "./fields.ts";

export class OutgoingRequest {
  readonly #fields: FieldList;
  readonly #head = new RequestHead();
  #body: OutgoingBodySink | undefined;

  constructor(headers: Fields) {
    this.#fields = Fields.listOf(headers);
  }

  /** What is sent of a request. Not a method: guests and interposers see the interface only. */
  static messageOf(request: OutgoingRequest): Pick<OutgoingMessage, "head" | "fields" | "body"> {
    return { head: request.#head.text, fields: request.#fields, body: request.#body };
  }

  body(): OutgoingBody {
    if (this.#body !== undefined) throw FAILED;
    const declared = declaredLength(this.#fields);
    if (declared === null) throw FAILED;
    this.#body = new OutgoingBodySink(declared, "HTTP-request-body-size");
    return new OutgoingBody(this.#body);
  }

  method(): Method {
    return this.#head.method;
  }

  setMethod(method: Method): void {
    if (!this.#head.setMethod(method)) throw FAILED;
  }

  pathWithQuery(): string | undefined {
    return this.#head.pathWithQuery;
  }

  setPathWithQuery(pathWithQuery: string | undefined): void {
    if (!this.#head.setPathWithQuery(pathWithQuery)) throw FAILED;
  }

  scheme(): Scheme | undefined {
    return this.#head.scheme;
  }

  setScheme(scheme: Scheme | undefined): void {
    if (!this.#head.setScheme(scheme)) throw FAILED;
  }

  authority(): string | undefined {
    return this.#head.authority;
  }

  /** User information has no place in a request over HTTP (RFC 9110, section 4.2.4). */
  setAuthority(authority: string | undefined): void {
    if (authority?.includes("@") === true || !this.#head.setAuthority(authority)) throw FAILED;
  }

  headers(): Fields {
    return new Fields(this.#fields, false);
  }
}

export class OutgoingResponse {
  readonly #fields: FieldList;
  #status = 200;
  #body: OutgoingBodySink | undefined;

  constructor(headers: Fields) {
    this.#fields = Fields.listOf(headers);
  }

  statusCode(): number {
    return this.#status;
  }

  setStatusCode(statusCode: number): void {
    if (statusCode < 100 || statusCode > 999) throw FAILED;
    this.#status = statusCode;
  }

  headers(): Fields {
    return new Fields(this.#fields, false);
  }

  body(): OutgoingBody {
    if (this.#body !== undefined) throw FAILED;
    const declared = declaredLength(this.#fields);
    if (declared === null) throw FAILED;
    this.#body = new OutgoingBodySink(declared, "HTTP-response-body-size");
    return new OutgoingBody(this.#body);
  }

  /** Hands the response to the exchange; an informational status is no response. */
  static send(response: OutgoingResponse, exchange: Exchange): void {
    if (response.#status < 200) exchange.fail({ tag: "HTTP-protocol-error" });
    else exchange.respond(response.#status, response.#fields, response.#body);
  }
}

export class OutgoingBody {
  readonly #message: OutgoingBodySink;
  #stream: "not taken" | "in use" | "dropped" = "not taken";
  #finished = false;

  constructor(message: OutgoingBodySink) {
    this.#message = message;
  }

  write(): OutputStream {
    if (this.#stream !== "not taken") throw FAILED;
    this.#stream = "in use";
    return new OutputStream(this.#message, () => {
      this.#stream = "dropped";
    });
  }

  static finish(body: OutgoingBody, trailers: Fields | undefined): void {
    body.#checkStream("finished");
    body.#finished = true;
    const fault = body.#message.finish(trailers === undefined ? undefined : Fields.listOf(trailers));
    if (fault === undefined) return;
    body.#message.abandon();
    throw { tag: body.#message.overflow, val: BigInt(fault.written) };
  }

  [Symbol.dispose](): void {
    if (this.#finished) return;
    this.#message.abandon();
    this.#checkStream("dropped");
  }

  #checkStream(what: string): void {
    if (this.#stream === "in use") trap(`wasi:http/types: an \`outgoing-body\` was ${what} before the stream of its contents was dropped`);
  }
}

export class RequestOptions {
  #connectTimeout: bigint | undefined;
  #firstByteTimeout: bigint | undefined;
  #betweenBytesTimeout: bigint | undefined;

  /** All of them. Not a method: guests see the interface only. */
  static timeoutsOf(options: RequestOptions): Timeouts {
    return { connect: options.#connectTimeout, firstByte: options.#firstByteTimeout, betweenBytes: options.#betweenBytesTimeout };
  }

  connectTimeout(): bigint | undefined {
    return this.#connectTimeout;
  }

  setConnectTimeout(duration: bigint | undefined): void {
    this.#connectTimeout = duration;
  }

  firstByteTimeout(): bigint | undefined {
    return this.#firstByteTimeout;
  }

  setFirstByteTimeout(duration: bigint | undefined): void {
    this.#firstByteTimeout = duration;
  }

  betweenBytesTimeout(): bigint | undefined {
    return this.#betweenBytesTimeout;
  }

  setBetweenBytesTimeout(duration: bigint | undefined): void {
    this.#betweenBytesTimeout = duration;
  }
}
