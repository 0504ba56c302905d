/**
 * Instances of a component of WASI 0.3, each of which takes many requests at a time. An instance is filled before there is another, and
 * serves so many requests in all: what a guest leaves behind, and those whom a trap of it cuts off, stay few.
 */
import { MAX_IDLE_INSTANCES, MAX_REQUESTS_AT_ONCE, MAX_REQUESTS_PER_INSTANCE } from "../limits.ts";
import { answer, type Handling } from "./async-handling.ts";
import { connectionTerminated, type Exchange } from "./exchange.ts";
import type { Instances } from "./http-handler.ts";
import { plainError } from "./plain-error.ts";

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
      const entered = shared;
      return await answer(exchange, entered.handling, (abort) => this.#cancel(entered, abort));
    } catch (error) {
      exchange.trapped((status) => plainError(exchange, status));
      return error;
    } finally {
      if (shared !== undefined) this.#leave(shared);
    }
  }

  close(): void {
    for (const { handling } of this.#open.splice(0)) handling.end?.();
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
