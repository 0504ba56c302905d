import type { Exchange } from "../../../http/exchange.ts";
import type { ErrorCode } from "./error-code.ts";
import { Fields } from "./fields.ts";
import { OutgoingResponse } from "./outgoing.ts";

type ResponseResult = { readonly tag: "ok"; readonly val: OutgoingResponse } | { readonly tag: "err"; readonly val: ErrorCode };

/** `response-outparam` of `wasi:http/types`: the right to answer one request, once. */
export class ResponseOutparam {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** 101 would end the exchange: it is no response before another. */
  sendInformational(status: number, headers: Fields): void {
    if (status < 100 || status > 199 || status === 101) throw { tag: "HTTP-protocol-error" } satisfies ErrorCode;
    if (!this.#exchange.inform(status, Fields.listOf(headers))) throw { tag: "internal-error", val: "this response can't be sent here" } satisfies ErrorCode;
  }

  static set(param: ResponseOutparam, response: ResponseResult): void {
    if (response.tag === "ok") OutgoingResponse.send(response.val, param.#exchange);
    else param.#exchange.fail(response.val);
  }
}
