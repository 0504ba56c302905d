import type { WasiHost } from "../../options.ts";
import type { AsyncCall } from "../async-call.ts";
import type { Request } from "./request.ts";
import type { Response } from "./response.ts";
import { sendRequest } from "./send-request.ts";

/** `wasi:http/client`: requests go where the host's client admits them. */
export function client({ requests }: WasiHost) {
  return {
    send: (request: Request, { signal }: AsyncCall = {}): Promise<Response> => sendRequest(requests, request, signal),
  };
}
