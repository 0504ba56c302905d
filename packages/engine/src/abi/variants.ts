import type { OptionType, ResultType, ValueType, VariantType } from "../types/component-types.ts";
import type { Codec, CodecOptions, Part } from "./codec.ts";
import { alignTo, codec, isObject, MAX_FLAT_PARAMS, reject } from "./codec.ts";
import type { LiftLowerContext } from "./context.ts";
import type { CoreType, CoreValue } from "./core-value.ts";
import { acceptsValue, loadValue, storeValue } from "./dispatch.ts";
import { checkCase, discriminantSize, loadScalar, storeScalar, unsignedOf } from "./scalars.ts";

/** How the cases of a variant look in JavaScript. */
interface Shape {
  readonly cases: readonly (Codec | undefined)[];
  /** The case of a value; `undefined`: it is no such variant. */
  readonly match: (value: unknown) => number | undefined;
  readonly payload: (value: unknown) => unknown;
  readonly make: (index: number, payload: unknown) => unknown;
  /** For messages: what leads to the payload. */
  readonly suffix: string;
}

/** Variants are `{ tag, val }`. */
export function variantCodec(type: VariantType, { of }: CodecOptions): Codec {
  const labels = type.cases.map(({ name }) => name);
  const cases = type.cases.map((one) => (one.type === undefined ? undefined : of(one.type)));
  return sum(type, tagged(labels, cases));
}

export function resultCodec(type: ResultType, { of }: CodecOptions): Codec {
  const cases = [type.ok, type.err].map((one) => (one === undefined ? undefined : of(one)));
  return sum(type, tagged(["ok", "err"], cases));
}

/**
 * Options are the value or `undefined`; `null` is taken for none as well. Where the value may itself be `undefined`, that is in an
 * option of an option, the outer one is `{ tag: "some", val }` or `{ tag: "none" }`.
 */
export function optionCodec(type: OptionType, { of }: CodecOptions): Codec {
  const some = of(type.some);
  if (type.some.kind === "option") return sum(type, tagged(["none", "some"], [undefined, some]));
  return sum(type, {
    cases: [undefined, some],
    match: (value) => (value === undefined || value === null ? 0 : 1),
    payload: (value) => value,
    make: (_, payload) => payload,
    suffix: "",
  });
}

function tagged(labels: readonly string[], cases: readonly (Codec | undefined)[]): Shape {
  const indices = new Map<unknown, number>(labels.map((label, index) => [label, index]));
  return {
    cases,
    match: (value) => {
      if (!isObject(value)) return undefined;
      const index = indices.get(value.tag);
      // A payload that would be lost is a mistake.
      return index !== undefined && cases[index] === undefined && value.val !== undefined ? undefined : index;
    },
    payload: (value) => (value as { readonly val: unknown }).val,
    make: (index, val) => (cases[index] === undefined ? { tag: labels[index] } : { tag: labels[index], val }),
    suffix: ".val",
  };
}

