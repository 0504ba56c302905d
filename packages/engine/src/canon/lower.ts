import type { LiftLowerContext } from "../abi/context.ts";
import type { CoreFunction, CoreValue } from "../abi/core-value.ts";
import type { Signature } from "../abi/signature.ts";
import { typeMismatch } from "../abi/type-mismatch.ts";
import { liftArguments, lowerResult } from "../abi/values.ts";
import { Scheduler } from "../concurrency/scheduler.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode, TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import { checkMayLeave } from "../store/component-instance.ts";
import { InstanceField } from "../store/control-memory.ts";
import { BorrowScope } from "../store/runtime-resource.ts";
import { lowerAsyncHostFunction } from "./async-lower.ts";
import { checkMaySuspend, suspend } from "./suspension.ts";
import { failImport, trapFrom } from "./trap-from.ts";

const MAY_LEAVE = InstanceField.mayLeave >> 2;

type Host = (...args: unknown[]) => unknown;

/** A JavaScript function that core code imports, under the name by which the component knows it. */
export interface HostImport {
  readonly name: string;
  readonly signature: Signature;
  readonly cx: LiftLowerContext;
  readonly host: Host;
  /** Reached through a gate, so that it may return a promise. */
  readonly gated: boolean;
}

/**
 * `canon lower` of a host function. What it throws is the `err` of its result when it can be that, and a trap otherwise; a
 * promise suspends the guest.
 */
export function lowerHostFunction(name: string, signature: Signature, cx: LiftLowerContext, host: Host, gated = true): CoreFunction {
  const of: HostImport = { name, signature, cx, host, gated };
  if (signature.type.async) return lowerAsyncHostFunction(of);
  return signature.scalar && signature.throws === undefined && signature.params.length < scalars.length ? scalars[signature.params.length]!(of) : anyImport(of);
}

function anyImport(of: HostImport): CoreFunction {
  const { signature, cx, host } = of;
  const { instance } = cx;
  const { activations } = instance.store;
  return (...flat) => {
    let scope: BorrowScope | undefined;
    try {
      checkMayLeave(instance);
      if (signature.hasBorrow) cx.scope = scope = new BorrowScope(instance.store);
      cx.flat = flat;
      const args = liftArguments(signature, cx);
      const out = flat[flat.length - 1];
      let value: unknown;
      activations.hostCalls += 1;
      try {
        value = host(...args);
      } catch (error) {
        value = thrownValue(of, error);
        return endCall(of, value, out, scope);
      } finally {
        activations.hostCalls -= 1;
      }
      if (isAwaited(signature, value)) return wait(of, value, out, scope);
      return endCall(of, signature.throws === undefined ? value : { tag: "ok", val: value }, out, scope);
    } catch (error) {
      scope?.abandon();
      return failImport(instance, trapFrom(error, instance, undefined), signature.lowered);
    }
  };
}

/** Whether what a host function returned is to be waited for; where the result is a future, a promise is that future. */
export function isAwaited({ result }: Signature, value: unknown): value is Promise<unknown> {
  return value instanceof Promise && result?.type.kind !== "future";
}

/** Lowers the result and ends the loans. */
export function endCall(
  { name, signature, cx }: HostImport,
  value: unknown,
  out: CoreValue | undefined,
  scope: BorrowScope | undefined,
): CoreValue | undefined {
  checkResult(name, signature, cx, value);
  const core = lowerResult(signature, cx, value, out);
  scope?.end();
  return core;
}

function checkResult(name: string, { result, throws }: Signature, cx: LiftLowerContext, value: unknown): void {
  if (result === undefined || result.accepts(cx, value)) return;
  if (throws === undefined) throw typeMismatch(cx, result, value, `result of import \`${name}\``);
  const { val } = value as { readonly val: unknown };
  // What was returned is the ok value; errors have been checked.
  if (throws.ok !== undefined) throw typeMismatch(cx, throws.ok, val, `result of import \`${name}\``);
  throw new ComponentError(ErrorCode.TypeMismatch, `result of import \`${name}\`: expected nothing, got ${typeof val}`);
}

/** The `err` result that a host function meant by throwing, or the trap that it amounts to. */
export function thrownValue({ name, signature, cx }: HostImport, error: unknown): unknown {
  const err = meantErr(signature, cx, error);
  if (err === undefined) throw hostThrew(name, error);
  return err;
}

/** The `err` result that was meant by throwing; `undefined`: none. */
export function meantErr({ throws }: Signature, cx: LiftLowerContext, error: unknown): { readonly tag: "err"; readonly val: unknown } | undefined {
  if (throws === undefined) return undefined;
  const own = typeof error === "object" && error !== null && Object.hasOwn(error, "payload");
  if (!own && error instanceof Error) return undefined;
  const val = own ? (error as { readonly payload: unknown }).payload : error;
  return (throws.err === undefined ? val === undefined : throws.err.accepts(cx, val)) ? { tag: "err", val } : undefined;
}

