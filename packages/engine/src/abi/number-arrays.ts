/** What a list of numbers is in JavaScript. */
export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;
export interface NumberArrayClass {
  new (from: ArrayBufferLike | number): NumberArray;
  from(values: readonly never[]): NumberArray;
}

/** By kind of element. In memory they look as the Canonical ABI has them, when the host is little-endian. */
export const NUMBER_ARRAYS: Readonly<Record<string, NumberArrayClass>> = {
  u8: Uint8Array,
  s8: Int8Array,
  u16: Uint16Array,
  s16: Int16Array,
  u32: Uint32Array,
  s32: Int32Array,
  u64: BigUint64Array,
  s64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
};