function sum(type: ValueType, { cases, match, payload, make, suffix }: Shape): Codec {
  const count = cases.length;
  const discriminant = discriminantSize(count);
  const code = unsignedOf[discriminant];
  const payloads = cases.filter((one) => one !== undefined);
  const payloadAlign = Math.max(1, ...payloads.map(({ align }) => align));
  const align = Math.max(discriminant, payloadAlign);
  const offset = alignTo(discriminant, payloadAlign);
  const joined = joinCases(payloads);
  const coercions = cases.map((one) => (joined === undefined || one === undefined ? [] : coerce(one.flat!, joined)));
  return codec(
    {
      type,
      size: alignTo(offset + Math.max(0, ...payloads.map(({ size }) => size)), align),
      align,
      flat: joined === undefined ? undefined : ["i32", ...joined],
      accepts: (cx, value) => {
        const index = match(value);
        if (index === undefined) return false;
        const one = cases[index];
        return one === undefined || acceptsValue(one, cx, payload(value));
      },
      load: (cx, at) => {
        const index = checkCase(loadScalar(code, cx.view, at) as number, count);
        const one = cases[index];
        return make(index, one === undefined ? undefined : loadValue(one, cx, at + offset));
      },
      store: (cx, value, at) => {
        const index = match(value) ?? reject();
        storeScalar(code, cx.view, at, index);
        const one = cases[index];
        if (one !== undefined) storeValue(one, cx, payload(value), at + offset);
      },
      liftFlat: (cx) => {
        const { flat } = cx;
        const index = checkCase((flat[cx.at++] as number) >>> 0, count);
        const end = cx.at + joined!.length;
        for (const { at, lift } of coercions[index]!) flat[cx.at + at] = lift(flat[cx.at + at]!);
        const value = make(index, cases[index]?.liftFlat(cx));
        cx.at = end;
        return value;
      },
      lowerFlat: (cx, value) => {
        const index = match(value) ?? reject();
        cx.flat[cx.at++] = index;
        lowerPayload(cx, cases[index], payload, value, joined!, coercions[index]!);
      },
      parts: (value) => {
        const index = match(value);
        const one = index === undefined ? undefined : cases[index];
        return one === undefined ? [] : [[suffix, one, payload(value)] satisfies Part];
      },
    },
    payloads,
  );
}

function lowerPayload(
  cx: LiftLowerContext,
  one: Codec | undefined,
  payload: (value: unknown) => unknown,
  value: unknown,
  joined: readonly CoreType[],
  coercions: readonly Coercion[],
): void {
  const begin = cx.at;
  one?.lowerFlat(cx, payload(value));
  const { flat } = cx;
  for (const { at, lower } of coercions) flat[begin + at] = lower(flat[begin + at]!);
  for (let i = cx.at - begin; i < joined.length; i++) flat[begin + i] = joined[i] === "i64" ? 0n : 0;
  cx.at = begin + joined.length;
}

/** The payload part of `flatten_variant`; `undefined`: too many with the discriminant. */
function joinCases(cases: readonly Codec[]): readonly CoreType[] | undefined {
  const joined: CoreType[] = [];
  for (const { flat } of cases) {
    if (flat === undefined || flat.length >= MAX_FLAT_PARAMS) return undefined;
    flat.forEach((type, i) => {
      const other = joined[i] ?? type;
      joined[i] = other === type ? type : other !== "i64" && other !== "f64" && type !== "i64" && type !== "f64" ? "i32" : "i64";
    });
  }
  return joined;
}

/** A flat value of a case that has another core type in the variant. */
interface Coercion {
  readonly at: number;
  readonly lift: (value: CoreValue) => CoreValue;
  readonly lower: (value: CoreValue) => CoreValue;
}

const scratch = new DataView(new ArrayBuffer(8));
function bits32(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getInt32(0);
}
function float32(bits: number): number {
  scratch.setInt32(0, bits);
  return scratch.getFloat32(0);
}
function bits64(value: number): bigint {
  scratch.setFloat64(0, value);
  return scratch.getBigInt64(0);
}
function float64(bits: bigint): number {
  scratch.setBigInt64(0, bits);
  return scratch.getFloat64(0);
}
const widen = (value: number): bigint => BigInt(value >>> 0);
const wrap = (value: CoreValue): number => Number(BigInt.asIntN(32, value as bigint));

const moves: Readonly<Record<string, Pick<Coercion, "lift" | "lower">>> = {
  f32i32: { lift: (x) => float32(x as number), lower: (x) => bits32(x as number) },
  i32i64: { lift: wrap, lower: (x) => widen(x as number) },
  f32i64: { lift: (x) => float32(wrap(x)), lower: (x) => widen(bits32(x as number)) },
  f64i64: { lift: (x) => float64(x as bigint), lower: (x) => bits64(x as number) },
};

/** From the flat types of a case to those of the variant: the coercions of `lift_flat_variant` and `lower_flat_variant`. */
function coerce(from: readonly CoreType[], to: readonly CoreType[]): readonly Coercion[] {
  return from.flatMap((type, at) => (type === to[at] ? [] : [{ at, ...moves[type + to[at]!]! }]));
}
