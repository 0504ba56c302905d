import type { CoreValue } from "../abi/core-value.ts";
import { callCore, lowerArguments } from "../abi/values.ts";
import { BorrowScope } from "../store/runtime-resource.ts";
import { enterInTurn, hold, release } from "./entry-queue.ts";
import type { LiftedFunction } from "./lift.ts";
import { checkArguments, fail, finish, hostFunction, okOrThrow, refuse } from "./lift.ts";
import { promisingCore } from "./suspension.ts";

/** The asynchronous side: JavaScript calls the guest, which is suspended while a host function's promise is pending. */
export function promisingHostFunction(f: LiftedFunction): (...args: unknown[]) => Promise<unknown> {
  const { signature, cx } = f;
  const { unsupportedLift: unsupported } = signature;
  let core: ReturnType<typeof promisingCore>;
  let sync: ReturnType<typeof hostFunction> | undefined;
  return async (...args) => {
    if (unsupported !== undefined) refuse(f, unsupported);
    core ??= promisingCore(f.core);
    // Without JSPI nothing can suspend: a promise of a host function is an error that says so.
    if (core === undefined) return (sync ??= hostFunction(f))(...args);
    checkArguments(f, args);
    const { selfAndAncestors } = cx.instance;
    const turn = enterInTurn(selfAndAncestors);
    if (turn !== undefined) await turn;
    const scope = signature.hasBorrow ? new BorrowScope() : undefined;
    let value: unknown;
    try {
      value = finish(f, scope, await start(f, core, args, scope));
    } catch (error) {
      scope?.end();
      const thrown = fail(f, args, error);
      release(selfAndAncestors, true);
      throw thrown;
    }
    release(selfAndAncestors, false);
    return signature.throws === undefined ? value : okOrThrow(value);
  };

  /** Runs core code until it ends or suspends for the first time. */
  function start(
    { signature, cx }: LiftedFunction,
    core: NonNullable<ReturnType<typeof promisingCore>>,
    args: readonly unknown[],
    scope: BorrowScope | undefined,
  ): Promise<CoreValue | undefined> {
    const { store, selfAndAncestors } = cx.instance;
    const { syncDepth } = store;
    store.syncDepth = 0;
    try {
      cx.scope = scope;
      lowerArguments(signature, cx, args);
      for (const instance of selfAndAncestors) instance.held = false;
      return callCore(core as never, cx.flat, signature.lifted.params.length) as never;
    } finally {
      store.syncDepth = syncDepth;
      hold(selfAndAncestors);
    }
  }
}
