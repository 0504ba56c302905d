import { TrapCode } from "../diagnostics/error-code.ts";
import type { EnumType, FlagsType, PrimitiveKind, ValueType } from "../types/component-types.ts";
import type { Codec, Part } from "./codec.ts";
import { Code, codec, isObject, reject } from "./codec.ts";
import type { CoreType } from "./core-value.ts";
import { guestTrap } from "./guest-trap.ts";
import { camelCase } from "./label.ts";

export type ScalarKind = Exclude<PrimitiveKind, "string" | "error-context">;

/** `convert_i32_to_char`. */
function charOf(code: number): string {
  if (code >= 0x11_0000 || (code >= 0xd800 && code <= 0xdfff)) {
    throw guestTrap(TrapCode.InvalidChar, `invalid \`char\` bit pattern: 0x${code.toString(16)} is not a Unicode scalar value`);
  }
  return String.fromCodePoint(code);
}

/** `char_to_i32`, of a string of one code point. */
function codeOf(value: unknown): number {
  return isChar(value) ? value.codePointAt(0)! : reject();
}

function isChar(value: unknown): value is string {
  if (typeof value !== "string" || value.length === 0 || !value.isWellFormed()) return false;
  return value.length === (value.codePointAt(0)! > 0xffff ? 2 : 1);
}

/**
 * The scalar types as core values. Integers must be in range, 64-bit ones bigints, floats numbers, and nothing is coerced: a
 * wrong type is more often a mistake than a wish. Written out because these are the hot path of numeric calls.
 */
const rows: Readonly<Record<ScalarKind, readonly [core: CoreType, size: number, lift: Codec["lift"], lower: Codec["lower"]]>> = {
  bool: ["i32", 1, (_, x) => x !== 0, (_, v) => (v === true ? 1 : v === false ? 0 : reject())],
  u8: ["i32", 1, (_, x) => (x as number) & 0xff, (_, v) => (typeof v === "number" && (v & 0xff) === v ? v : reject())],
  s8: ["i32", 1, (_, x) => ((x as number) << 24) >> 24, (_, v) => (typeof v === "number" && (v << 24) >> 24 === v ? v : reject())],
  u16: ["i32", 2, (_, x) => (x as number) & 0xffff, (_, v) => (typeof v === "number" && (v & 0xffff) === v ? v : reject())],
  s16: ["i32", 2, (_, x) => ((x as number) << 16) >> 16, (_, v) => (typeof v === "number" && (v << 16) >> 16 === v ? v : reject())],
  u32: ["i32", 4, (_, x) => (x as number) >>> 0, (_, v) => (typeof v === "number" && v >>> 0 === v ? v : reject())],
  s32: ["i32", 4, (_, x) => (x as number) | 0, (_, v) => (typeof v === "number" && (v | 0) === v ? v : reject())],
  u64: ["i64", 8, (_, x) => BigInt.asUintN(64, x as bigint), (_, v) => (typeof v === "bigint" && BigInt.asUintN(64, v) === v ? v : reject())],
  s64: ["i64", 8, (_, x) => BigInt.asIntN(64, x as bigint), (_, v) => (typeof v === "bigint" && BigInt.asIntN(64, v) === v ? v : reject())],
  f32: ["f32", 4, (_, x) => x, (_, v) => (typeof v === "number" ? v : reject())],
  f64: ["f64", 8, (_, x) => x, (_, v) => (typeof v === "number" ? v : reject())],
  char: ["i32", 4, (_, x) => charOf((x as number) >>> 0), (_, v) => codeOf(v)],
};

/** Whether a value is of the scalar type: as `lower` of its row. */
export function acceptsScalar(code: Code, v: unknown): boolean {
  switch (code) {
    case Code.bool:
      return typeof v === "boolean";
    case Code.u8:
      return typeof v === "number" && (v & 0xff) === v;
    case Code.s8:
      return typeof v === "number" && (v << 24) >> 24 === v;
    case Code.u16:
      return typeof v === "number" && (v & 0xffff) === v;
    case Code.s16:
      return typeof v === "number" && (v << 16) >> 16 === v;
    case Code.u32:
      return typeof v === "number" && v >>> 0 === v;
    case Code.s32:
      return typeof v === "number" && (v | 0) === v;
    case Code.u64:
      return typeof v === "bigint" && BigInt.asUintN(64, v) === v;
    case Code.s64:
      return typeof v === "bigint" && BigInt.asIntN(64, v) === v;
    case Code.f32:
    case Code.f64:
      return typeof v === "number";
    default:
      return isChar(v);
  }
}

