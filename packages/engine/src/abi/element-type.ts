import type { ElementType } from "../concurrency/buffer.ts";
import type { FuncType, ValueType } from "../types/component-types.ts";
import { differenceInFunctions } from "../types/subtype.ts";
import { type CopyGuest, copyElements } from "./buffers.ts";

/** What streams and futures of the type have between their ends. */
export function elementType(type: ValueType | undefined, copyGuest?: CopyGuest): ElementType {
  return { type, copy: copyGuest === undefined ? copyElements : (from, to, count) => copyElements(from, to, count, copyGuest) };
}

/** Whether two types of elements are the same, whatever the components call their resources. */
export function sameElement(a: ValueType | undefined, b: ValueType | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return a.kind === b.kind && differenceInFunctions(of(a), of(b), () => true) === undefined;
}

function of(type: ValueType): FuncType {
  return { kind: "func", async: false, params: [], result: type };
}
