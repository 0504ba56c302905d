/**
 * Serves HTTP exchanges with a component that exports `wasi:http/incoming-handler`. A fresh instance for each request, linked once; or
 * one instance for all (`reuse`), which takes one request at a time, since a component can't be entered while a call waits inside it.
 * Whatever the guest does, each exchange is answered and the next is served.
 */
import { type Component, type Imports, type LinkedComponent, promising } from "@tenon/engine";
import { findExport } from "../command/find-export.ts";
import { MAX_LIVE_REQUESTS, MAX_WAITING_REQUESTS } from "../limits.ts";
import { IncomingRequest } from "../wasi/0.2/http/incoming.ts";
import { ResponseOutparam } from "../wasi/0.2/http/response-outparam.ts";
import { type Wasi02Options, wasi02 } from "../wasi/0.2/imports.ts";
import type { Exchange } from "./exchange.ts";
import { FieldList } from "./field-list.ts";

export interface HttpHandlerOptions extends Wasi02Options {
  /** Providers of other imports, or instead of those of WASI. */
  readonly imports?: Imports;
  /** One instance for all requests, one request at a time. A trap ends it; the next request gets a new one. */
  readonly reuse?: boolean;
  /** Told of each request that failed in the guest, and why. */
  readonly onError?: (error: unknown) => void;
}

type Handle = (request: IncomingRequest, responseOut: ResponseOutparam) => Promise<unknown>;

export class HttpHandler {
  readonly #linked: LinkedComponent;
  readonly #exportName: string;
  readonly #reuse: boolean;
  readonly #onError: (error: unknown) => void;
  readonly #waiting: (() => void)[] = [];
  readonly #most: number;
  #live = 0;
  #kept: Handle | undefined;

  constructor(component: Component, options: HttpHandlerOptions = {}) {
    this.#exportName = findExport(component, "wasi:http/incoming-handler");
    this.#linked = component.link({ ...wasi02(options), ...options.imports });
    this.#reuse = options.reuse === true;
    this.#most = this.#reuse ? 1 : MAX_LIVE_REQUESTS;
    this.#onError = options.onError ?? (() => {});
  }

  /** Answers one exchange. Resolves when the guest is done with it; never rejects. */
  async handle(exchange: Exchange): Promise<void> {
    if (this.#live >= this.#most) {
      if (this.#waiting.length >= MAX_WAITING_REQUESTS) return plainError(exchange, 503);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#live += 1;
    }
    try {
      if (!exchange.disconnected) await this.#serve(exchange);
    } finally {
      // The place passes on, if somebody waits.
      const next = this.#waiting.shift();
      if (next === undefined) this.#live -= 1;
      else next();
    }
  }

  async #serve(exchange: Exchange): Promise<void> {
    let failure: unknown;
    try {
      const handle = this.#kept ?? (await this.#instantiate());
      await handle(new IncomingRequest(exchange), new ResponseOutparam(exchange));
      failure = exchange.finish((status) => plainError(exchange, status));
    } catch (error) {
      this.#kept = undefined;
      failure = error;
      exchange.trapped((status) => plainError(exchange, status));
    }
    if (failure !== undefined) this.#onError(failure);
  }

  async #instantiate(): Promise<Handle> {
    const instance = await this.#linked.instantiate();
    const exported = instance.exports[this.#exportName] as { readonly handle: unknown };
    const handle = promising(exported.handle) as Handle;
    if (this.#reuse) this.#kept = handle;
    return handle;
  }
}

const REASONS: Readonly<Record<number, string>> = { 500: "Internal Server Error", 503: "Service Unavailable" };

/** An answer of the host's own. It tells nothing of the reason: that goes to the host's log. */
function plainError(exchange: Exchange, status: number): void {
  const fields = new FieldList();
  const encoder = new TextEncoder();
  fields.append("content-type", encoder.encode("text/plain; charset=utf-8"));
  exchange.target.respond(status, fields, [encoder.encode(`${status} ${REASONS[status]}\n`)]);
}
