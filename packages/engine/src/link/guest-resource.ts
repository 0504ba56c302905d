/** Resources that guests define, as JavaScript sees them: classes whose instances own or borrow one handle. */

import { destroyFromHost } from "../canon/destroy.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import type { BorrowScope, HostRepresentation, RuntimeResource } from "../store/runtime-resource.ts";
import { remember } from "./extern-value.ts";
import { pascalCase } from "./js-name.ts";

/** From one start of an instance to the next (`link/rewind.ts`): handles do not outlive theirs. */
interface Era {
  over: boolean;
}

/** What an instance holds. Not exported from the package: only the engine can make one. */
class HandleState {
  readonly resource: RuntimeResource;
  readonly rep: number;
  readonly owned: boolean;
  readonly #era: Era;
  #live = true;
  /** Calls under way that this handle is lent to: it can't be dropped or given away meanwhile. */
  lends = 0;

  constructor(resource: RuntimeResource, rep: number, owned: boolean, era: Era) {
    this.resource = resource;
    this.rep = rep;
    this.owned = owned;
    this.#era = era;
  }

  /** False once dropped, given away, when the call that lent it is over, or when the instance started over. */
  get live(): boolean {
    return this.#live && !this.#era.over;
  }

  end(): void {
    this.#live = false;
  }
}

/**
 * A handle on a resource that a guest defined. `dispose` (or `using`) drops it; a forgotten one is dropped when it is
 * garbage-collected.
 */
export class GuestResource {
  readonly #state: HandleState;

  constructor(state: unknown) {
    if (!(state instanceof HandleState)) throw new ComponentError(ErrorCode.TypeMismatch, "this resource has no constructor: the component makes it");
    this.#state = state;
  }

  [Symbol.dispose](): void {
    const state = this.#state;
    if (!state.live) return;
    if (state.lends > 0) throw new ComponentError(ErrorCode.TypeMismatch, `cannot drop \`${state.resource.name}\` while it is lent to a call`);
    state.end();
    forgotten.unregister(state);
    if (state.owned) destroyFromHost(state.resource, state.rep);
  }

  /** A guest's `to-string` or `value-of` is never called by coercion. */
  [Symbol.toPrimitive](): string {
    return `[object ${this.#state.resource.name}]`;
  }

  static stateOf(value: unknown): HandleState | undefined {
    return typeof value === "object" && value !== null && #state in value ? value.#state : undefined;
  }
}

/**
 * What a handle stands for: two handles of one resource, as an interposer sees them in two calls, have the same `home` and `rep`. Of a
 * resource that the host made, `home` is the object itself. `undefined`: it is no object.
 */
export function identityOf(handle: unknown): { readonly home: object; readonly rep: number } | undefined {
  const state = GuestResource.stateOf(handle);
  if (state !== undefined) return { home: state.resource, rep: state.rep };
  return typeof handle === "object" && handle !== null ? { home: handle, rep: 0 } : undefined;
}

const forgotten = new FinalizationRegistry<HandleState>((state) => {
  if (!state.live || state.lends > 0) return;
  state.end();
  // Nobody is there to catch: a trap has poisoned the instance and shows at the next call.
  try {
    destroyFromHost(state.resource, state.rep);
  } catch {}
});

/** The class of one guest resource; its constructor is the guest's, set when the export is met. */
export class GuestRepresentation implements HostRepresentation {
  readonly #resource: RuntimeResource;
  #class: (new (...args: unknown[]) => GuestResource) | undefined;
  /** The `[constructor]` export; absent: `new` throws. */
  construct: ((...args: unknown[]) => object) | undefined;
  #era: Era = { over: false };

  constructor(resource: RuntimeResource) {
    this.#resource = resource;
  }

  get class(): new (
    ...args: unknown[]
  ) => GuestResource {
    if (this.#class !== undefined) return this.#class;
    const representation = this;
    const made = class extends GuestResource {
      constructor(...args: unknown[]) {
        super(args[0] instanceof HandleState ? args[0] : representation.#constructed(args));
        if (!(args[0] instanceof HandleState)) forgotten.register(this, GuestResource.stateOf(this)!, GuestResource.stateOf(this)!);
      }
    };
    Object.defineProperty(made, "name", { value: pascalCase(this.#resource.name), configurable: true });
    this.#class = made;
    return remember(made, { sort: "resource", resource: this.#resource });
  }

  /** Calls the guest's constructor and takes the handle over from the object that lifting made. */
  #constructed(args: unknown[]): HandleState | undefined {
    if (this.construct === undefined) return undefined;
    const state = GuestResource.stateOf(this.construct(...args))!;
    forgotten.unregister(state);
    return state;
  }

  /** What JavaScript holds names nothing in the instance that starts over: neither it nor its finalizer may enter it. */
  clear(): void {
    this.#era.over = true;
    this.#era = { over: false };
  }

  /** Throws for one that was dropped or given away: that says more than a mismatch of types. */
  accepts(value: object): boolean {
    return this.#live(value) !== undefined;
  }

  liftOwn(rep: number): object {
    const state = new HandleState(this.#resource, rep, true, this.#era);
    const object = new this.class(state);
    forgotten.register(object, state, state);
    return object;
  }

  liftBorrow(rep: number, scope: BorrowScope): object {
    const state = new HandleState(this.#resource, rep, false, this.#era);
    scope.lend(() => {
      state.end();
    });
    return new this.class(state);
  }

  lowerOwn(value: unknown): number | undefined {
    const state = this.#live(value);
    if (state === undefined || !state.owned) return undefined;
    if (state.lends > 0) throw new ComponentError(ErrorCode.TypeMismatch, `cannot give away \`${this.#resource.name}\` while it is lent to a call`);
    state.end();
    forgotten.unregister(state);
    return state.rep;
  }

  lowerBorrow(value: unknown, scope: BorrowScope): number | undefined {
    const state = this.#live(value);
    if (state === undefined) return undefined;
    state.lends += 1;
    scope.lend(() => {
      state.lends -= 1;
    });
    return state.rep;
  }

  #live(value: unknown): HandleState | undefined {
    const state = GuestResource.stateOf(value);
    if (state === undefined || state.resource !== this.#resource) return undefined;
    if (!state.live) throw new ComponentError(ErrorCode.TypeMismatch, `this \`${this.#resource.name}\` was dropped or given away already`);
    return state;
  }
}
