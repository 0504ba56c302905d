import type { Exchange } from "../../../http/exchange.ts";
import type { ErrorCode } from "./error-code.ts";
import type { Fields } from "./fields.ts";
import { OutgoingResponse } from "./outgoing.ts";

type ResponseResult = { readonly tag: "ok"; readonly val: OutgoingResponse } | { readonly tag: "err"; readonly val: ErrorCode };

/** `response-outparam` of `wasi:http/types`: the right to answer one request, once. */
export class ResponseOutparam {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  sendInformational(status: number, _headers: Fields): void {
    if (status < 100 || status > 199) throw { tag: "HTTP-protocol-error" };
    throw { tag: "internal-error", val: "this host sends no informational responses" };
  }

  static set(param: ResponseOutparam, response: ResponseResult): void {
    if (response.tag === "ok") OutgoingResponse.send(response.val, param.#exchange);
    else param.#exchange.fail(response.val);
  }
}
