import type { LiftLowerContext } from "../abi/context.ts";
import type { CoreFunction, CoreValue } from "../abi/core-value.ts";
import { guestTrap } from "../abi/guest-trap.ts";
import type { Signature } from "../abi/signature.ts";
import { callCore, liftArguments, liftResult, lowerArguments, lowerResult } from "../abi/values.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { checkMayLeave } from "../store/component-instance.ts";
import { BorrowScope } from "../store/runtime-resource.ts";
import { lowerTask, type MakeMoves } from "./async-lower.ts";
import type { LiftedFunction } from "./lift.ts";
import { isTask, runPostReturn } from "./lift.ts";
import { checkMaySuspend, promisingCore, suspend } from "./suspension.ts";
import { failImport, trapFrom } from "./trap-from.ts";

/** A wire between two components that passes through JavaScript values. */
export interface Wire {
  readonly signature: Signature;
  readonly cx: LiftLowerContext;
  readonly callee: LiftedFunction;
  readonly entering: readonly ComponentInstance[];
}

/**
 * `canon lower` of a component's function. Handles pass as representations and strings stay in memory until they are stored,
 * so that the callee's allocations are those that the specification prescribes. With `gated`, and called from the
 * asynchronous side, the callee runs on a stack of its own, so that it may suspend, and the caller with it.
 */
export function lowerLifted(
  signature: Signature,
  cx: LiftLowerContext,
  callee: LiftedFunction,
  caller: ComponentInstance,
  gated = false,
  makeMoves?: MakeMoves,
): CoreFunction {
  const target = callee.cx.instance;
  if (target.selfAndAncestors.includes(caller) || caller.selfAndAncestors.includes(target)) return reenter(signature, cx, target);
  if (isTask(callee)) return lowerTask(signature, cx, callee, makeMoves);
  const wire: Wire = { signature, cx, callee, entering: target.enteringSet(caller) };
  const { store } = caller;
  let promising: ReturnType<typeof promisingCore>;
  return (...flat) => {
    let scope: BorrowScope | undefined;
    try {
      checkMayLeave(caller);
      if (signature.hasBorrow) scope = new BorrowScope(store);
      if (gated && store.activations.mayWait && (promising ??= promisingCore(callee.core)) !== undefined) {
        return callSuspending(wire, flat, scope, promising);
      }
      return call(wire, flat, scope);
    } catch (error) {
      scope?.abandon();
      return failImport(caller, trapFrom(error, target, callee.name), signature.lowered);
    }
  };
}

/** A component and its parent, or itself: the suites have it that they can't call each other, for now. */
function reenter({ lowered }: Signature, { instance }: LiftLowerContext, target: ComponentInstance): CoreFunction {
  const found = `cannot enter component instance \`${target.name}\` from itself, its parent or its child`;
  return () => failImport(instance, guestTrap(TrapCode.CannotEnter, found), lowered);
}

function call(wire: Wire, flat: CoreValue[], scope: BorrowScope | undefined): CoreValue | undefined {
  const { callee, entering, cx: from } = wire;
  const { cx, signature, core } = callee;
  const { store } = cx.instance;
  const { activations } = store;
  activations.enterWithin(entering, from.instance);
  const inner = signature.hasBorrow ? new BorrowScope(store) : undefined;
  activations.syncDepth += 1;
  try {
    passArguments(wire, flat, scope, inner);
    activations.arriveWithin(entering);
    const result = passResult(wire, callCore(core, cx.flat, signature.lifted.params.length), flat, inner);
    leave(wire, scope);
    return result;
  } finally {
    activations.syncDepth -= 1;
  }
}

/** The end of a call that did not fail. */
function leave({ callee, entering }: Wire, scope: BorrowScope | undefined): void {
  const { instance } = callee.cx;
  instance.takeContext();
  instance.store.activations.leaveWithin(entering);
  scope?.end();
}

type Promising = NonNullable<ReturnType<typeof promisingCore>>;

/**
 * `call` on a stack of its own, when no suspended call is inside the callee any more. The caller always waits, if only for a turn: whether
 * the callee will suspend is not known.
 */
function callSuspending(wire: Wire, flat: CoreValue[], scope: BorrowScope | undefined, promising: Promising): CoreValue {
  const { callee, entering, signature, cx } = wire;
  const { instance } = callee.cx;
  const { activations } = instance.store;
  checkMaySuspend(instance.store, callee.name, true);
  const { current } = activations;
  const enter = (): Promise<CoreValue | undefined> => {
    const busy = activations.untilFree(entering, cx.instance);
    return busy === undefined ? start(wire, flat, scope, promising) : busy.then(() => activations.resume(current, enter));
  };
  const finished = enter().catch((error) => {
    scope?.abandon();
    throw trapFrom(error, instance, callee.name, current);
  });
  return suspend(instance.store, finished, signature.lowered);
}

/** Runs the callee until it ends or suspends for the first time. */
function start(wire: Wire, flat: CoreValue[], scope: BorrowScope | undefined, promising: Promising): Promise<CoreValue | undefined> {
  const { callee, entering } = wire;
  const { cx, signature } = callee;
  const { store } = cx.instance;
  const { activations } = store;
  activations.enterWithin(entering, wire.cx.instance);
  const inner = signature.hasBorrow ? new BorrowScope(store) : undefined;
  passArguments(wire, flat, scope, inner);
  activations.arriveWithin(entering);
  const { current } = activations;
  const returned = callCore(promising as never, cx.flat, signature.lifted.params.length) as never as Promise<CoreValue | undefined>;
  activations.current = current;
  return returned.then((core) =>
    activations.resume(current, () => {
      const result = passResult(wire, core, flat, inner);
      leave(wire, scope);
      return result;
    }),
  );
}

/** From the caller's core parameters to the callee's. */
export function passArguments({ signature, cx, callee }: Wire, flat: CoreValue[], scope: BorrowScope | undefined, inner: BorrowScope | undefined): void {
  cx.flat = flat;
  cx.scope = scope;
  cx.raw = true;
  const args = liftArguments(signature, cx);
  cx.raw = false;
  const to = callee.cx;
  to.scope = inner;
  to.raw = true;
  try {
    lowerArguments(callee.signature, to, args);
  } finally {
    // A string that is only now found to be broken is the caller's fault: the callee lives on.
    to.raw = false;
  }
}

/** From the callee's core result to the caller's, and post-return. */
function passResult({ signature, cx, callee }: Wire, core: CoreValue | undefined, flat: CoreValue[], inner: BorrowScope | undefined): CoreValue | undefined {
  const from = callee.cx;
  from.raw = true;
  const value = liftResult(callee.signature, from, core);
  from.raw = false;
  inner?.end();
  const out = flat[flat.length - 1];
  cx.raw = true;
  const result = lowerResult(signature, cx, value, out);
  cx.raw = false;
  if (callee.postReturn !== undefined) runPostReturn(from.instance, callee.postReturn, core);
  return result;
}
