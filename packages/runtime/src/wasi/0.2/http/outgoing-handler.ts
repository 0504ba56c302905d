import type { WasiHost } from "../../options.ts";
import { DENIED } from "./error-code.ts";
import { FutureIncomingResponse } from "./future-incoming-response.ts";
import { OutgoingRequest, RequestOptions } from "./outgoing.ts";

/** `wasi:http/outgoing-handler`: requests go where the host's client admits them. */
export function outgoingHandler({ http }: WasiHost) {
  return {
    handle(request: OutgoingRequest, options: RequestOptions | undefined): FutureIncomingResponse {
      const message = OutgoingRequest.messageOf(request);
      if (http === undefined) {
        message.body?.disconnected();
        throw DENIED;
      }
      const abort = new AbortController();
      const response = http.send({ ...message, timeouts: options === undefined ? {} : RequestOptions.timeoutsOf(options), signal: abort.signal });
      return new FutureIncomingResponse(response, () => abort.abort());
    },
  };
}
