import { DENIED } from "../../../http/client/transport.ts";
import type { IncomingRequest } from "./incoming.ts";
import { ResponseOutparam } from "./response-outparam.ts";

/** `wasi:http/incoming-handler` as an import: where nothing else is wired, there is nobody to pass a request on to. */
export const incomingHandler = {
  handle(_request: IncomingRequest, responseOut: ResponseOutparam): void {
    ResponseOutparam.set(responseOut, { tag: "err", val: DENIED });
  },
};
