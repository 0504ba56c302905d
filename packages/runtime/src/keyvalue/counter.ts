/** Numbers in a store: decimal digits in ASCII, as other hosts of `wasi:keyvalue` have them, so that a value that was set is one that can be incremented. */
import { StoreError } from "./backend.ts";

export interface CounterRange {
  readonly least: bigint;
  readonly most: bigint;
}

/** Of `wasi:keyvalue@0.2.0-draft`. */
export const U64: CounterRange = { least: 0n, most: 2n ** 64n - 1n };
/** Of `wasi:keyvalue@0.2.0-draft2`. */
export const S64: CounterRange = { least: -(2n ** 63n), most: 2n ** 63n - 1n };

/** The longest number of any range has 20 characters. */
const MAX_DIGITS = 20;
const decoder = new TextDecoder();

/** The sum of what is there and `delta`. @throws StoreError if there is no number, or the sum is beyond the range */
export function sum(value: Uint8Array | undefined, delta: bigint, { least, most }: CounterRange): bigint {
  const total = numberIn(value) + delta;
  if (total < least || total > most) throw new StoreError(`the sum is beyond what a counter can hold, ${least} to ${most}`);
  return total;
}

export function digitsOf(number: bigint): Uint8Array {
  return new TextEncoder().encode(String(number));
}

function numberIn(value: Uint8Array | undefined): bigint {
  if (value === undefined) return 0n;
  const text = value.length > MAX_DIGITS ? "" : decoder.decode(value);
  if (!/^-?[0-9]{1,20}$/.test(text)) throw new StoreError("the value there is no number: only decimal digits can be incremented");
  return BigInt(text);
}
