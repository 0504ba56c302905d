/**
 * Serves HTTP exchanges with a component that exports `wasi:http/incoming-handler`. A fresh instance for each request, linked once; or
 * one instance for all (`reuse`), which takes one request at a time, since a component can't be entered while a call waits inside it.
 * Whatever the guest does, each exchange is answered and the next is served.
 *
 * Fresh means that no request finds anything of another. Where the component allows it, that is had by putting an instance that served
 * a request back into its first state, byte for byte, which costs a tenth of making one.
 */
import { type Component, type Imports, type LinkedComponent, promising } from "@tenon/engine";
import { type RewindableInstance, type Rewinder, rewinderOf } from "@tenon/engine/rewind";
import { findExport } from "../command/find-export.ts";
import { MAX_IDLE_INSTANCES, MAX_LIVE_REQUESTS, MAX_WAITING_REQUESTS } from "../limits.ts";
import { IncomingRequest } from "../wasi/0.2/http/incoming.ts";
import { ResponseOutparam } from "../wasi/0.2/http/response-outparam.ts";
import { wasi } from "../wasi/imports.ts";
import type { WasiOptions } from "../wasi/options.ts";
import type { Exchange } from "./exchange.ts";
import { FieldList } from "./field-list.ts";

export interface HttpHandlerOptions extends WasiOptions {
  /** Providers of other imports, or instead of those of WASI. */
  readonly imports?: Imports;
  /** One instance for all requests, one request at a time. A trap ends it; the next request gets a new one. */
  readonly reuse?: boolean;
  /** Told of each request that failed in the guest, and why. */
  readonly onError?: (error: unknown) => void;
}

type Handle = (request: IncomingRequest, responseOut: ResponseOutparam) => Promise<unknown>;

/** An instance ready for a request. */
interface Server {
  readonly handle: Handle;
  /** Absent: the instance can't start over. */
  readonly rewindable: RewindableInstance | undefined;
}

/** Instances of a component whose memory grows with each request can't be put back: after so many in a row it is not tried again. */
const FUTILE_REWINDS = 16;

export class HttpHandler {
  readonly #linked: LinkedComponent;
  readonly #exportName: string;
  readonly #reuse: boolean;
  readonly #onError: (error: unknown) => void;
  readonly #waiting: (() => void)[] = [];
  readonly #most: number;
  #live = 0;
  /** With `reuse` the one instance; else those that were put back. */
  readonly #idle: Server[] = [];
  #rewinder: Rewinder | undefined;
  #rewinderAsked = false;
  #futileRewinds = 0;

  constructor(component: Component, options: HttpHandlerOptions = {}) {
    this.#exportName = findExport(component, ["wasi:http/incoming-handler@0.2"]);
    this.#linked = component.link({ ...wasi(options), ...options.imports });
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
    let server: Server | undefined;
    let failure: unknown;
    try {
      server = this.#idle.pop() ?? (await this.#instantiate());
      await server.handle(new IncomingRequest(exchange), new ResponseOutparam(exchange));
      failure = exchange.finish((status) => plainError(exchange, status));
      this.#keep(server);
    } catch (error) {
      server?.rewindable?.correctStack(error);
      failure = error;
      exchange.trapped((status) => plainError(exchange, status));
    }
    if (failure !== undefined) this.#onError(failure);
  }

  /** An instance that did not trap serves again, if it may. */
  #keep(server: Server): void {
    if (this.#reuse) {
      this.#idle.push(server);
    } else if (server.rewindable === undefined) {
      this.#askForRewinder();
    } else if (server.rewindable.rewind()) {
      this.#futileRewinds = 0;
      if (this.#idle.length < MAX_IDLE_INSTANCES) this.#idle.push(server);
    } else if (++this.#futileRewinds === FUTILE_REWINDS) {
      this.#rewinder = undefined;
    }
  }

  async #instantiate(): Promise<Server> {
    const rewindable = await this.#rewinder?.instantiate();
    const instance = rewindable ?? (await this.#linked.instantiate());
    const exported = instance.exports[this.#exportName] as { readonly handle: unknown };
    return { handle: promising(exported.handle) as Handle, rewindable };
  }

  /** Once a request was served: until then nobody waits for what most requests gain by. */
  #askForRewinder(): void {
    if (this.#rewinderAsked) return;
    this.#rewinderAsked = true;
    rewinderOf(this.#linked).then(
      (rewinder) => {
        this.#rewinder = rewinder;
      },
      // Then instances are made anew, and whatever is wrong shows there.
      () => {},
    );
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
