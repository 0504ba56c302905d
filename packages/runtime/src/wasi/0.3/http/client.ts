import { DENIED } from "./error-code.ts";
import { Request } from "./request.ts";
import type { Response } from "./response.ts";

/** `wasi:http/client`: no network is granted, so every request is refused at once. */
export const client = {
  send(request: Request): Response {
    Request.refuse(request, DENIED);
    throw DENIED;
  },
};
