import type { FieldList } from "../../../http/field-list.ts";
import type { Chunks } from "../../../streams/chunk-reader.ts";
import type { Result } from "../result.ts";
import { type Body, DROPPED, GivenBody, type MaybeLater, type Trailers } from "./body.ts";
import { type ErrorCode, FAILED } from "./error-code.ts";
import { Fields } from "./fields.ts";

const NO_CONTENTS = new Uint8Array(0);

/** What is sent of a response. */
export interface ResponseParts {
  readonly status: number;
  readonly fields: FieldList;
  readonly body: Body;
}

/** `response` of `wasi:http/types`. */
export class Response {
  readonly #fields: FieldList;
  readonly #body: Body;
  #status: number;

  /** Guests can't: the interface has no constructor. */
  constructor(fields: FieldList, body: Body, status = 200) {
    this.#fields = fields;
    this.#body = body;
    this.#status = status;
  }

  static new(headers: Fields, contents: Chunks | undefined, trailers: MaybeLater<Trailers>): [Response, Promise<Result<ErrorCode>>] {
    const body = new GivenBody(contents, trailers);
    return [new Response(Fields.listOf(headers), body), body.sent];
  }

  static consumeBody(response: Response, handled: MaybeLater<Result<ErrorCode>>): [Chunks, MaybeLater<Trailers>] {
    const { contents, trailers } = response.#body.consume(handled);
    return [contents ?? NO_CONTENTS, trailers];
  }

  /** What it is made of. Not a method: guests and interposers see the interface only. */
  static partsOf(response: Response): ResponseParts {
    return { status: response.#status, fields: response.#fields, body: response.#body };
  }

  getStatusCode(): number {
    return this.#status;
  }

  setStatusCode(statusCode: number): void {
    if (statusCode < 100 || statusCode > 599) throw FAILED;
    this.#status = statusCode;
  }

  getHeaders(): Fields {
    return new Fields(this.#fields, false);
  }

  [Symbol.dispose](): void {
    this.#body.refuse(DROPPED);
  }
}
