/** `lift_flat_values` and then `lower_flat_values`: parameters and results, flat or spilled on either side. */

import { Type } from "../binary/writer.ts";
import type { ValueType } from "../types/component-types.ts";
import { alignTo } from "../types/size.ts";
import type { Side } from "./adapter-module.ts";
import { number, translateFields } from "./aggregates.ts";
import type { Joint, JointShape } from "./joint.ts";
import type { Shape } from "./shape.ts";
import type { Lane, Translation } from "./translation.ts";

/** From the caller's flat values, or its address, in locals. Leaves the callee's core parameters on the stack. */
export function passParams(t: Translation, { signature, callee }: Joint, { params }: JointShape, lanes: readonly Lane[]): void {
  if (signature.spilledParams === undefined) {
    translateFields(t, params, lanes, "stack");
    return;
  }
  const { code } = t;
  const { out, from, to } = t.passage;
  const source = { at: lanes[0]!.local, offset: 0 };
  out.checkArea(code, from, source.at, areaOf(params, from));
  // With `async` fewer are flat.
  if (callee.signature.spilledParams === undefined) {
    translateFields(t, params, source, "stack");
    return;
  }
  const { size, alignment } = areaOf(params, to);
  const area = code.local(Type[to.core]);
  for (const value of [0, 0, alignment, size]) number(code, to, value);
  code.call(out.realloc(to, "parameterBeyondEnd")).set(area);
  translateFields(t, params, source, { at: area, offset: 0 });
  code.get(area);
}

/** From the callee's flat values, or its address if it `spilled`, to the caller's address `into`, or to the stack. */
export function passResult(t: Translation, result: Shape, core: readonly Lane[], spilled: boolean, into: number | undefined): void {
  const { code } = t;
  const { out, from, to } = t.passage;
  const source = spilled ? { at: core[0]!.local, offset: 0 } : core;
  if (spilled) out.checkArea(code, from, core[0]!.local, from.layouts.of(result.type));
  if (into !== undefined) out.checkArea(code, to, into, to.layouts.of(result.type));
  t.value(result, source, into === undefined ? "stack" : { at: into, offset: 0 });
}

/** Parameters in memory: a tuple. */
function areaOf(params: readonly { readonly type: ValueType }[], { layouts }: Side): { readonly size: number; readonly alignment: number } {
  let [size, alignment] = [0, 1];
  for (const { type } of params) {
    const field = layouts.of(type);
    size = alignTo(size, field.alignment) + field.size;
    alignment = Math.max(alignment, field.alignment);
  }
  return { size: alignTo(size, alignment), alignment };
}
