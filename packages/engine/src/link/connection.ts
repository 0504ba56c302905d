/**
 * Connections: what an end of a part leads to, resolved to functions and resources and checked by type, before anything is changed.
 */

import type { LiftLowerContext } from "../abi/context.ts";
import { ResultError } from "../abi/result-error.ts";
import type { Signature } from "../abi/signature.ts";
import { hostFunction, promisingHostFunction } from "../canon/lift.ts";
import { meantErr } from "../canon/lower.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { Activations } from "../store/activations.ts";
import type { RuntimeResource } from "../store/runtime-resource.ts";
import type { FuncType } from "../types/component-types.ts";
import type { HostFunction } from "./extern-value.ts";
import { wasiFailure } from "./failure.ts";
import type { Made } from "./open-ends.ts";
import { type Target, waits } from "./target.ts";

/** A call that passes an interposer: values as JavaScript sees them. */
export interface Call {
  /** The import as the component names it. */
  readonly import: string;
  /** The function's WIT name: `[method]counter.get` of an interface, or the import itself. */
  readonly function: string;
  /** Of a method, the first is the resource. */
  readonly args: unknown[];
  /** Of an async function: aborted when the caller cancels. What `next` goes on to is cancelled by it, too. */
  readonly signal?: AbortSignal;
  /** Goes on to what lies behind, with these arguments. A promise where the call may wait. Throws what the function throws. */
  next(...args: unknown[]): unknown;
}

/** Thrown by an interposer: the wire fails, and the caller gets what it gets of a broken wire. */
export class WireFailure extends Error {
  override readonly name = "WireFailure";
}

/** Sits on a wire: answers a call, itself or by `next`. What it returns, or a promise of it, is the function's result. */
export type Interposer = (call: Call) => unknown;

export interface ConnectionOptions {
  /** In the order in which a call passes them. */
  readonly through?: readonly Interposer[];
  /** A trap beyond the wire poisons only what is beyond it: the caller gets a failure. */
  readonly guard?: boolean;
  /**
   * The payload of the `err` that calls get when the wire is broken, where the result type has such a case; else they trap. The error types
   * of WASI have defaults.
   */
  readonly onFailure?: unknown;
}

/** What connections of an end to one provider have in common, whatever their options: made once. */
interface Shared {
  /** Its types were found to fit; kept where they depend on no other end. */
  checked: boolean;
  /** The core functions where nothing lies on the wire. */
  plain: readonly Made[] | undefined;
}

export class Connection {
  /** `part → import`. */
  readonly name: string;
  /** What was given; `undefined`: nothing, the end is cut. */
  readonly to: unknown;
  /** By slot of the plan. */
  readonly targets: ReadonlyMap<number, Target>;
  readonly homes: ReadonlyMap<number, RuntimeResource>;
  readonly through: readonly Interposer[];
  readonly guard: boolean;
  readonly onFailure: unknown;
  readonly shared: Shared;

  constructor(
    name: string,
    to: unknown,
    targets: ReadonlyMap<number, Target>,
    homes: ReadonlyMap<number, RuntimeResource>,
    options: ConnectionOptions = {},
    shared: Shared = { checked: false, plain: undefined },
  ) {
    this.name = name;
    this.to = to;
    this.targets = targets;
    this.homes = homes;
    this.through = options.through ?? [];
    this.guard = options.guard ?? false;
    this.onFailure = options.onFailure;
    this.shared = shared;
  }

  /** Leads nowhere. */
  static broken(name: string, options?: ConnectionOptions): Connection {
    return new Connection(name, undefined, new Map(), new Map(), options);
  }

  /** Whether calls go straight to what it leads to. */
  get isPlain(): boolean {
    return this.to !== undefined && this.through.length === 0 && !this.guard;
  }

  get leadsToInstance(): boolean {
    return typeof this.to === "object" && [...this.targets.values()].every((target) => typeof target === "object");
  }

