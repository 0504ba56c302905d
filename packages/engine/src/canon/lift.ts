/**
 * `canon lift`, `canon lower` and the built-ins (CanonicalABI.md, "Canonical Definitions"): calls from JavaScript into a component, from a
 * component to JavaScript, and between components. What runs as a task is in `async-lift.ts`, `async-lower.ts` and `async-host.ts`.
 *
 * In: signatures (plan time), contexts and core functions (instantiation). Out: plain functions. Making one is a few
 * allocations, since a fresh instance may be made per request; calling one allocates nothing that the values do not need.
 */
import { ValueMismatch } from "../abi/codec.ts";
import type { LiftLowerContext } from "../abi/context.ts";
import type { CoreFunction, CoreValue } from "../abi/core-value.ts";
import { acceptsValue } from "../abi/dispatch.ts";
import { ResultError } from "../abi/result-error.ts";
import type { Signature } from "../abi/signature.ts";
import { typeMismatch } from "../abi/type-mismatch.ts";
import { callCore, liftResult, lowerArguments } from "../abi/values.ts";
import type { TaskKind } from "../concurrency/task.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import { enterOutermost, leaveOutermost } from "../store/activations.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { BorrowScope } from "../store/runtime-resource.ts";
import { asyncHostFunction, syncTaskFunction } from "./async-host.ts";
import { trapFrom, withExport } from "./trap-from.ts";

export type { CoreFunction };

/** A component function made by `canon lift`. */
export interface LiftedFunction extends TaskKind {
  readonly signature: Signature;
  readonly cx: LiftLowerContext;
  readonly core: CoreFunction;
  readonly postReturn: CoreFunction | undefined;
  readonly callback: CoreFunction | undefined;
}

type HostSide = (...args: unknown[]) => unknown;

/** The synchronous side: JavaScript calls the guest, which can't wait. */
export function hostFunction(f: LiftedFunction): HostSide {
  const { scalar, params } = f.signature;
  if (f.async) return asyncHostFunction(f);
  if (isTask(f)) return syncTaskFunction(f);
  return scalar && f.postReturn === undefined && params.length < scalars.length ? scalars[params.length]!(f) : anyFunction(f);
}

/** Whether a call makes a task; the others are over when they return, so that nobody could observe one. */
export function isTask({ async, cx }: LiftedFunction): boolean {
  return async || cx.instance.makesThreads;
}

/** Any function. Arguments are all checked before the first is moved, so a wrong one leaves the guest untouched. */
function anyFunction(f: LiftedFunction): HostSide {
  const { params } = f.signature;
  if (params.length === 0) return () => invoke(f, []);
  if (params.length > 1) {
    return (...args) => {
      checkArguments(f, args);
      return invoke(f, args);
    };
  }
  const first = params[0]!;
  const { cx, signature } = f;
  return (value) => {
    if (!acceptsValue(first, cx, value)) throw argumentMismatch(signature, cx, 0, value);
    return invoke(f, [value]);
  };
}

function invoke(f: LiftedFunction, args: readonly unknown[]): unknown {
  const { signature, cx, core } = f;
  const { instance } = cx;
  const { activations } = instance.store;
  const above = activations.enter(instance);
  let scope: BorrowScope | undefined;
  let value: unknown;
  try {
    if (signature.hasBorrow) cx.scope = scope = new BorrowScope(instance.store);
    lowerArguments(signature, cx, args);
    value = finish(f, scope, callCore(core, cx.flat, signature.lifted.params.length));
  } catch (error) {
    throw failSync(f, args, error, above, scope);
  }
  activations.leave(instance, above);
  return signature.throws === undefined ? value : okOrThrow(value);
}

/** From the return of the core function to the end of the task: `lift_flat_values`, `Task.return_`, post-return. */
export function finish({ signature, cx, postReturn }: LiftedFunction, scope: BorrowScope | undefined, core: CoreValue | undefined): unknown {
  const value = liftResult(signature, cx, core);
  scope?.end();
  if (postReturn !== undefined) runPostReturn(cx.instance, postReturn, core);
  return value;
}

export function runPostReturn(instance: ComponentInstance, postReturn: CoreFunction, core: CoreValue | undefined): void {
  instance.mayLeave = false;
  if (core === undefined) postReturn();
  else postReturn(core);
  instance.mayLeave = true;
}

/** A top-level result is returned, or thrown as an error. */
export function okOrThrow(value: unknown): unknown {
  const { tag, val } = value as { readonly tag: string; readonly val: unknown };
  if (tag === "err") throw new ResultError(val);
  return val;
}

