import { httpErrorCode } from "./error-code.ts";
import { Fields } from "./fields.ts";
import { FutureIncomingResponse } from "./future-incoming-response.ts";
import { FutureTrailers, IncomingBody, IncomingRequest, IncomingResponse } from "./incoming.ts";
import { OutgoingBody, OutgoingRequest, OutgoingResponse, RequestOptions } from "./outgoing.ts";
import { ResponseOutparam } from "./response-outparam.ts";

/** `wasi:http/types`. */
export const types = {
  Fields,
  IncomingRequest,
  OutgoingRequest,
  RequestOptions,
  ResponseOutparam,
  IncomingResponse,
  IncomingBody,
  FutureTrailers,
  OutgoingResponse,
  OutgoingBody,
  FutureIncomingResponse,
  httpErrorCode,
};
