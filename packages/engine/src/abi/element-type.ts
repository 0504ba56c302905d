import type { ElementType } from "../concurrency/buffer.ts";
import type { FuncType, ValueType } from "../types/component-types.ts";
import { differenceInFunctions } from "../types/subtype.ts";
import { type CopyGuest, copyElements } from "./buffers.ts";

/** What streams and futures of the type have between their ends. */
export function elementType(type: ValueType | undefined, copyGuest?: CopyGuest): ElementType {
  return { type, copy: copyGuest === undefined ? copyElements : (from, to, count) => copyElements(from, to, count, copyGuest) };
}

/** Those found to be the same: every copy asks. */
const known = new WeakMap<ValueType, WeakSet<ValueType>>();

/** Whether two types of elements are the same, whatever the components call their resources. */
export function sameElement(a: ValueType | undefined, b: ValueType | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.kind !== b.kind) return false;
  let same = known.get(a);
  if (same?.has(b)) return true;
  if (differenceInFunctions(of(a), of(b), () => true) !== undefined) return false;
  if (same === undefined) known.set(a, (same = new WeakSet()));
  same.add(b);
  return true;
}

function of(type: ValueType): FuncType {
  return { kind: "func", async: false, params: [], result: type };
}