export function checkArguments({ signature, cx }: LiftedFunction, args: readonly unknown[]): void {
  const { params } = signature;
  for (let i = 0; i < params.length; i++) if (!acceptsValue(params[i]!, cx, args[i])) throw argumentMismatch(signature, cx, i, args[i]);
}

function argumentMismatch({ type, params }: Signature, cx: LiftLowerContext, index: number, value: unknown): ComponentError {
  return typeMismatch(cx, params[index]!, value, `argument \`${type.params[index]!.name}\``);
}

/** What to throw when the activation `id` failed. Nothing is poisoned when an argument could not be moved: the guest had not run. */
export function fail(f: LiftedFunction, args: readonly unknown[], error: unknown, id: number): unknown {
  const { signature, cx, name } = f;
  const { instance } = cx;
  const { activations, agent, instances } = instance.store;
  if (!agent.hasTrapped(id) && (error instanceof ComponentError || error instanceof ValueMismatch)) {
    activations.vacate(instance);
    return error instanceof ComponentError ? error : lateMismatch(signature, cx, args);
  }
  const thrown = trapFrom(error, instance, name, id);
  activations.poison(id, thrown, instances);
  return withExport(thrown, name);
}

function failSync(f: LiftedFunction, args: readonly unknown[], error: unknown, above: number, scope?: BorrowScope): unknown {
  const { activations } = f.cx.instance.store;
  const id = activations.current;
  scope?.abandon();
  const thrown = fail(f, args, error, id);
  activations.endSync(id, above);
  return thrown;
}

/** An argument passed its check and not its lowering: a resource given away twice, or a getter that answers differently. */
export function lateMismatch(signature: Signature, cx: LiftLowerContext, args: readonly unknown[]): ComponentError {
  const { params, type } = signature;
  const index = params.findIndex((param, i) => !param.accepts(cx, args[i]));
  if (index >= 0) return argumentMismatch(signature, cx, index, args[index]);
  return new ComponentError(ErrorCode.TypeMismatch, `an argument changed while it was passed (${type.params.map(({ name }) => `\`${name}\``).join(", ")})`);
}

/** Functions of scalars alone, by arity: no memory, no array, nothing allocated. */
const scalars: readonly ((f: LiftedFunction) => HostSide)[] = [
  (f) => {
    const { cx, core } = f;
    const result = liftScalar(f);
    const { instance } = cx;
    const { activations, control } = instance.store;
    const { simple, at } = instance;
    return () => {
      const above = simple && enterOutermost(control.cells, at) ? 0 : activations.enter(instance);
      let value: unknown;
      try {
        value = result(cx, core()!);
      } catch (error) {
        throw failSync(f, [], error, above);
      }
      if (simple && above === 0) leaveOutermost(control.cells, at);
      else activations.leave(instance, above);
      return value;
    };
  },
  (f) => {
    const { cx, core, signature } = f;
    const result = liftScalar(f);
    const { instance } = cx;
    const { activations, control } = instance.store;
    const { simple, at } = instance;
    const first = signature.params[0]!.lower;
    return (a) => {
      let x: CoreValue;
      try {
        x = first(cx, a);
      } catch {
        throw lateMismatch(signature, cx, [a]);
      }
      const above = simple && enterOutermost(control.cells, at) ? 0 : activations.enter(instance);
      let value: unknown;
      try {
        value = result(cx, core(x)!);
      } catch (error) {
        throw failSync(f, [a], error, above);
      }
      if (simple && above === 0) leaveOutermost(control.cells, at);
      else activations.leave(instance, above);
      return value;
    };
  },
  (f) => {
    const { cx, core, signature } = f;
    const result = liftScalar(f);
    const { instance } = cx;
    const { activations, control } = instance.store;
    const { simple, at } = instance;
    const first = signature.params[0]!.lower;
    const second = signature.params[1]!.lower;
    return (a, b) => {
      let x: CoreValue;
      let y: CoreValue;
      try {
        x = first(cx, a);
        y = second(cx, b);
      } catch {
        throw lateMismatch(signature, cx, [a, b]);
      }
      const above = simple && enterOutermost(control.cells, at) ? 0 : activations.enter(instance);
      let value: unknown;
      try {
        value = result(cx, core(x, y)!);
      } catch (error) {
        throw failSync(f, [a, b], error, above);
      }
      if (simple && above === 0) leaveOutermost(control.cells, at);
      else activations.leave(instance, above);
      return value;
    };
  },
];

const nothing = (): undefined => undefined;

function liftScalar({ signature: { result } }: LiftedFunction): (cx: LiftLowerContext, value: CoreValue) => unknown {
  return result === undefined ? nothing : result.lift;
}

export { promisingHostFunction } from "./promising.ts";