  get #isWasi(): boolean {
    return this.name.includes("→ wasi:");
  }

  /** The same end with other options. */
  with(options: ConnectionOptions): Connection {
    const all = { through: this.through, guard: this.guard, onFailure: this.onFailure, ...options };
    return new Connection(this.name, this.to, this.targets, this.homes, all, this.shared);
  }

  /** Whether a call through it can make its caller wait. `seen`: instances that were asked. */
  maySuspend(seen: Set<object>): boolean {
    if (this.through.length > 0) return true;
    for (const target of this.targets.values()) if (waits(target, seen)) return true;
    return false;
  }

  /**
   * What `func` leads to when a call of it comes from core code of this signature; a function where JavaScript lies between. `via` is the
   * way that a handle had come before it came by this connection.
   */
  lead(target: Target | undefined, called: Called, via?: Way): Target {
    if (target === undefined) return () => this.fail(called, undefined);
    if (this.through.length === 0 && !this.guard && via === undefined) return target;
    let next = callable(target);
    if (this.guard) next = this.#guarded(next, called);
    if (via !== undefined) next = via.pass(next, called);
    return this.interposed(next, { ...called, type: called.signature.type }, called.cx.instance.store.activations);
  }

  /** `next` with the interposers before it. */
  interposed(next: HostFunction, called: Interposed, activations: Activations): HostFunction {
    const { import: name, function: func, type } = called;
    if (this.through.length === 0) return next;
    let all = next;
    for (const interposer of this.through.toReversed()) {
      const inner = all;
      if (!type.async) all = (...args) => interposer({ import: name, function: func, args, next: activations.descending(inner) });
      else {
        const count = type.params.length;
        all = (...given) => {
          const options = given[count] as { readonly signal: AbortSignal } | undefined;
          const go = activations.descending(inner);
          const next = (...args: unknown[]) => go(...args.slice(0, count), options);
          return interposer({
            import: name,
            function: func,
            args: given.slice(0, count),
            get signal() {
              return options!.signal;
            },
            next,
          });
        };
      }
    }
    return this.#failing(all, (error) => {
      if (!(error instanceof WireFailure)) throw error;
      if (called.signature === undefined) throw this.broken(error);
      return this.fail(called as Called, error);
    });
  }

  /** `call`, with what becomes of an error that it throws or rejects with. */
  #failing(call: HostFunction, failed: (error: unknown) => never): HostFunction {
    return (...args) => {
      try {
        const value = call(...args);
        return value instanceof Promise ? value.catch(failed) : value;
      } catch (error) {
        return failed(error);
      }
    };
  }

  #guarded(next: HostFunction, called: Called): HostFunction {
    return this.#failing(next, (error) => {
      // The err that the function meant passes.
      if (meantErr(called.signature, called.cx, error) !== undefined) throw error;
      return this.fail(called, error);
    });
  }

  /** What a call gets when the wire is broken. */
  fail({ signature: { throws }, cx }: Called, cause: unknown): never {
    const broken = this.broken(cause);
    if (throws === undefined) throw broken;
    const { err } = throws;
    if (err === undefined) throw new ResultError(undefined);
    const payload = this.onFailure ?? (this.#isWasi ? wasiFailure(err.type, broken.message.replace(/^wasm trap: /, "")) : undefined);
    if (payload === undefined || !err.accepts(cx, payload)) throw broken;
    throw new ResultError(payload);
  }

  broken(cause?: unknown): Trap {
    const found = cause === undefined ? "it leads nowhere" : cause instanceof Error ? cause.message : String(cause);
    return new Trap(TrapCode.BrokenWire, `wasm trap: the wire \`${this.name}\` is broken: ${found}`, { cause });
  }
}

/** As interposers see it. */
export interface FunctionName {
  readonly import: string;
  readonly function: string;
}

/** A function that core code calls. */
export interface Called extends FunctionName {
  readonly signature: Signature;
  readonly cx: LiftLowerContext;
}

/** A call that passes interposers: by core code, or from JavaScript by an export that passes an import on. */
type Interposed = FunctionName & { readonly type: FuncType } & Partial<Pick<Called, "signature" | "cx">>;

/** What lies on the way that a handle came. */
export interface Way {
  pass(next: HostFunction, called: Called): HostFunction;
}

/** A target as JavaScript calls it; it waits where it may and has to. */
export function callable(target: Target): HostFunction {
  if (typeof target === "function") return target;
  const { lifted } = target;
  const { instance } = lifted.cx;
  const { activations } = instance.store;
  const sync = hostFunction(lifted);
  let waiting: ReturnType<typeof promisingHostFunction> | undefined;
  return (...args) => {
    if (!activations.mayWait || !instance.mayWait) return sync(...args);
    waiting ??= promisingHostFunction(lifted);
    return waiting(...args);
  };
}