/** A trap that passed through the host stays what it is. */
function hostThrew(name: string, error: unknown): unknown {
  if (error instanceof Trap) return error;
  return new Trap(TrapCode.HostThrew, `import \`${name}\` threw: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

/** Suspends the guest until the promise settles; then the result is lowered and the guest goes on. */
function wait(of: HostImport, promise: Promise<unknown>, out: CoreValue | undefined, scope: BorrowScope | undefined): CoreValue {
  const { name, signature, cx, gated } = of;
  const { instance } = cx;
  try {
    if (instance.poisonedBy !== undefined) throw instance.poisonedBy;
    checkMaySuspend(instance.store, name, gated);
  } catch (error) {
    promise.catch(() => {});
    throw error;
  }
  const { activations } = instance.store;
  const { current } = activations;
  const scheduler = Scheduler.of(instance.store);
  scheduler.outside += 1;
  let open = scope;
  const settle = (finish: () => unknown): CoreValue | undefined => {
    // It was closed meanwhile, and this stack has ended.
    if (instance.poisonedBy !== undefined) throw instance.poisonedBy;
    try {
      return activations.resume(current, () => endCall(of, finish(), out, scope));
    } catch (error) {
      scope?.abandon();
      throw trapFrom(error, instance, undefined, current);
    } finally {
      open = undefined;
    }
  };
  const resumed = () => {
    scheduler.outside -= 1;
    open?.abandon();
  };
  const lowered = promise.then(
    (value) => settle(() => (signature.throws === undefined ? value : { tag: "ok", val: value })),
    (error) => settle(() => thrownValue(of, error)),
  );
  return suspend(instance.store, lowered, signature.lowered, resumed);
}

/** The end of a call of scalars: its core result, or the wait for it. */
function scalarResult(of: HostImport, value: unknown): CoreValue | undefined {
  const { name, signature, cx } = of;
  if (isAwaited(signature, value)) return wait(of, value, undefined, undefined);
  const { result } = signature;
  if (result === undefined) return undefined;
  try {
    return result.lower(cx, value);
  } catch {
    throw typeMismatch(cx, result, value, `result of import \`${name}\``);
  }
}

function scalarFailure(of: HostImport, error: unknown): CoreValue {
  const { instance } = of.cx;
  const trap = trapFrom(error, instance, undefined);
  return failImport(instance, trap instanceof Trap || trap instanceof ComponentError ? trap : hostThrew(of.name, trap), of.signature.lowered);
}

/** Functions of scalars alone, by arity: nothing is allocated. */
const scalars: readonly ((of: HostImport) => CoreFunction)[] = [
  (of) => {
    const { instance } = of.cx;
    const { activations, control } = instance.store;
    const { host } = of;
    return () => {
      let result: CoreValue | undefined;
      activations.hostCalls += 1;
      try {
        if (control.cells[instance.at + MAY_LEAVE] === 0) checkMayLeave(instance);
        result = scalarResult(of, host());
      } catch (error) {
        activations.hostCalls -= 1;
        return scalarFailure(of, error);
      }
      activations.hostCalls -= 1;
      return result;
    };
  },
  (of) => {
    const { cx, host, signature } = of;
    const { instance } = cx;
    const { activations, control } = instance.store;
    const first = signature.params[0]!.lift;
    return (a) => {
      let result: CoreValue | undefined;
      activations.hostCalls += 1;
      try {
        if (control.cells[instance.at + MAY_LEAVE] === 0) checkMayLeave(instance);
        result = scalarResult(of, host(first(cx, a!)));
      } catch (error) {
        activations.hostCalls -= 1;
        return scalarFailure(of, error);
      }
      activations.hostCalls -= 1;
      return result;
    };
  },
  (of) => {
    const { cx, host, signature } = of;
    const { instance } = cx;
    const { activations, control } = instance.store;
    const first = signature.params[0]!.lift;
    const second = signature.params[1]!.lift;
    return (a, b) => {
      let result: CoreValue | undefined;
      activations.hostCalls += 1;
      try {
        if (control.cells[instance.at + MAY_LEAVE] === 0) checkMayLeave(instance);
        result = scalarResult(of, host(first(cx, a!), second(cx, b!)));
      } catch (error) {
        activations.hostCalls -= 1;
        return scalarFailure(of, error);
      }
      activations.hostCalls -= 1;
      return result;
    };
  },
];

export { lowerLifted } from "./lower-lifted.ts";
