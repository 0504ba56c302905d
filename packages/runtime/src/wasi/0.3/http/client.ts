import type { WasiHost } from "../../options.ts";
import type { AsyncCall } from "../async-call.ts";
import { DENIED } from "./error-code.ts";
import { Request } from "./request.ts";
import type { Response } from "./response.ts";
import { sendRequest } from "./send-request.ts";

/** `wasi:http/client`: requests go where the host's client admits them. */
export function client({ http }: WasiHost) {
  return {
    send(request: Request, { signal }: AsyncCall = {}): Promise<Response> | Response {
      if (http !== undefined) return sendRequest(http, request, signal);
      Request.partsOf(request).body.refuse(DENIED);
      throw DENIED;
    },
  };
}
