/**
 * Instances of a component of WASI 0.2, which take one request at a time: a fresh one for each request, linked once, or one for all.
 *
 * Fresh means that no request finds anything of another. Where the component allows it, that is had by putting an instance that served
 * a request back into its first state, byte for byte, which costs a tenth of making one.
 */
import { type LinkedComponent, promising } from "@tenon/engine";
import { type RewindableInstance, type Rewinder, rewinderOf } from "@tenon/engine/rewind";
import { MAX_IDLE_INSTANCES } from "../limits.ts";
import { IncomingRequest } from "../wasi/0.2/http/incoming.ts";
import { ResponseOutparam } from "../wasi/0.2/http/response-outparam.ts";
import type { Exchange } from "./exchange.ts";
import type { Instances } from "./http-handler.ts";
import { plainError } from "./plain-error.ts";

type Handle = (request: IncomingRequest, responseOut: ResponseOutparam) => Promise<unknown>;

/** An instance ready for a request. */
interface Solo {
  readonly handle: Handle;
  /** Absent: the instance can't start over. */
  readonly rewindable: RewindableInstance | undefined;
}

/** Instances of a component whose memory grows with each request can't be put back: after so many in a row it is not tried again. */
const FUTILE_REWINDS = 16;

export class SoloInstances implements Instances {
  readonly #linked: LinkedComponent;
  readonly #exportName: string;
  readonly #reuse: boolean;
  /** With `reuse` the one instance; else those that were put back. */
  readonly #idle: Solo[] = [];
  #rewinder: Rewinder | undefined;
  #rewinderAsked = false;
  #futileRewinds = 0;

  constructor(linked: LinkedComponent, exportName: string, reuse: boolean) {
    this.#linked = linked;
    this.#exportName = exportName;
    this.#reuse = reuse;
  }

  get most(): number {
    return this.#reuse ? 1 : Number.POSITIVE_INFINITY;
  }

  async serve(exchange: Exchange): Promise<unknown> {
    let solo: Solo | undefined;
    try {
      solo = this.#idle.pop() ?? (await this.#instantiate());
      await solo.handle(new IncomingRequest(exchange), new ResponseOutparam(exchange));
      const failure = exchange.finish((status) => plainError(exchange, status));
      this.#keep(solo);
      return failure;
    } catch (error) {
      solo?.rewindable?.correctStack(error);
      exchange.trapped((status) => plainError(exchange, status));
      return error;
    }
  }

  /** An instance that did not trap serves again, if it may. */
  #keep(solo: Solo): void {
    if (this.#reuse) {
      this.#idle.push(solo);
    } else if (solo.rewindable === undefined) {
      this.#askForRewinder();
    } else if (solo.rewindable.rewind()) {
      this.#futileRewinds = 0;
      if (this.#idle.length < MAX_IDLE_INSTANCES) this.#idle.push(solo);
    } else if (++this.#futileRewinds === FUTILE_REWINDS) {
      this.#rewinder = undefined;
    }
  }

  async #instantiate(): Promise<Solo> {
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
