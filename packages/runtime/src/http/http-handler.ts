/**
 * Serves HTTP exchanges with a component that exports `wasi:http/incoming-handler` of WASI 0.2 or `wasi:http/handler` of 0.3. Whatever
 * the guest does, each exchange is answered and the next is served. How many requests an instance gets differs, since a component of
 * 0.2 can't be entered while a call waits inside it: see `SoloInstances` and `SharedInstances`.
 */
import { type Component, ComponentError, ErrorCode, type Imports, type Instance } from "@tenon/engine";
import { MAX_LIVE_REQUESTS, MAX_WAITING_REQUESTS } from "../limits.ts";
import { wasiOf } from "../wasi/imports.ts";
import { WasiHost, type WasiOptions } from "../wasi/options.ts";
import type { Handling } from "./async-handling.ts";
import type { Exchange } from "./exchange.ts";
import { plainError } from "./plain-error.ts";
import { SharedInstances } from "./shared-instances.ts";
import { SoloInstances } from "./solo-instances.ts";

export interface HttpHandlerOptions extends WasiOptions {
  /** Providers of other imports, or instead of those of WASI. */
  readonly imports?: Imports;
  /**
   * `true`: one instance for all requests; a trap ends it, the next request gets a new one. `false`: an instance of its own for each
   * request. By default handlers of WASI 0.2 get one each, those of 0.3 share one for a while.
   */
  readonly reuse?: boolean | undefined;
  /** Told of each request that failed in the guest, and why. */
  readonly onError?: (error: unknown) => void;
}

/** The instances that answer requests. */
export interface Instances {
  /** How many requests they take at one time. */
  readonly most: number;
  /** Answers one exchange. Gives what went wrong, if anything; never rejects. */
  serve(exchange: Exchange): Promise<unknown>;
  /** Ends those that still run something. Absent: there are none of its own. */
  close?(): void;
}

const HANDLER_03 = "wasi:http/handler@0.3.";
const HANDLER_02 = "wasi:http/incoming-handler@0.2.";

/** The name under which a component exports an interface that `HttpHandler` serves. */
export function handlerExport(component: Component): string | undefined {
  for (const handler of [HANDLER_03, HANDLER_02]) {
    const found = component.exports.find(({ name }) => name.startsWith(handler));
    if (found !== undefined) return found.name;
  }
  return undefined;
}

export class HttpHandler {
  readonly #instances: Instances;
  readonly #onError: (error: unknown) => void;
  /** Requests that have not begun. Each is told who serves it: `undefined`, nobody. */
  #waiting: ((by: HttpHandler | undefined) => void)[] = [];
  #live = 0;
  #host: WasiHost | undefined;
  #closed: Promise<void> | undefined;
  #whenIdle = () => {};

  constructor(component: Component, options?: HttpHandlerOptions);
  /** @internal */
  constructor(instances: Instances, options: Pick<HttpHandlerOptions, "onError">);
  constructor(of: Component | Instances, options: HttpHandlerOptions = {}) {
    if ("serve" in of) {
      this.#instances = of;
    } else {
      this.#host = new WasiHost(options);
      this.#instances = instancesOf(of, this.#host, options);
    }
    this.#onError = options.onError ?? (() => {});
  }

  /** Answers one exchange. Resolves when nothing more will be sent; never rejects. */
  async handle(exchange: Exchange): Promise<void> {
    if (this.#closed !== undefined) return plainError(exchange, 503);
    if (this.#live >= Math.min(this.#instances.most, MAX_LIVE_REQUESTS)) {
      if (this.#waiting.length >= MAX_WAITING_REQUESTS) return plainError(exchange, 503);
      const by = await new Promise<HttpHandler | undefined>((resolve) => this.#waiting.push(resolve));
      if (by !== this) return by === undefined ? plainError(exchange, 503) : by.handle(exchange);
    } else {
      this.#live += 1;
    }
    const failure = exchange.disconnected ? undefined : await this.#instances.serve(exchange);
    // The place passes on, if somebody waits.
    const next = this.#waiting.shift();
    if (next === undefined) this.#live -= 1;
    else next(this);
    if (failure !== undefined) this.#onError(failure);
    if (this.#live === 0) this.#whenIdle();
  }

  /**
   * Takes no more: exchanges that come, and those that wait, are answered with 503. Resolves when those that have begun are answered, the
   * instances have ended, and what they left open is closed.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.handOver(undefined);
    if (this.#live > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    this.#instances.close?.();
    await this.#host?.finished();
  }

  /** Requests that have not begun go to another handler, in their order; without one they are refused. Those that have begun end here. */
  handOver(to: HttpHandler | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go(to);
  }
}

function instancesOf(component: Component, host: WasiHost, options: HttpHandlerOptions): Instances {
  const name = handlerExport(component);
  if (name === undefined) throw noHandler(component);
  const linked = component.link({ ...wasiOf(host), ...options.imports });
  return name.startsWith(HANDLER_03)
    ? new SharedInstances(async () => handling(await linked.instantiate(), name), options.reuse)
    : new SoloInstances(linked, name, options.reuse === true);
}

function handling(instance: Instance, name: string): Handling {
  const { handle } = instance.exports[name] as Pick<Handling, "handle">;
  return {
    handle,
    get poisonedBy() {
      return instance.poisonedBy;
    },
    end: () => instance[Symbol.dispose](),
  };
}

function noHandler(component: Component): ComponentError {
  const others = component.exports.map(({ name }) => `\`${name}\``).join(", ");
  return new ComponentError(ErrorCode.TypeMismatch, "the component does not export `wasi:http/incoming-handler@0.2` or `wasi:http/handler@0.3`", {
    hint: others === "" ? "it exports nothing" : `it exports ${others}`,
  });
}
