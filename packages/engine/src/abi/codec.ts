import type { ResourceIdentity, ValueType } from "../types/component-types.ts";
import type { StringEncoding } from "../validate/definitions.ts";
import type { LiftLowerContext } from "./context.ts";
import type { CoreType, CoreValue } from "./core-value.ts";

/** What is inside a value, for messages: `.name` or `[3]`, its codec and the value. */
export type Part = readonly [suffix: string, codec: Codec, value: unknown];

/**
 * A value type made ready to be moved: its layout, and closures composed once per type and shared by all instances.
 * `load`, `store`, `liftFlat` and `lowerFlat` are the specification's; a flat value is read from or written to
 * `cx.flat[cx.at++]`.
 */
export interface Codec {
  readonly type: ValueType;
  /** For the commonest types: what `dispatch.ts` does without calling the closures below. */
  readonly code: Code;
  /** `elem_size` and `alignment`. */
  readonly size: number;
  readonly align: number;
  /** `flatten_type`; `undefined`: more than `MAX_FLAT_PARAMS`, so it only travels through memory. */
  readonly flat: readonly CoreType[] | undefined;
  /** One core value, without memory and handles; then `lift` and `lower` are there. */
  readonly scalar: boolean;
  readonly hasResource: boolean;
  readonly hasBorrow: boolean;
  /** Streams, futures, error contexts are in it. */
  readonly hasAsyncValue: boolean;
  /** Whether a JavaScript value is of the type. Changes nothing, so it is asked before anything is moved. */
  readonly accepts: (cx: LiftLowerContext, value: unknown) => boolean;
  readonly load: (cx: LiftLowerContext, at: number) => unknown;
  readonly store: (cx: LiftLowerContext, value: unknown, at: number) => void;
  readonly liftFlat: (cx: LiftLowerContext) => unknown;
  readonly lowerFlat: (cx: LiftLowerContext, value: unknown) => void;
  readonly lift: (cx: LiftLowerContext, value: CoreValue) => unknown;
  /** Checks as `accepts` does: throws `ValueMismatch`. */
  readonly lower: (cx: LiftLowerContext, value: unknown) => CoreValue;
  /** Of records and tuples: lists check and move their fields without going through the codec of each element. */
  readonly fields: Fields | undefined;
  /** Where a value that is not accepted may be wrong inside; `undefined`: it is wrong itself. */
  readonly parts: ((value: unknown) => readonly Part[]) | undefined;
}

export interface Fields {
  readonly codecs: readonly Codec[];
  readonly keys: readonly (string | number)[];
  readonly offsets: readonly number[];
  /** Of a tuple, which is an array of so many; `undefined`: an object. */
  readonly length: number | undefined;
}

/** Types that are moved by a `switch` instead of by a closure; `string` is UTF-8 in a memory of 32-bit addresses. */
export const Code = { other: 0, bool: 1, u8: 2, s8: 3, u16: 4, s16: 5, u32: 6, s32: 7, u64: 8, s64: 9, f32: 10, f64: 11, char: 12, string: 13 } as const;
export type Code = (typeof Code)[keyof typeof Code];

/** What codecs are composed for, besides the type. */
export interface CodecOptions {
  readonly encoding: StringEncoding;
  /** Addresses of 64 bits. */
  readonly wide: boolean;
  readonly slotOf: (resource: ResourceIdentity) => number;
  /** The codec of an inner type, composed once. */
  readonly of: (type: ValueType) => Codec;
}

/** A value that passed no check, or changed after it. */
export class ValueMismatch extends Error {}

const mismatch = new ValueMismatch("a value is not of its type");

export function reject(): never {
  throw mismatch;
}

/** Something with fields: an array is none, though JavaScript says so. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value may have the fields, before they are looked at. */
export function isProduct(value: unknown, length: number | undefined): boolean {
  return length === undefined ? isObject(value) : Array.isArray(value) && value.length === length;
}

export const MAX_FLAT_PARAMS = 16;

/** Concatenates flat types, unless there are too many. */
export function flatten(types: readonly (readonly CoreType[] | undefined)[]): readonly CoreType[] | undefined {
  const flat: CoreType[] = [];
  for (const type of types) {
    if (type === undefined || flat.length + type.length > MAX_FLAT_PARAMS) return undefined;
    flat.push(...type);
  }
  return flat;
}

export function alignTo(address: number, align: number): number {
  return Math.ceil(address / align) * align;
}

const never = (): never => reject();

type Required = "type" | "size" | "align" | "flat" | "accepts" | "load" | "store";

/** A codec with the usual answers filled in; always with the same keys in the same order, so that all have one shape. */
export function codec(of: Pick<Codec, Required> & Partial<Codec>, inner: readonly Codec[] = []): Codec {
  const lift = of.lift ?? never;
  const lower = of.lower ?? never;
  return {
    type: of.type,
    code: of.code ?? Code.other,
    size: of.size,
    align: of.align,
    flat: of.flat,
    scalar: of.scalar ?? false,
    hasResource: of.hasResource ?? inner.some((part) => part.hasResource),
    hasBorrow: of.hasBorrow ?? inner.some((part) => part.hasBorrow),
    hasAsyncValue: of.hasAsyncValue ?? inner.some((part) => part.hasAsyncValue),
    accepts: of.accepts,
    load: of.load,
    store: of.store,
    liftFlat: of.liftFlat ?? ((cx) => lift(cx, cx.flat[cx.at++]!)),
    lowerFlat:
      of.lowerFlat ??
      ((cx, value) => {
        // Lowered first: `lower` may use the scratch fields.
        const flat = lower(cx, value);
        cx.flat[cx.at++] = flat;
      }),
    lift,
    lower,
    fields: of.fields,
    parts: of.parts,
  };
}
