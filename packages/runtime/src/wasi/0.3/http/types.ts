import { Fields } from "./fields.ts";
import { Request } from "./request.ts";
import { RequestOptions } from "./request-options.ts";
import { Response } from "./response.ts";

/** `wasi:http/types`. */
export const types = { Fields, Headers: Fields, Trailers: Fields, Request, RequestOptions, Response };
