import type { WasiHost } from "../../options.ts";
import { FutureIncomingResponse } from "./future-incoming-response.ts";
import { OutgoingRequest, RequestOptions } from "./outgoing.ts";

/** `wasi:http/outgoing-handler`: requests go where the host's client admits them. */
export function outgoingHandler({ requests }: WasiHost) {
  return {
    handle(request: OutgoingRequest, options: RequestOptions | undefined): FutureIncomingResponse {
      const timeouts = options === undefined ? {} : RequestOptions.timeoutsOf(options);
      const { response, letGo } = requests.send({ ...OutgoingRequest.messageOf(request), timeouts });
      return new FutureIncomingResponse(response, letGo);
    },
  };
}
