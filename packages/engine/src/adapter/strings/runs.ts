/**
 * Strings of valid, mixed text. Sixteen bytes at a time, as many characters of them as are of one class: so many bytes in UTF-8. What
 * is written beyond these is written over by the next, and lies in what was allocated for the longest result.
 */
import * as Op from "../../binary/opcodes.ts";
import type { Units } from "./characters.ts";
import { readCharacter, writeCharacter } from "./characters.ts";
import { zeroOf } from "./classify.ts";
import type { Emit, Local } from "./expression.ts";
import { and, I32, keep, op, or, seq, set, shifted, splat, splat16, V128, vector, when, whilst } from "./expression.ts";
import type { Functions } from "./functions.ts";
import { define } from "./functions.ts";
import type { Memory } from "./memory.ts";

/** Bytes of a character in UTF-8. */
type Size = 1 | 2 | 3 | 4;

/**
 * Characters of one class that a vector begins with: how many there are, the bytes of each, and all of them as UTF-16, but for ASCII
 * as bytes. `begins` says whether the first is of this class, if it is not of those before; the last needs none.
 */
type Run = readonly [size: Size, count: Emit, read: number, units: Emit, begins?: Emit];

/** Some bits of 16-bit lanes, shifted; of 32-bit lanes. */
const bits16 = (lanes: Emit, shift: number, mask: number): Emit => and(shifted(lanes, shift, 16), splat16(mask));
const bits32 = (lanes: Emit, shift: number, mask: number): Emit => and(shifted(lanes, shift, 32), splat(mask));

/** The number of lanes before the first of which the bit is 1; before the first of which it is 0. */
const zeros = (mask: Emit, lanes: number): Emit => op(Op.i32_ctz, op(Op.i32_or, mask, 1 << lanes));
const ones = (mask: Emit, lanes: number): Emit => op(Op.i32_ctz, op(Op.i32_xor, mask, (2 << lanes) - 1));
/** The number of lanes at the begin that are `value` where `mask` is. */
const equal16 = (lanes: Emit, mask: number, value: number): Emit => ones(op(Op.i16x8_bitmask, op(Op.i16x8_eq, bits16(lanes, 0, mask), splat16(value))), 8);
const equal32 = (lanes: Emit, mask: number, value: number): Emit => ones(op(Op.i32x4_bitmask, op(Op.i32x4_eq, bits32(lanes, 0, mask), splat(value))), 4);
const below = (unit: Emit, value: number): Emit => op(Op.i32_lt_u, unit, value);

/** By code units: the classes of what a vector begins with, ASCII first. `unit` is the first unit. */
const runsOf: Record<Units, (v: Emit, unit: Emit) => readonly Run[]> = {
  latin1: (v) => {
    const units = op(Op.i16x8_extend_low_i8x16_u, v);
    return [
      [1, zeros(op(Op.i8x16_bitmask, v), 16), 1, v],
      [2, ones(op(Op.i16x8_bitmask, op(Op.i16x8_ge_u, units, splat16(0x80))), 8), 1, units],
    ];
  },
  utf8: (v, unit) => {
    // Of five characters of three bytes the leads, and the continuations, the last one first. The lanes behind them are zero.
    const pick = (...bytes: number[]): Emit => op(Op.i8x16_swizzle, v, vector([0, 3, 6, 9, 12, 16, 16, 16].flatMap((begin) => bytes.map((i) => begin + i))));
    const [leads, rest] = [pick(0, 0), pick(2, 1)];
    return [
      [1, zeros(op(Op.i8x16_bitmask, v), 16), 1, v],
      [2, equal16(v, 0xe0, 0xc0), 2, or(bits16(v, 6, 0x7c0), bits16(v, -8, 0x3f)), below(unit, 0xe0)],
      [3, equal16(leads, 0xf0, 0xe0), 3, or(shifted(leads, 12, 16), bits16(rest, -2, 0xfc0), bits16(rest, 0, 0x3f)), below(unit, 0xf0)],
      [
        4,
        equal32(v, 0xf8, 0xf0),
        4,
        // The high surrogate, of which 0x10000 has to be taken off, is in the lower half.
        or(
          op(Op.i32x4_add, or(bits32(v, 8, 0x700), bits32(v, -6, 0xfc), bits32(v, -20, 3)), splat(0xd7c0)),
          bits32(v, 6, 0x03c0_0000),
          bits32(v, -8, 0x003f_0000),
          splat(0xdc00_0000),
        ),
      ],
    ];
  },
  utf16: (v, unit) => {
    const is = (value: number): Emit => op(Op.i16x8_eq, bits16(v, 0, 0xf800), splat16(value));
    const two = op(Op.i16x8_ge_u, op(Op.i16x8_sub, v, splat16(0x80)), splat16(0x780));
    return [
      [1, equal16(v, 0xff80, 0), 2, op(Op.i8x16_narrow_i16x8_u, v, v)],
      [2, zeros(op(Op.i16x8_bitmask, two), 8), 2, v, below(unit, 0x800)],
      [4, equal32(v, 0xfc00_fc00, 0xdc00_d800), 4, v, op(Op.i32_eq, op(Op.i32_and, unit, 0xf800), 0xd800)],
      [3, zeros(op(Op.i16x8_bitmask, or(is(0), is(0xd800))), 8), 2, v],
    ];
  },
};

