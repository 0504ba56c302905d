import type { ServerRequest } from "../../../http/exchange.ts";
import type { FieldList } from "../../../http/field-list.ts";
import { type HeadText, type Method, RequestHead, type Scheme } from "../../../http/request-head.ts";
import type { Chunks } from "../../../streams/chunk-reader.ts";
import type { Result } from "../result.ts";
import { type Body, DROPPED, GivenBody, type MaybeLater, ReceivedBody, type Trailers } from "./body.ts";
import { type ErrorCode, FAILED } from "./error-code.ts";
import { Fields } from "./fields.ts";
import { RequestOptions } from "./request-options.ts";

const NO_CONTENTS = new Uint8Array(0);

/** What is sent of a request. */
export interface RequestParts {
  readonly head: HeadText;
  readonly fields: FieldList;
  readonly body: Body;
  readonly options: RequestOptions | undefined;
}

/** `request` of `wasi:http/types`: one that came in, or one that a guest made. */
export class Request {
  readonly #head: RequestHead;
  readonly #body: Body;
  readonly #options: RequestOptions | undefined;
  /** A function: fields that were received are parsed when first asked for. */
  readonly #parse: () => FieldList;
  #fields: FieldList | undefined;

  /** Guests can't: the interface has no constructor. */
  constructor(head: RequestHead, parse: () => FieldList, body: Body, options?: RequestOptions) {
    this.#head = head;
    this.#parse = parse;
    this.#body = body;
    this.#options = options;
  }

  static new(
    headers: Fields,
    contents: Chunks | undefined,
    trailers: MaybeLater<Trailers>,
    options: RequestOptions | undefined,
  ): [Request, Promise<Result<ErrorCode>>] {
    const body = new GivenBody(contents, trailers);
    return [new Request(new RequestHead(), () => Fields.listOf(headers), body, options), body.sent];
  }

  /** The request of an exchange. */
  static received(request: ServerRequest): Request {
    return new Request(new RequestHead(request), () => request.fields(), new ReceivedBody(() => request.body()));
  }

  static consumeBody(request: Request, handled: MaybeLater<Result<ErrorCode>>): [Chunks, MaybeLater<Trailers>] {
    const { contents, trailers } = request.#body.consume(handled);
    return [contents ?? NO_CONTENTS, trailers];
  }

  /** Its maker learns that the request was not sent. */
  static refuse(request: Request, reason: ErrorCode): void {
    request.#body.refuse(reason);
  }

  /** What is sent of a request. Not a method: guests and interposers see the interface only. */
  static partsOf(request: Request): RequestParts {
    request.#fields ??= request.#parse();
    return { head: request.#head.text, fields: request.#fields, body: request.#body, options: request.#options };
  }

  getMethod(): Method {
    return this.#head.method;
  }

  setMethod(method: Method): void {
    if (!this.#head.setMethod(method)) throw FAILED;
  }

  getPathWithQuery(): string | undefined {
    return this.#head.pathWithQuery;
  }

  /** An empty path is the root (RFC 9110, section 4.2.3). */
  setPathWithQuery(pathWithQuery: string | undefined): void {
    if (!this.#head.setPathWithQuery(pathWithQuery === "" ? "/" : pathWithQuery)) throw FAILED;
  }

  getScheme(): Scheme | undefined {
    return this.#head.scheme;
  }

  setScheme(scheme: Scheme | undefined): void {
    if (!this.#head.setScheme(scheme)) throw FAILED;
  }

  getAuthority(): string | undefined {
    return this.#head.authority;
  }

  setAuthority(authority: string | undefined): void {
    if (!this.#head.setAuthority(authority)) throw FAILED;
  }

  getOptions(): RequestOptions | undefined {
    return this.#options && RequestOptions.immutable(this.#options);
  }

  getHeaders(): Fields {
    this.#fields ??= this.#parse();
    return new Fields(this.#fields, false);
  }

  [Symbol.dispose](): void {
    this.#body.refuse(DROPPED);
  }
}
