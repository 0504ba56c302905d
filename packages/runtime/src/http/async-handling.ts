/** One exchange with a handler of WASI 0.3, which has others at the same time. */
import type { HttpFailure } from "../streams/stream-failure.ts";
import { Request } from "../wasi/0.3/http/request.ts";
import type { Response } from "../wasi/0.3/http/response.ts";
import { sendResponse } from "../wasi/0.3/http/send-response.ts";
import type { Exchange } from "./exchange.ts";
import { plainError } from "./plain-error.ts";

/** `wasi:http/handler` of an instance. */
export interface Handling {
  handle(request: Request, options: { readonly signal: AbortSignal }): Promise<Response>;
  /** The trap that ended the instance. */
  readonly poisonedBy: unknown;
  /** Ends the instance, with all that it still does. Absent: whoever has it does that. */
  end?(): void;
}

/**
 * Gives what went wrong, if anything; rejects where the guest traps before it has a response. `leave` is asked when nobody waits for the
 * call any more: it may abort it, and gives the trap that came of that.
 */
export async function answer(exchange: Exchange, handling: Handling, leave: (abort: AbortController) => unknown): Promise<unknown> {
  const response = exchange.disconnected ? undefined : await call(exchange, handling, leave);
  if (response !== undefined) await sendResponse(exchange, response);
  const failure = exchange.finish((status) => plainError(exchange, status));
  return failure && (handling.poisonedBy ?? failure);
}

/** The guest's response; `undefined` if there is none to send: the guest has an error instead, or the peer is gone. */
function call(exchange: Exchange, handling: Handling, leave: (abort: AbortController) => unknown): Promise<Response | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Response | undefined>();
  const abort = new AbortController();
  exchange.whenGone(() => {
    const trap = leave(abort);
    if (trap === undefined) resolve(undefined);
    else reject(trap);
  });
  handling.handle(Request.received(exchange.request), { signal: abort.signal }).then(
    (response) => {
      if (exchange.disconnected) response[Symbol.dispose]();
      resolve(response);
    },
    (error) => {
      if (!(error instanceof Error && Object.hasOwn(error, "payload"))) return reject(error);
      exchange.fail((error as Error & { payload: HttpFailure }).payload);
      resolve(undefined);
    },
  );
  return promise;
}