/** Bytes of a character of `size`, and how a vector of what a `Run` has is written. */
function writing(to: Memory, at: Emit, units: Units, size: Size, v: Emit): readonly [written: number, write: Emit] {
  const store = (value: Emit, offset = 0): Emit => to.store(Op.v128_store, at, value, offset);
  const store8 = (value: Emit, offset = 0): Emit => to.store(Op.v128_store64_lane, at, value, offset, 0);
  if (size === 1) {
    if (units !== "utf16") return [1, store(v)];
    return [2, seq(store(op(Op.i16x8_extend_low_i8x16_u, v)), store(op(Op.i16x8_extend_high_i8x16_u, v), 16))];
  }
  if (units === "latin1") return [1, store8(op(Op.i8x16_narrow_i16x8_u, v, v))];
  if (units === "utf16") return [size === 4 ? 4 : 2, store(v)];
  if (size === 2) return [2, store(or(shifted(v, -6, 16), bits16(v, 8, 0x3f00), splat16(0x80c0)))];
  if (size === 3) {
    const heads = or(shifted(v, -12, 16), bits16(v, 2, 0x3f00), splat16(0x80e0));
    const tails = or(bits16(v, 0, 0x3f), splat16(0x80));
    // Of each lane two bytes of the heads, and one of the tails.
    const pick = (from: Emit, begin: number, wanted: readonly (number | undefined)[]): Emit =>
      op(Op.i8x16_swizzle, from, vector(Array.from({ length: 16 }, (_, i) => 2 * Math.trunc((begin + i) / 3) + (wanted[(begin + i) % 3] ?? 16))));
    const threes = (begin: number): Emit => or(pick(heads, begin, [0, 1]), pick(tails, begin, [undefined, undefined, 0]));
    return [3, seq(store(threes(0)), store8(threes(16), 16))];
  }
  // Bits 10 and up of the character.
  const upper = op(Op.i32x4_add, bits32(v, 0, 0x3ff), splat(0x40));
  return [
    4,
    store(
      or(
        shifted(upper, -8, 32),
        bits32(upper, 6, 0x3f00),
        bits32(upper, 20, 0x30_0000),
        bits32(v, -6, 0xf_0000),
        bits32(v, 8, 0x3f00_0000),
        splat(0x8080_80f0),
      ),
    ),
  ];
}

/** The function (source, target, code units) -> bytes written. To Latin-1 only what is. */
export function convert(functions: Functions, from: Memory, units: Units, to: Memory, result: Units): number {
  return define(functions, `${units} ${from.index} ${result} ${to.index}`, [from.type, to.type, I32], [I32], (declare, source, target, count) => {
    const [begin, end, limit] = [declare(to.type), declare(from.type), declare(from.type)];
    const [character, unit, more] = [declare(I32), declare(I32), declare(I32)];
    const [v, wide] = [declare(V128), declare(V128)];
    const utf16 = units === "utf16";
    const one = seq(readCharacter(units, { memory: from, at: source, end, character, unit, more }), writeCharacter(result, to, target, character));
    const most = utf16 ? 8 : 16;
    const step = (address: Local, memory: Memory, size: number): Emit => memory.step(address, memory.extend(op(Op.i32_mul, more, size)));
    const pass = ([size, , read, form]: Run): Emit => {
      const [written, write] = writing(to, target, result, size, wide);
      // What ends the run is in the vector, and likely to be alone.
      const another = size < 3 ? when(op(Op.i32_lt_u, more, size === 1 ? most : 8), one) : seq();
      return seq(set(wide, form), write, step(source, from, read), step(target, to, written), another);
    };
    const [ascii, ...others] = runsOf[units](v, unit) as [Run, ...Run[]];
    const other = (result === "latin1" ? others.slice(0, 1) : others).reduceRight(
      (later, run) => {
        const taken = seq(set(more, run[1]), pass(run));
        return run[4] === undefined || later === undefined ? taken : when(run[4], taken, later);
      },
      undefined as Emit | undefined,
    ) as Emit;
    const loop = whilst(
      [from.atMost(source, limit)],
      set(v, from.load(Op.v128_load, source)),
      set(more, ascii[1]),
      when(more, pass(ascii), seq(set(unit, from.load(utf16 ? Op.i32_load16_u : Op.i32_load8_u, source)), other)),
    );
    return seq(
      set(begin, target),
      set(end, from.add(source, from.extend(utf16 ? op(Op.i32_shl, count, 1) : count))),
      when(op(Op.i32_ge_u, count, most), seq(set(limit, from.sub(end, 16)), keep(declare, zeroOf(count), loop))),
      whilst([from.below(source, end)], one),
      to.wrap(to.sub(target, begin)),
    );
  });
}
