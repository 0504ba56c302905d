import { DENIED } from "../../../http/client/transport.ts";
import { Request } from "./request.ts";
import type { Response } from "./response.ts";

/** `wasi:http/handler` as an import: where nothing else is wired, there is nobody to pass a request on to. */
export const handler = {
  handle(request: Request): Response {
    Request.refuse(request, DENIED);
    throw DENIED;
  },
};
