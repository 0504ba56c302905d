/**
 * Instances of a component of WASI 0.3, each of which takes many requests at a time. An instance is filled before there is another, and
 * serves so many requests in all: what a guest leaves behind, and those whom a trap of it cuts off, stay few.
 */

import { MAX_IDLE_INSTANCES, MAX_REQUESTS_AT_ONCE, MAX_REQUESTS_PER_INSTANCE } from "../limits.ts";
import type { HttpFailure } from "../streams/stream-failure.ts";
import { Request } from "../wasi/0.3/http/request.ts";
import type { Response } from "../wasi/0.3/http/response.ts";
import { sendResponse } from "../wasi/0.3/http/send-response.ts";
import { connectionTerminated, type Exchange } from "./exchange.ts";
import type { Instances } from "./http-handler.ts";
import { plainError } from "./plain-error.ts";

/** `wasi:http/handler` of an instance. */
export interface Handling {
  handle(request: Request, options: { readonly signal: AbortSignal }): Promise<Response>;
  /** The trap that ended the instance. */
  readonly poisonedBy: unknown;
}

/** An instance, with how many requests it has now and had in all. */
interface Shared {
  readonly handling: Handling;
  active: number;
  total: number;
}

export class SharedInstances implements Instances {
  readonly most: number = Number.POSITIVE_INFINITY;
  readonly #instantiate: () => Promise<Handling>;
  readonly #atOnce: number;
  readonly #inAll: number;
  /** Those that take more requests. */
  readonly #open: Shared[] = [];
  #coming: Promise<void> | undefined;
  #cancelTraps = false;

  /** `reuse`: one instance for all requests; `false`: one for each. */
  constructor(instantiate: () => Promise<Handling>, reuse?: boolean) {
    this.#instantiate = instantiate;
    this.#atOnce = reuse === true ? Number.POSITIVE_INFINITY : reuse === false ? 1 : MAX_REQUESTS_AT_ONCE;
    this.#inAll = reuse === true ? Number.POSITIVE_INFINITY : reuse === false ? 1 : MAX_REQUESTS_PER_INSTANCE;
  }

  async serve(exchange: Exchange): Promise<unknown> {
    let shared: Shared | undefined;
    try {
      shared = await this.#enter();
      const response = exchange.disconnected ? undefined : await this.#call(exchange, shared);
      if (response !== undefined) await sendResponse(exchange, response);
      const failure = exchange.finish((status) => plainError(exchange, status));
      return failure && (shared.handling.poisonedBy ?? failure);
    } catch (error) {
      exchange.trapped((status) => plainError(exchange, status));
      return error;
    } finally {
      if (shared !== undefined) this.#leave(shared);
    }
  }

  /** The guest's response; `undefined` if there is none to send: the guest has an error instead, or the peer is gone. */
  #call(exchange: Exchange, shared: Shared): Promise<Response | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<Response | undefined>();
    const abort = new AbortController();
    exchange.whenGone(() => {
      const trap = this.#cancel(shared, abort);
      if (trap === undefined) resolve(undefined);
      else reject(trap);
    });
    shared.handling.handle(Request.received(exchange.request), { signal: abort.signal }).then(
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

  /**
   * Cancels a call for which nobody waits any more. Gives the trap that came of it: tasks of Rust guests panic when they are cancelled,
   * unless their bindings were made with `inter-task-wakeup`. That cuts off all others in the instance. So once it has happened, only a
   * call that is alone in its instance is cancelled; others go on, and what they give is dropped.
   */
  #cancel({ handling, active }: Shared, abort: AbortController): unknown {
    if (handling.poisonedBy !== undefined || (this.#cancelTraps && active > 1)) return undefined;
    abort.abort(connectionTerminated());
    if (handling.poisonedBy !== undefined) this.#cancelTraps = true;
    return handling.poisonedBy;
  }

  async #enter(): Promise<Shared> {
    for (;;) {
      const shared = this.#open.find(({ active, handling }) => active < this.#atOnce && handling.poisonedBy === undefined);
      if (shared !== undefined) {
        shared.active += 1;
        shared.total += 1;
        if (shared.total >= this.#inAll) this.#close(shared);
        return shared;
      }
      // All that wait are let in by one, and those for whom there is no room ask for the next.
      this.#coming ??= this.#grow();
      await this.#coming;
    }
  }

  async #grow(): Promise<void> {
    try {
      this.#open.push({ handling: await this.#instantiate(), active: 0, total: 0 });
    } finally {
      this.#coming = undefined;
    }
  }

  /** A trap ends the instance for everybody in it; those learn of it by themselves. */
  #leave(shared: Shared): void {
    shared.active -= 1;
    const unneeded = shared.active === 0 && this.#open.filter(({ active }) => active === 0).length > MAX_IDLE_INSTANCES;
    if (unneeded || shared.handling.poisonedBy !== undefined) this.#close(shared);
  }

  /** It takes no more requests. What it still does for those that it has, or had, it does; then nothing holds it. */
  #close(shared: Shared): void {
    const index = this.#open.indexOf(shared);
    if (index >= 0) this.#open.splice(index, 1);
  }
}