export function loadScalar(code: Code, view: DataView, at: number): unknown {
  switch (code) {
    case Code.bool:
      return view.getUint8(at) !== 0;
    case Code.u8:
      return view.getUint8(at);
    case Code.s8:
      return view.getInt8(at);
    case Code.u16:
      return view.getUint16(at, true);
    case Code.s16:
      return view.getInt16(at, true);
    case Code.u32:
      return view.getUint32(at, true);
    case Code.s32:
      return view.getInt32(at, true);
    case Code.u64:
      return view.getBigUint64(at, true);
    case Code.s64:
      return view.getBigInt64(at, true);
    case Code.f32:
      return view.getFloat32(at, true);
    case Code.f64:
      return view.getFloat64(at, true);
    default:
      return charOf(view.getUint32(at, true));
  }
}

export function storeScalar(code: Code, view: DataView, at: number, v: unknown): void {
  switch (code) {
    case Code.bool:
      view.setUint8(at, v ? 1 : 0);
      break;
    case Code.u8:
    case Code.s8:
      view.setUint8(at, v as number);
      break;
    case Code.u16:
    case Code.s16:
      view.setUint16(at, v as number, true);
      break;
    case Code.u32:
    case Code.s32:
      view.setUint32(at, v as number, true);
      break;
    case Code.u64:
    case Code.s64:
      view.setBigUint64(at, v as bigint, true);
      break;
    case Code.f32:
      view.setFloat32(at, v as number, true);
      break;
    case Code.f64:
      view.setFloat64(at, v as number, true);
      break;
    default:
      view.setUint32(at, codeOf(v), true);
  }
}

export function scalarCodec(type: ValueType & { readonly kind: ScalarKind }): Codec {
  const [core, size, lift, lower] = rows[type.kind];
  const code = Code[type.kind];
  return scalar(type, core, size, {
    code,
    accepts: (_, value) => acceptsScalar(code, value),
    lift,
    lower,
    load: (cx, at) => loadScalar(code, cx.view, at),
    store: (cx, value, at) => storeScalar(code, cx.view, at, value),
  });
}

type Moves = Pick<Codec, "lift" | "lower" | "load" | "store"> & Partial<Codec>;

export function scalar(type: ValueType, core: CoreType, size: number, moves: Moves): Codec {
  const { lower } = moves;
  const accepts: Codec["accepts"] = (cx, value) => {
    try {
      lower(cx, value);
      return true;
    } catch {
      return false;
    }
  };
  return codec({ type, size, align: size, flat: [core], scalar: true, accepts, ...moves });
}

/** `discriminant_type`: bytes that hold one of `count` cases. */
export function discriminantSize(count: number): 1 | 2 | 4 {
  return count <= 0x100 ? 1 : count <= 0x1_0000 ? 2 : 4;
}

/** The unsigned integer of `discriminantSize` bytes. */
export const unsignedOf = { 1: Code.u8, 2: Code.u16, 4: Code.u32 } as const;

/** The trap of a discriminant that selects nothing. */
export function checkCase(index: number, count: number): number {
  if (index >= count) throw guestTrap(TrapCode.InvalidDiscriminant, `invalid variant discriminant: discriminant ${index} out of range [0..${count})`);
  return index;
}

/** Enums are strings, as written in WIT. */
export function enumCodec(type: EnumType): Codec {
  const { labels } = type;
  const count = labels.length;
  const size = discriminantSize(count);
  const code = unsignedOf[size];
  const indices = new Map<unknown, number>(labels.map((label, index) => [label, index]));
  const lower: Codec["lower"] = (_, value) => indices.get(value) ?? reject();
  return scalar(type, "i32", size, {
    lift: (_, x) => labels[checkCase((x as number) >>> 0, count)],
    lower,
    load: (cx, at) => labels[checkCase(loadScalar(code, cx.view, at) as number, count)],
    store: (cx, value, at) => storeScalar(code, cx.view, at, lower(cx, value)),
  });
}

/** Flags are objects of booleans; one that is missing is false. */
export function flagsCodec(type: FlagsType): Codec {
  const keys = type.labels.map(camelCase);
  const count = keys.length;
  const size = count <= 8 ? 1 : count <= 16 ? 2 : 4;
  const code = unsignedOf[size];
  const unpack = (bits: number): object => {
    const flags: Record<string, boolean> = {};
    for (let i = 0; i < count; i++) flags[keys[i]!] = ((bits >>> i) & 1) === 1;
    return flags;
  };
  const lower: Codec["lower"] = (_, value) => {
    if (!isObject(value)) return reject();
    let bits = 0;
    for (let i = 0; i < count; i++) {
      const flag = value[keys[i]!];
      if (flag === true) bits |= 1 << i;
      else if (flag !== undefined && flag !== false) return reject();
    }
    return bits;
  };
  const bool = scalarCodec({ kind: "bool" });
  const parts = (value: unknown): readonly Part[] => {
    if (!isObject(value)) return [];
    return keys.map((key): Part => [`.${key}`, bool, value[key] ?? false]);
  };
  return scalar(type, "i32", size, {
    lift: (_, x) => unpack(x as number),
    lower,
    load: (cx, at) => unpack(loadScalar(code, cx.view, at) as number),
    store: (cx, value, at) => storeScalar(code, cx.view, at, lower(cx, value)),
    parts,
  });
}
