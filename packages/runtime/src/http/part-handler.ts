/** Requests for a part that runs, for as long as a wire leads to it: the part keeps what it holds from one request to the next. */
import { promising } from "@tenon/engine";
import type { EventTarget } from "../kinds/kind.ts";
import { IncomingRequest } from "../wasi/0.2/http/incoming.ts";
import { ResponseOutparam } from "../wasi/0.2/http/response-outparam.ts";
import type { Exchange } from "./exchange.ts";
import { HttpHandler, type Instances } from "./http-handler.ts";
import { plainError } from "./plain-error.ts";
import { type Handling, SharedInstances } from "./shared-instances.ts";

/** What a part can export to be sent requests, best first. */
export const HANDLERS: readonly string[] = ["wasi:http/handler@0.3.0", "wasi:http/incoming-handler@0.2.0"];

export function partHandler(target: EventTarget): HttpHandler {
  const instances = target.name.startsWith("wasi:http/handler@") ? sideBySide(target) : new OneAtATime(target);
  return new HttpHandler(instances, { onError: (error) => target.failed(error) });
}

function sideBySide(target: EventTarget): Instances {
  const { handle } = target.exports as Pick<Handling, "handle">;
  const handling: Handling = {
    handle,
    get poisonedBy() {
      return target.poisonedBy;
    },
  };
  return new SharedInstances(async () => handling, true);
}

type Handle = (request: IncomingRequest, responseOut: ResponseOutparam) => Promise<unknown>;

/** A component of 0.2 can't be entered while a call waits inside it. */
class OneAtATime implements Instances {
  readonly most = 1;
  readonly #target: EventTarget;
  readonly #handle: Handle;

  constructor(target: EventTarget) {
    this.#target = target;
    this.#handle = waiting((target.exports as { readonly handle: Handle }).handle);
  }

  async serve(exchange: Exchange): Promise<unknown> {
    if (this.#target.poisonedBy !== undefined) {
      plainError(exchange, 503);
      return undefined;
    }
    try {
      await this.#handle(new IncomingRequest(exchange), new ResponseOutparam(exchange));
      return exchange.finish((status) => plainError(exchange, status));
    } catch (error) {
      exchange.trapped((status) => plainError(exchange, status));
      return error;
    }
  }
}

/** A component's own function, so that what it calls may wait; behind interposers it is one of ours, which has seen to that. */
function waiting(handle: Handle): Handle {
  try {
    return promising(handle) as Handle;
  } catch {
    return handle;
  }
}
