/** Numbers, booleans, characters, flags and enums: one core value each. */
import type { Opcode } from "../binary/opcodes.ts";
import * as Op from "../binary/opcodes.ts";
import type { CodeWriter } from "../binary/writer.ts";
import type { CoreNumberType } from "../types/component-types.ts";
import type { Side } from "./adapter-module.ts";
import type { Shape, ShapeKind } from "./shape.ts";
import type { Destination, Lane, Place, Source, Translation } from "./translation.ts";

type Access = readonly [load: Opcode, store: Opcode];

const BYTE: Access = [Op.i32_load8_u, Op.i32_store8];
const SHORT: Access = [Op.i32_load16_u, Op.i32_store16];
const WORD: Access = [Op.i32_load, Op.i32_store];
const LONG: Access = [Op.i64_load, Op.i64_store];

/** How the kinds lie in memory; flags and enums by their size. */
const ACCESS: Partial<Readonly<Record<ShapeKind, Access>>> = {
  bool: BYTE,
  u8: BYTE,
  s8: [Op.i32_load8_s, Op.i32_store8],
  u16: SHORT,
  s16: [Op.i32_load16_s, Op.i32_store16],
  u32: WORD,
  s32: WORD,
  char: WORD,
  u64: LONG,
  s64: LONG,
  f32: [Op.f32_load, Op.f32_store],
  f64: [Op.f64_load, Op.f64_store],
};
const BY_SIZE: Readonly<Record<number, Access>> = { 1: BYTE, 2: SHORT, 4: WORD };

export function accessOf({ kind, type }: Shape, { layouts }: Side): Access {
  return ACCESS[kind] ?? BY_SIZE[layouts.of(type).size]!;
}

/** `discriminant_type`: the bytes that a number of cases takes. */
export function discriminantAccess(cases: number): Access {
  return BY_SIZE[discriminantSize(cases)]!;
}

export function discriminantSize(cases: number): number {
  return cases <= 0x100 ? 1 : cases <= 0x1_0000 ? 2 : 4;
}

/** From the type of a variant's lane to that of a case's flat value (`CoerceValueIter` of `lift_flat_variant`), and back. */
const COERCIONS: Readonly<Record<string, readonly Opcode[]>> = {
  "i32 f32": [Op.f32_reinterpret_i32],
  "i64 i32": [Op.i32_wrap_i64],
  "i64 f32": [Op.i32_wrap_i64, Op.f32_reinterpret_i32],
  "i64 f64": [Op.f64_reinterpret_i64],
  "f32 i32": [Op.i32_reinterpret_f32],
  "i32 i64": [Op.i64_extend_i32_u],
  "f32 i64": [Op.i32_reinterpret_f32, Op.i64_extend_i32_u],
  "f64 i64": [Op.i64_reinterpret_f64],
};

export function coerce(code: CodeWriter, have: CoreNumberType, want: CoreNumberType): void {
  if (have !== want) for (const op of COERCIONS[`${have} ${want}`]!) code.op(op);
}

/** A lane, as a flat value of type `want`. */
export function pushFlat(code: CodeWriter, { local, type }: Lane, want: CoreNumberType): void {
  coerce(code.get(local), type, want);
}

export function load(code: CodeWriter, op: Opcode, { memory }: Side, { at, offset }: Place): void {
  code.get(at).memory(op, 0, offset, memory);
}

export function translateScalar(t: Translation, shape: Shape, source: Source, destination: Destination): void {
  const { code } = t;
  const { from, to } = t.passage;
  const flat = !("offset" in source);
  if (destination !== "stack") code.get(destination.at);
  if (flat) pushFlat(code, source[0]!, from.flattening.of(shape.type)![0]!);
  else load(code, accessOf(shape, from)[0], from, source);
  normalise(t, shape, flat, destination === "stack");
  if (destination !== "stack") code.memory(accessOf(shape, to)[1], 0, destination.offset, to.memory);
}

/** What lifting checks and clears of the value on the stack. A small integer in a local may have more bits than it should; stores cut them off. */
function normalise(t: Translation, { kind, count, type }: Shape, flat: boolean, toStack: boolean): void {
  const { code } = t;
  const mask = (bits: number): unknown => flat && toStack && code.i32(2 ** bits - 1).op(Op.i32_and);
  const extend = (bits: number): unknown =>
    flat &&
    toStack &&
    code
      .i32(32 - bits)
      .op(Op.i32_shl)
      .i32(32 - bits)
      .op(Op.i32_shr_s);
  switch (kind) {
    case "bool":
      code.i32(0).op(Op.i32_ne);
      break;
    case "u8":
      mask(8);
      break;
    case "u16":
      mask(16);
      break;
    case "s8":
      extend(8);
      break;
    case "s16":
      extend(16);
      break;
    case "char":
      checkChar(t);
      break;
    case "flags":
      // Bits that stand for no label are dropped; a load has at most those of the size.
      if (count < 32 && (flat || count < 8 * t.passage.from.layouts.of(type).size)) code.i32(2 ** count - 1).op(Op.i32_and);
      break;
    case "enum": {
      const local = t.local("i32");
      code.tee(local);
      checkCase(t, local, count, flat);
      code.get(local);
      t.release("i32", local);
    }
  }
}

/** `convert_i32_to_char`. With the surrogates moved to the bottom, what is invalid is one range. */
function checkChar(t: Translation): void {
  const { code } = t;
  const char = t.local("i32");
  code.tee(char).i32(0xd800).op(Op.i32_xor).i32(0x800).op(Op.i32_sub);
  code.i32(0x11_0000 - 0x800).op(Op.i32_ge_u);
  t.passage.out.trapIf(code, "invalidChar", () => code.get(char).op(Op.i64_extend_i32_u));
  code.get(char);
  t.release("i32", char);
}

/** `trap_if` the number on the stack, which `local` holds as well, selects no case. */
export function checkCase(t: Translation, local: number, cases: number, flat: boolean): void {
  const { code } = t;
  if (!flat && cases === 2 ** (8 * discriminantSize(cases))) {
    code.op(Op.drop);
    return;
  }
  code.i32(cases).op(Op.i32_ge_u);
  t.passage.out.trapIf(code, "invalidDiscriminant", () => code.get(local).op(Op.i64_extend_i32_u), cases);
}
