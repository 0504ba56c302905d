/** `own` and `borrow`: the kernel moves what they stand for from table to table. Ends of streams and futures: JavaScript does. */
import * as Op from "../binary/opcodes.ts";
import { accessOf, load, pushFlat } from "./scalars.ts";
import type { Shape } from "./shape.ts";
import type { Destination, Source, Translation } from "./translation.ts";

export function translateHandle(t: Translation, shape: Shape, source: Source, destination: Destination): void {
  const { code } = t;
  const { from, to, out, handles, back } = t.passage;
  const { caller, callee, defined } = handles[shape.count]!;
  const [fromType, toType] = (back ? [callee, caller] : [caller, callee]).map((index) => out.resources[index!]!);
  if (destination !== "stack") code.get(destination.at);
  code.op(Op.global_get, from.instance).op(Op.global_get, fromType!);
  if ("offset" in source) load(code, Op.i32_load, from, source);
  else pushFlat(code, source[0]!, "i32");
  // The definer of a resource gets its own representation where it borrows: no handle to drop.
  const lent = shape.kind === "borrow" && defined;
  if (!lent) code.op(Op.global_get, to.instance);
  code.op(Op.global_get, toType!);
  if (shape.kind === "borrow") {
    // Without a scope the loan is ended by index when the call returns.
    const { scope = undefined, lenders = undefined } = t.scopes ?? {};
    for (const local of lent ? [lenders] : [scope, lenders]) {
      if (local === undefined) code.i32(0);
      else code.get(local);
    }
  }
  out.callKernel(code, shape.kind === "own" ? "move" : lent ? "lend" : "lendTo");
  if (destination !== "stack") code.memory(accessOf(shape, to)[1], 0, destination.offset, to.memory);
}

export function translateEnd(t: Translation, { count }: Shape, source: Source, destination: Destination): void {
  const { code } = t;
  const { from, to, out, back } = t.passage;
  if (destination !== "stack") code.get(destination.at);
  if ("offset" in source) load(code, Op.i32_load, from, source);
  else pushFlat(code, source[0]!, "i32");
  out.passEnd(code, count, back);
  if (destination !== "stack") code.memory(Op.i32_store, 0, destination.offset, to.memory);
}
