import type { LiftLowerContext } from "../abi/context.ts";
import type { CoreFunction, CoreValue } from "../abi/core-value.ts";
import { guestTrap } from "../abi/guest-trap.ts";
import type { Signature } from "../abi/signature.ts";
import { callCore, liftArguments, liftResult, lowerArguments, lowerResult } from "../abi/values.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { checkMayLeave, enterFrom, leaveTo } from "../store/component-instance.ts";
import { BorrowScope } from "../store/runtime-resource.ts";
import { hold, release } from "./entry-queue.ts";
import type { LiftedFunction } from "./lift.ts";
import { checkPoison, endScope, runPostReturn } from "./lift.ts";
import { refuseImport } from "./lower.ts";
import { checkMaySuspend, promisingCore, suspend } from "./suspension.ts";
import { failActivation, failImport } from "./trap-from.ts";

/** A wire between two components that passes through JavaScript values. */
interface Wire {
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
export function lowerLifted(signature: Signature, cx: LiftLowerContext, callee: LiftedFunction, caller: ComponentInstance, gated = false): CoreFunction {
  // An async-lifted function that returns without waiting needs no task but that of `callAsync`.
  const { async } = callee.signature.options;
  const unsupported = signature.unsupportedLower ?? (async ? callee.signature.unsupportedLower : callee.signature.unsupportedLift);
  if (unsupported !== undefined) return refuseImport(cx, callee.name, unsupported);
  const target = callee.cx.instance;
  if (target.selfAndAncestors.includes(caller) || caller.selfAndAncestors.includes(target)) return reenter(cx, target);
  const wire: Wire = { signature, cx, callee, entering: target.enteringSet(caller) };
  const { store } = caller;
  let promising: ReturnType<typeof promisingCore>;
  return (...flat) => {
    let scope: BorrowScope | undefined;
    try {
      checkMayLeave(caller);
      scope = signature.hasBorrow ? new BorrowScope() : undefined;
      if (async) return callAsync(wire, flat, scope);
      if (gated && store.syncDepth === 0 && (promising ??= promisingCore(callee.core)) !== undefined) {
        return callSuspending(wire, flat, scope, promising);
      }
      return call(wire, flat, scope);
    } catch (error) {
      scope?.end();
      throw failImport(caller, error);
    }
  };
}

/** A component and its parent, or itself: the suites have it that they can't call each other, for now. */
function reenter({ instance }: LiftLowerContext, target: ComponentInstance): CoreFunction {
  return () => {
    throw failImport(instance, guestTrap(TrapCode.CannotEnter, `cannot enter component instance \`${target.name}\` from itself, its parent or its child`));
  };
}

function call(wire: Wire, flat: CoreValue[], scope: BorrowScope | undefined): CoreValue | undefined {
  const { callee, entering } = wire;
  const { cx, signature, core, name } = callee;
  const { store } = cx.instance;
  enterFrom(entering);
  const inner = signature.hasBorrow ? new BorrowScope() : undefined;
  let result: CoreValue | undefined;
  store.syncDepth += 1;
  try {
    passArguments(wire, flat, scope, inner);
    result = passResult(wire, callCore(core, cx.flat, signature.lifted.params.length), flat, inner);
  } catch (error) {
    inner?.end();
    throw failActivation(cx.instance, entering, error, name);
  } finally {
    store.syncDepth -= 1;
  }
  leaveTo(entering);
  cx.instance.context = undefined;
  scope?.end();
  return result;
}

/** Calls an async-lifted function, which gives its result by `task.return` and must not wait in this version. */
function callAsync(wire: Wire, flat: CoreValue[], scope: BorrowScope | undefined): CoreValue | undefined {
  const { callee, entering, signature: own, cx } = wire;
  const { cx: from, signature, core, name } = callee;
  const { instance } = from;
  const { store } = instance;
  enterFrom(entering);
  const inner = signature.hasBorrow ? new BorrowScope() : undefined;
  let returned = false;
  let result: CoreValue | undefined;
  instance.task = {
    result: signature.type.result,
    return(value) {
      if (returned) throw guestTrap(TrapCode.TaskReturn, "invalid `task.return` signature and/or options for current task: it has returned");
      if (inner !== undefined) endScope(inner);
      cx.raw = true;
      result = lowerResult(own, cx, value, flat[flat.length - 1]);
      cx.raw = false;
      returned = true;
    },
  };
  store.syncDepth += 1;
  try {
    passArguments(wire, flat, scope, inner);
    const code = callCore(core, from.flat, signature.lifted.params.length);
    checkPoison(instance);
    if (((code as number | undefined) ?? 0) !== EXIT)
      throw guestTrap(TrapCode.Unsupported, `\`${name}\` waits: this version runs async functions only as far as they don't`);
    if (!returned) throw guestTrap(TrapCode.TaskReturn, "async-lifted export failed to produce a result");
  } catch (error) {
    inner?.end();
    throw failActivation(instance, entering, error, name);
  } finally {
    store.syncDepth -= 1;
    instance.task = undefined;
  }
  leaveTo(entering);
  instance.context = undefined;
  scope?.end();
  return result;
}

/** `CallbackCode.EXIT`. */
const EXIT = 0;

/** `call` on a stack of its own. The caller always waits, if only for a turn: whether the callee will suspend is not known. */
function callSuspending(wire: Wire, flat: CoreValue[], scope: BorrowScope | undefined, promising: NonNullable<ReturnType<typeof promisingCore>>): CoreValue {
  const { callee, entering, signature: own } = wire;
  const { cx, signature, name } = callee;
  const { store } = cx.instance;
  checkMaySuspend(store, name, true);
  enterFrom(entering);
  const inner = signature.hasBorrow ? new BorrowScope() : undefined;
  const failed = (error: unknown): unknown => {
    inner?.end();
    const thrown = failActivation(cx.instance, entering, error, name);
    release(entering, true);
    return thrown;
  };
  let returned: Promise<CoreValue | undefined>;
  try {
    passArguments(wire, flat, scope, inner);
    returned = callCore(promising as never, cx.flat, signature.lifted.params.length) as never;
  } catch (error) {
    throw failed(error);
  }
  hold(entering);
  const finished = returned
    .then((core) => passResult(wire, core, flat, inner))
    .then(
      (result) => {
        release(entering, false);
        scope?.end();
        return result;
      },
      (error) => {
        scope?.end();
        throw failImport(wire.cx.instance, failed(error));
      },
    );
  return suspend(store, finished, own.lowered);
}

/** From the caller's core parameters to the callee's. */
function passArguments({ signature, cx, callee }: Wire, flat: CoreValue[], scope: BorrowScope | undefined, inner: BorrowScope | undefined): void {
  cx.flat = flat;
  cx.scope = scope;
  cx.raw = true;
  const args = liftArguments(signature, cx);
  cx.raw = false;
  const to = callee.cx;
  to.scope = inner;
  to.raw = true;
  lowerArguments(callee.signature, to, args);
  to.raw = false;
}

/** From the callee's core result to the caller's, and post-return. */
function passResult({ signature, cx, callee }: Wire, core: CoreValue | undefined, flat: CoreValue[], inner: BorrowScope | undefined): CoreValue | undefined {
  const from = callee.cx;
  checkPoison(from.instance);
  from.raw = true;
  const value = liftResult(callee.signature, from, core);
  from.raw = false;
  if (inner !== undefined) endScope(inner);
  const out = flat[flat.length - 1];
  cx.raw = true;
  const result = lowerResult(signature, cx, value, out);
  cx.raw = false;
  if (callee.postReturn !== undefined) runPostReturn(from.instance, callee.postReturn, core);
  return result;
}
