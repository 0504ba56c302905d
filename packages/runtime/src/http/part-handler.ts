/** Requests for a part that runs, for as long as a wire leads to it: the part keeps what it holds from one request to the next. */
import { Trap, TrapCode, WireFailure } from "@tenon/engine";
import type { EventTarget } from "../kinds/kind.ts";
import { waiting } from "../kinds/waiting.ts";
import { IncomingRequest } from "../wasi/0.2/http/incoming.ts";
import { ResponseOutparam } from "../wasi/0.2/http/response-outparam.ts";
import { answer, type Handling } from "./async-handling.ts";
import type { Exchange } from "./exchange.ts";
import { HttpHandler, type Instances } from "./http-handler.ts";
import { plainError } from "./plain-error.ts";

/** What a part can export to be sent requests, best first. */
export const HANDLERS: readonly string[] = ["wasi:http/handler@0.3.0", "wasi:http/incoming-handler@0.2.0"];

export function partHandler(target: EventTarget): HttpHandler {
  return new HttpHandler(new RunningPart(target), { onError: (error) => target.failed(error) });
}

type Serve = (exchange: Exchange) => Promise<unknown>;
type Handle = (request: IncomingRequest, responseOut: ResponseOutparam) => Promise<unknown>;

class RunningPart implements Instances {
  /** A component of 0.2 can't be entered while a call waits inside it. */
  readonly most: number;
  readonly #target: EventTarget;
  readonly #serve: Serve;

  constructor(target: EventTarget) {
    const isAsync = target.name.startsWith("wasi:http/handler@");
    this.most = isAsync ? Number.POSITIVE_INFINITY : 1;
    this.#target = target;
    this.#serve = isAsync ? sideBySide(target) : oneAtATime(target);
  }

  async serve(exchange: Exchange): Promise<unknown> {
    if (this.#target.poisonedBy !== undefined) {
      plainError(exchange, 503);
      return undefined;
    }
    try {
      return await this.#serve(exchange);
    } catch (error) {
      exchange.trapped(() => plainError(exchange, wasNotReached(error) ? 503 : 500));
      return error;
    }
  }
}

/** Calls that nobody waits for any more go on: one that is cancelled traps in many guests, and would take with it what the part holds. */
function sideBySide(target: EventTarget): Serve {
  const { handle } = target.exports as Pick<Handling, "handle">;
  const handling: Handling = {
    // Behind interposers it may throw at once.
    handle: async (request, options) => handle(request, options),
    get poisonedBy() {
      return target.poisonedBy;
    },
  };
  return (exchange) => answer(exchange, handling, () => undefined);
}

function oneAtATime(target: EventTarget): Serve {
  const handle = waiting((target.exports as { readonly handle: (...args: unknown[]) => unknown }).handle) as Handle;
  return async (exchange) => {
    await handle(new IncomingRequest(exchange), new ResponseOutparam(exchange));
    return exchange.finish((status) => plainError(exchange, status));
  };
}

/** The part was down by then, or what lies on the wire let nothing through: another request may fare better. */
function wasNotReached(error: unknown): boolean {
  return error instanceof WireFailure || (error instanceof Trap && error.code === TrapCode.Poisoned);
}
