import { DENIED } from "./error-code.ts";
import type { FutureIncomingResponse } from "./incoming.ts";
import type { OutgoingRequest, RequestOptions } from "./outgoing.ts";

/** `wasi:http/outgoing-handler`: no network is granted, so every request is refused at once. */
export const outgoingHandler = {
  handle(_request: OutgoingRequest, _options: RequestOptions | undefined): FutureIncomingResponse {
    throw DENIED;
  },
};
