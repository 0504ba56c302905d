import type { CoreValue } from "../abi/core-value.ts";
import { callCore, lowerArguments } from "../abi/values.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { BorrowScope } from "../store/runtime-resource.ts";
import { asyncHostFunction } from "./async-host.ts";
import type { LiftedFunction } from "./lift.ts";
import { checkArguments, fail, finish, hostFunction, isTask, okOrThrow } from "./lift.ts";
import { promisingCore } from "./suspension.ts";

/** The asynchronous side: JavaScript calls the guest, which is suspended while a host function's promise is pending. */
export function promisingHostFunction(f: LiftedFunction): (...args: unknown[]) => Promise<unknown> {
  const { signature, cx } = f;
  const { instance } = cx;
  const { activations } = instance.store;
  if (isTask(f)) return asyncHostFunction(f);
  let core: ReturnType<typeof promisingCore>;
  let sync: ReturnType<typeof hostFunction> | undefined;
  return async (...args) => {
    core ??= promisingCore(f.core);
    // Without JSPI nothing can suspend: a promise of a host function is an error that says so.
    if (core === undefined) return (sync ??= hostFunction(f))(...args);
    checkArguments(f, args);
    // While a suspended call holds the instance, this one waits its turn; one that comes back to an instance on its own stack traps.
    const [above, id] = activations.isHeld(instance) ? await enterInTurn(instance) : enter(instance);
    let scope: BorrowScope | undefined;
    let value: unknown;
    // What was current when the call began; nothing once it was waited for.
    let outer = above;
    try {
      if (signature.hasBorrow) scope = new BorrowScope(instance.store);
      const ended = start(f, core, args, scope, id, above);
      outer = 0;
      const result = await ended;
      value = activations.resume(id, () => finish(f, scope, result));
    } catch (error) {
      scope?.abandon();
      const thrown = fail(f, args, error, id);
      activations.end(id, outer);
      throw thrown;
    }
    activations.vacate(instance);
    activations.end(id, 0);
    return signature.throws === undefined ? value : okOrThrow(value);
  };
}

/** What was current before, and the call's activation, which is current from here on. */
type Entered = readonly [above: number, id: number];

function enter(instance: ComponentInstance): Entered {
  const { activations } = instance.store;
  return [activations.enterSuspendable(instance), activations.current];
}

function enterInTurn(instance: ComponentInstance): Promise<Entered> {
  const { activations } = instance.store;
  return new Promise((resolve, reject) => {
    activations.queue(instance, (caller) => {
      try {
        activations.enterSuspendable(instance, caller);
        resolve([0, activations.current]);
        activations.current = 0;
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Runs core code until it ends or suspends for the first time. */
function start(
  { signature, cx }: LiftedFunction,
  core: NonNullable<ReturnType<typeof promisingCore>>,
  args: readonly unknown[],
  scope: BorrowScope | undefined,
  id: number,
  above: number,
): Promise<CoreValue | undefined> {
  const { activations } = cx.instance.store;
  const { syncDepth } = activations;
  activations.syncDepth = 0;
  activations.current = id;
  try {
    cx.scope = scope;
    lowerArguments(signature, cx, args);
    return callCore(core as never, cx.flat, signature.lifted.params.length) as never;
  } finally {
    activations.syncDepth = syncDepth;
    activations.current = above;
  }
}
