import type { WasiHost } from "../../options.ts";
import type { ErrorCode } from "./error-code.ts";
import { FutureIncomingResponse } from "./future-incoming-response.ts";
import { OutgoingRequest, RequestOptions } from "./outgoing.ts";

const URI_INVALID: ErrorCode = Object.freeze({ tag: "HTTP-request-URI-invalid" });

/** `wasi:http/outgoing-handler`: requests go where the host's client admits them. */
export function outgoingHandler({ requests }: WasiHost) {
  return {
    handle(request: OutgoingRequest, options: RequestOptions | undefined): FutureIncomingResponse {
      const message = OutgoingRequest.messageOf(request);
      // Hosts of 0.2 have always refused it; those of 0.3 take it for an empty one.
      if (message.head.pathWithQuery === undefined) {
        message.body?.disconnected();
        throw URI_INVALID;
      }
      const timeouts = options === undefined ? {} : RequestOptions.timeoutsOf(options);
      const { response, letGo } = requests.send({ ...message, timeouts });
      return new FutureIncomingResponse(response, letGo);
    },
  };
}
