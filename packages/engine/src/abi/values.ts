/** `lift_flat_values` and `lower_flat_values`: the parameters or the result of a call, flat or spilled. */
import type { LiftLowerContext } from "./context.ts";
import type { CoreFunction, CoreValue } from "./core-value.ts";
import { addressToCore } from "./core-value.ts";
import { loadValue, lowerValue, storeValue } from "./dispatch.ts";
import type { Signature } from "./signature.ts";

/** Leaves the core parameters in `cx.flat`, from 0. */
export function lowerArguments({ params, spilledParams }: Signature, cx: LiftLowerContext, args: ArrayLike<unknown>): void {
  cx.begin();
  if (spilledParams === undefined) {
    for (let i = 0; i < params.length; i++) lowerValue(params[i]!, cx, args[i]);
    return;
  }
  const { offsets, align, size } = spilledParams;
  const at = cx.reallocate(0, 0, align, size, "parameter");
  for (let i = 0; i < params.length; i++) storeValue(params[i]!, cx, args[i], at + offsets[i]!);
  cx.flat[0] = addressToCore(at, cx.wide);
}

/** Of the core parameters in `cx.flat`. */
export function liftArguments({ params, spilledParams }: Signature, cx: LiftLowerContext): unknown[] {
  cx.begin();
  const args: unknown[] = [];
  if (spilledParams === undefined) {
    for (const param of params) args.push(param.liftFlat(cx));
    return args;
  }
  const { offsets, align, size } = spilledParams;
  const at = cx.area(cx.flat[0]!, align, size);
  for (const [i, param] of params.entries()) args.push(loadValue(param, cx, at + offsets[i]!));
  return args;
}

/** Of what the lifted core function returned. */
export function liftResult({ result, spilledResult }: Signature, cx: LiftLowerContext, core: CoreValue | undefined): unknown {
  if (result === undefined) return undefined;
  cx.begin();
  if (spilledResult) return loadValue(result, cx, cx.area(core!, result.align, result.size));
  cx.flat[0] = core!;
  return result.liftFlat(cx);
}

/** `Subtask.State.RETURNED`. */
const RETURNED = 2;

/** What the lowered function returns to core code; a spilled result is stored at `out`, the last core parameter. */
export function lowerResult(signature: Signature, cx: LiftLowerContext, value: unknown, out: CoreValue | undefined): CoreValue | undefined {
  const { result, spilledResult } = signature;
  if (result !== undefined) {
    cx.begin();
    if (!spilledResult) {
      result.lowerFlat(cx, value);
      return cx.flat[0];
    }
    storeValue(result, cx, value, cx.area(out!, result.align, result.size));
  }
  return signature.options.async ? RETURNED : undefined;
}

/** Calls with the first `count` of `flat`: by arity, since spreading costs more than most calls. */
export function callCore(core: CoreFunction, flat: readonly CoreValue[], count: number): CoreValue | undefined {
  switch (count) {
    case 0:
      return core();
    case 1:
      return core(flat[0]!);
    case 2:
      return core(flat[0]!, flat[1]!);
    case 3:
      return core(flat[0]!, flat[1]!, flat[2]!);
    case 4:
      return core(flat[0]!, flat[1]!, flat[2]!, flat[3]!);
    default:
      return core(...flat.slice(0, count));
  }
}
