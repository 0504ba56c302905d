import { TrapCode } from "../diagnostics/error-code.ts";
import type { EnumType, FlagsType, PrimitiveKind, ValueType } from "../types/component-types.ts";
import type { Codec, Part } from "./codec.ts";
import { codec, isObject, reject } from "./codec.ts";
import type { CoreType } from "./core-value.ts";
import { guestTrap } from "./guest-trap.ts";
import { camelCase } from "./label.ts";

export type ScalarKind = Exclude<PrimitiveKind, "string" | "error-context">;
type Row = readonly [core: CoreType, size: number, lift: Codec["lift"], lower: Codec["lower"], load: Codec["load"], store: Codec["store"]];

/** `convert_i32_to_char`. */
function charOf(code: number): string {
  if (code >= 0x11_0000 || (code >= 0xd800 && code <= 0xdfff)) {
    throw guestTrap(TrapCode.InvalidChar, `invalid \`char\` bit pattern: 0x${code.toString(16)} is not a Unicode scalar value`);
  }
  return String.fromCodePoint(code);
}

/** `char_to_i32`, of a string of one code point. */
function codeOf(value: unknown): number {
  if (typeof value !== "string" || value.length === 0 || !value.isWellFormed()) return reject();
  const code = value.codePointAt(0)!;
  return value.length === (code > 0xffff ? 2 : 1) ? code : reject();
}

/**
 * The scalar types. Integers must be in range, 64-bit ones bigints, floats numbers, and nothing is coerced: a wrong type is
 * more often a mistake than a wish. Each row is written out because `lower` and `lift` are the hot path of numeric
 * calls, where one more closure would be seen.
 */
const rows: Readonly<Record<ScalarKind, Row>> = {
  bool: [
    "i32",
    1,
    (_, x) => x !== 0,
    (_, v) => (v === true ? 1 : v === false ? 0 : reject()),
    (cx, at) => cx.view.getUint8(at) !== 0,
    (cx, v, at) => cx.view.setUint8(at, v ? 1 : 0),
  ],
  u8: [
    "i32",
    1,
    (_, x) => (x as number) & 0xff,
    (_, v) => (typeof v === "number" && (v & 0xff) === v ? v : reject()),
    (cx, at) => cx.view.getUint8(at),
    (cx, v, at) => cx.view.setUint8(at, v as number),
  ],
  s8: [
    "i32",
    1,
    (_, x) => ((x as number) << 24) >> 24,
    (_, v) => (typeof v === "number" && (v << 24) >> 24 === v ? v : reject()),
    (cx, at) => cx.view.getInt8(at),
    (cx, v, at) => cx.view.setInt8(at, v as number),
  ],
  u16: [
    "i32",
    2,
    (_, x) => (x as number) & 0xffff,
    (_, v) => (typeof v === "number" && (v & 0xffff) === v ? v : reject()),
    (cx, at) => cx.view.getUint16(at, true),
    (cx, v, at) => cx.view.setUint16(at, v as number, true),
  ],
  s16: [
    "i32",
    2,
    (_, x) => ((x as number) << 16) >> 16,
    (_, v) => (typeof v === "number" && (v << 16) >> 16 === v ? v : reject()),
    (cx, at) => cx.view.getInt16(at, true),
    (cx, v, at) => cx.view.setInt16(at, v as number, true),
  ],
  u32: [
    "i32",
    4,
    (_, x) => (x as number) >>> 0,
    (_, v) => (typeof v === "number" && v >>> 0 === v ? v : reject()),
    (cx, at) => cx.view.getUint32(at, true),
    (cx, v, at) => cx.view.setUint32(at, v as number, true),
  ],
  s32: [
    "i32",
    4,
    (_, x) => (x as number) | 0,
    (_, v) => (typeof v === "number" && (v | 0) === v ? v : reject()),
    (cx, at) => cx.view.getInt32(at, true),
    (cx, v, at) => cx.view.setInt32(at, v as number, true),
  ],
  u64: [
    "i64",
    8,
    (_, x) => BigInt.asUintN(64, x as bigint),
    (_, v) => (typeof v === "bigint" && BigInt.asUintN(64, v) === v ? v : reject()),
    (cx, at) => cx.view.getBigUint64(at, true),
    (cx, v, at) => cx.view.setBigUint64(at, v as bigint, true),
  ],
  s64: [
    "i64",
    8,
    (_, x) => BigInt.asIntN(64, x as bigint),
    (_, v) => (typeof v === "bigint" && BigInt.asIntN(64, v) === v ? v : reject()),
    (cx, at) => cx.view.getBigInt64(at, true),
    (cx, v, at) => cx.view.setBigInt64(at, v as bigint, true),
  ],
  f32: [
    "f32",
    4,
    (_, x) => x,
    (_, v) => (typeof v === "number" ? v : reject()),
    (cx, at) => cx.view.getFloat32(at, true),
    (cx, v, at) => cx.view.setFloat32(at, v as number, true),
  ],
  f64: [
    "f64",
    8,
    (_, x) => x,
    (_, v) => (typeof v === "number" ? v : reject()),
    (cx, at) => cx.view.getFloat64(at, true),
    (cx, v, at) => cx.view.setFloat64(at, v as number, true),
  ],
  char: [
    "i32",
    4,
    (_, x) => charOf((x as number) >>> 0),
    (_, v) => codeOf(v),
    (cx, at) => charOf(cx.view.getUint32(at, true)),
    (cx, v, at) => cx.view.setUint32(at, codeOf(v), true),
  ],
};

export function scalarCodec(type: ValueType & { readonly kind: ScalarKind }): Codec {
  const [core, size, lift, lower, load, store] = rows[type.kind];
  return scalar(type, core, size, { lift, lower, load, store });
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

const unsigned = { 1: rows.u8, 2: rows.u16, 4: rows.u32 } as const;

/** Load and store of unsigned integers of 1, 2 or 4 bytes. */
export function unsignedOf(size: 1 | 2 | 4): { readonly load: (...of: Parameters<Codec["load"]>) => number; readonly store: Codec["store"] } {
  const [, , , , load, store] = unsigned[size];
  return { load: load as (...of: Parameters<Codec["load"]>) => number, store };
}

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
  const { load, store } = unsignedOf(size);
  const indices = new Map<unknown, number>(labels.map((label, index) => [label, index]));
  const lower: Codec["lower"] = (_, value) => indices.get(value) ?? reject();
  return scalar(type, "i32", size, {
    lift: (_, x) => labels[checkCase((x as number) >>> 0, count)],
    lower,
    load: (cx, at) => labels[checkCase(load(cx, at), count)],
    store: (cx, value, at) => store(cx, lower(cx, value), at),
  });
}

/** Flags are objects of booleans; one that is missing is false. */
export function flagsCodec(type: FlagsType): Codec {
  const keys = type.labels.map(camelCase);
  const count = keys.length;
  const size = count <= 8 ? 1 : count <= 16 ? 2 : 4;
  const { load, store } = unsignedOf(size);
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
    load: (cx, at) => unpack(load(cx, at)),
    store: (cx, value, at) => store(cx, lower(cx, value), at),
    parts,
  });
}
