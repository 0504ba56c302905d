/** Numbers of WIT that change their type: only into the very same number. */
import type { ValueType } from "@tenon/engine";

const INTEGERS: ReadonlyMap<string, readonly [least: bigint, most: bigint]> = new Map(
  [8, 16, 32, 64].flatMap((bits) => {
    const half = 1n << BigInt(bits - 1);
    return [[`u${bits}`, [0n, 2n * half - 1n]] as const, [`s${bits}`, [-half, half - 1n]] as const];
  }),
);

type NumberArrayClass = new (length: number) => { readonly length: number; [index: number]: number | bigint };

/** What a list of numbers is in JavaScript, by the kind of its elements. */
export const NUMBER_ARRAYS: ReadonlyMap<string, NumberArrayClass> = new Map<string, NumberArrayClass>([
  ["u8", Uint8Array],
  ["s8", Int8Array],
  ["u16", Uint16Array],
  ["s16", Int16Array],
  ["u32", Uint32Array],
  ["s32", Int32Array],
  ["u64", BigUint64Array],
  ["s64", BigInt64Array],
  ["f32", Float32Array],
  ["f64", Float64Array],
]);

export function isNumber({ kind }: ValueType): boolean {
  return NUMBER_ARRAYS.has(kind);
}

/** Makes a number one of the type `kind`; `undefined`: it has no such number. */
export function exactly(kind: string): (value: number | bigint) => number | bigint | undefined {
  if (kind === "f32" || kind === "f64") {
    return (value) => {
      const float = typeof value === "bigint" ? floatOf(value) : value;
      return float === undefined || kind === "f64" || Object.is(Math.fround(float), float) ? float : undefined;
    };
  }
  const [least, most] = INTEGERS.get(kind)!;
  if (most > 2n ** 32n) return (value) => within(least, most, typeof value === "bigint" ? value : integerOf(value));
  const [low, high] = [Number(least), Number(most)];
  return (value) => {
    const number = Number(value);
    return Number.isInteger(number) && number >= low && number <= high && !Object.is(number, -0) ? number : undefined;
  };
}

function floatOf(value: bigint): number | undefined {
  const float = Number(value);
  return Number.isFinite(float) && BigInt(float) === value ? float : undefined;
}

function integerOf(value: number): bigint | undefined {
  return Number.isInteger(value) && !Object.is(value, -0) ? BigInt(value) : undefined;
}

function within(least: bigint, most: bigint, value: bigint | undefined): bigint | undefined {
  return value !== undefined && value >= least && value <= most ? value : undefined;
}
