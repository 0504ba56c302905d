/** Elements of streams and futures from memory to memory: those of a list whose room is there. */
import * as Op from "../binary/opcodes.ts";
import type { AdapterModule } from "./adapter-module.ts";
import { number, translateElements } from "./aggregates.ts";
import type { Adapter } from "./function-body.ts";
import { Translation } from "./translation.ts";

/** Writes `copy`, from an address to another, so many as it is told; that they lie in the memories was checked. The element is the joint's one parameter. */
export function writeElementCopy(out: AdapterModule, { plan, shape, handles }: Adapter): void {
  const [from, to] = [out.side(plan.caller), out.side(plan.callee)];
  const element = shape.params[0]!;
  const { size } = from.layouts.of(element.type);
  const code = out.exported("copy", { params: [from.core, to.core, "i32"], results: [] });
  const bytes = (): void => {
    code.get(2);
    if (from.wide) code.op(Op.i64_extend_i32_u);
    number(code, from, size).op(from.wide ? Op.i64_mul : Op.i32_mul);
  };
  if (!element.plain) {
    translateElements(new Translation({ out, from, to, handles, back: false }, code, undefined), element, 0, 1, bytes);
    return;
  }
  code.get(1).get(0);
  bytes();
  if (from.wide && !to.wide) code.op(Op.i32_wrap_i64);
  code.op(Op.memory_copy, to.memory, from.memory);
}
