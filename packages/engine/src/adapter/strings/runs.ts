/**
 * Strings of valid, mixed text. Sixteen bytes at a time, as many characters of them as are of one class: so many bytes in UTF-8. What
 * is written beyond these is written over by the next, and lies in what was allocated for the longest result.
 */
import { Op } from "../../binary/opcode.ts";
import type { Units } from "./characters.ts";
import { readCharacter, writeCharacter } from "./characters.ts";
import type { Emit, Local } from "./expression.ts";
import { I32, i32, op, seq, set, shifted, shuffle, splat, splat16, V128, when, whilst } from "./expression.ts";
import type { Functions } from "./functions.ts";
import { define } from "./functions.ts";
import type { Memory } from "./memory.ts";

/** Bytes of a character in UTF-8. */
type Size = 1 | 2 | 3 | 4;

/** Characters of one class at the begin of a vector. */
interface Run {
  readonly size: Size;
  /** Whether the first character is one, known not to be of the classes before. */
  readonly begins?: Emit;
  /** Lanes that are not, as bits. */
  readonly others: Emit;
  /** How many characters there are at most. */
  readonly most: number;
  /** Bytes of a character. */
  readonly read: number;
  /** UTF-16, but for ASCII: bytes. */
  readonly units: Emit;
}

const and = (a: Emit, b: Emit): Emit => op(Op.v128_and, a, b);
const or = (a: Emit, ...more: readonly Emit[]): Emit => more.reduce((all, bits) => op(Op.v128_or, all, bits), a);
/** Some bits of 16-bit lanes, shifted; of 32-bit lanes. */
const bits16 = (lanes: Emit, shift: number, mask: number): Emit => and(shift === 0 ? lanes : shifted(lanes, shift, 16), splat16(mask));
const bits32 = (lanes: Emit, shift: number, mask: number): Emit => and(shift === 0 ? lanes : shifted(lanes, shift, 32), splat(mask));
const not16 = (lanes: Emit, mask: number, value: number): Emit => op(Op.i16x8_bitmask, op(Op.i16x8_ne, bits16(lanes, 0, mask), splat16(value)));
const not32 = (lanes: Emit, mask: number, value: number): Emit => op(Op.i32x4_bitmask, op(Op.i32x4_ne, bits32(lanes, 0, mask), splat(value)));
const less = (unit: Emit, than: number): Emit => op(Op.i32_lt_u, unit, i32(than));

/** By code units: the classes of what a vector begins with, ASCII first. `unit` is the first unit. */
const runsOf: Record<Units, (v: Emit, unit: Emit) => readonly Run[]> = {
  latin1: (v) => {
    const units = op(Op.i16x8_extend_low_i8x16_u, v);
    return [
      { size: 1, others: op(Op.i8x16_bitmask, v), most: 16, read: 1, units: v },
      { size: 2, others: op(Op.i16x8_bitmask, op(Op.i16x8_lt_u, units, splat16(0x80))), most: 8, read: 1, units },
    ];
  },
  utf8: (v, unit) => {
    // Of five characters of three bytes: the leads, doubled, and the continuations, the last one first.
    const leads = shuffle(v, v, fives([0, 0]));
    const rest = shuffle(v, v, fives([2, 1]));
    return [
      { size: 1, others: op(Op.i8x16_bitmask, v), most: 16, read: 1, units: v },
      { size: 2, begins: less(unit, 0xe0), others: not16(v, 0xe0, 0xc0), most: 8, read: 2, units: or(bits16(v, 6, 0x7c0), bits16(v, -8, 0x3f)) },
      {
        size: 3,
        begins: less(unit, 0xf0),
        others: not16(leads, 0xf0, 0xe0),
        most: 5,
        read: 3,
        units: or(shifted(leads, 12, 16), bits16(rest, -2, 0xfc0), bits16(rest, 0, 0x3f)),
      },
      {
        size: 4,
        others: not32(v, 0xf8, 0xf0),
        most: 4,
        read: 4,
        // The high surrogate's bits are a sum since 0x10000 is to be taken off; the low one is in the upper half.
        units: or(
          op(Op.i32x4_add, or(bits32(v, 8, 0x700), bits32(v, -6, 0xfc), bits32(v, -20, 3)), splat(0xd7c0)),
          bits32(v, 6, 0x03c0_0000),
          bits32(v, -8, 0x003f_0000),
          splat(0xdc00_0000 | 0),
        ),
      },
    ];
  },
  utf16: (v, unit) => {
    const upper = bits16(v, 0, 0xf800);
    const ne = (a: Emit): Emit => op(Op.i16x8_eq, upper, a);
    return [
      { size: 1, others: op(Op.i16x8_bitmask, op(Op.i16x8_gt_u, v, splat16(0x7f))), most: 8, read: 2, units: op(Op.i8x16_narrow_i16x8_u, v, v) },
      {
        size: 2,
        begins: less(unit, 0x800),
        others: op(Op.i16x8_bitmask, op(Op.i16x8_ge_u, op(Op.i16x8_sub, v, splat16(0x80)), splat16(0x780))),
        most: 8,
        read: 2,
        units: v,
      },
      {
        size: 4,
        begins: op(Op.i32_eq, op(Op.i32_and, unit, i32(0xf800)), i32(0xd800)),
        others: not32(v, 0xfc00_fc00 | 0, 0xdc00_d800 | 0),
        most: 4,
        read: 4,
        units: v,
      },
      { size: 3, others: op(Op.i16x8_bitmask, or(ne(splat16(0)), ne(splat16(0xd800)))), most: 8, read: 2, units: v },
    ];
  },
};

/** Indices of bytes in each of five groups of three; the lanes behind are not looked at. */
function fives(group: readonly number[]): number[] {
  return [0, 3, 6, 9, 12, 0, 0, 0].flatMap((begin) => group.map((i) => begin + i));
}

/** Where the bytes of eight characters of three bytes come from: lanes of lead and continuation, and behind 16 the last continuation. */
function threes(begin: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const [lane, byte] = [2 * Math.trunc((begin + i) / 3), (begin + i) % 3];
    return byte === 2 ? 16 + lane : lane + byte;
  });
}

/** Bytes of a character of `size`, and how a vector of UTF-16 is written as such. */
function writing(units: Units, ascii: number, size: Size, v: Emit, to: Memory, at: Emit): readonly [written: number, write: Emit] {
  const store = (vector: Emit, offset = 0): Emit => to.store(Op.v128_store, at, vector, offset);
  const store8 = (vector: Emit, offset = 0): Emit => to.store(Op.v128_store64_lane, at, vector, offset, 0);
  if (size === 1) {
    if (units === "utf16") return [2, seq(store(op(Op.i16x8_extend_low_i8x16_u, v)), store(op(Op.i16x8_extend_high_i8x16_u, v), 16))];
    return [1, ascii === 16 ? store(v) : store8(v)];
  }
  if (units === "latin1") return [1, store8(op(Op.i8x16_narrow_i16x8_u, v, v))];
  if (units === "utf16") return [size === 4 ? 4 : 2, store(v)];
  if (size === 2) return [2, store(or(shifted(v, -6, 16), bits16(v, 8, 0x3f00), splat16(0x80c0)))];
  if (size === 3) {
    const heads = or(shifted(v, -12, 16), bits16(v, 2, 0x3f00), splat16(0x80e0));
    const tails = or(bits16(v, 0, 0x3f), splat16(0x80));
    return [3, seq(store(shuffle(heads, tails, threes(0, 16))), store8(shuffle(heads, tails, [...threes(16, 8), ...threes(0, 8)]), 16))];
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
        splat(0x8080_80f0 | 0),
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
    const [ascii, ...rest] = runsOf[units](v, unit) as [Run, ...Run[]];
    const others = (run: Run): Emit => set(more, op(Op.i32_ctz, op(Op.i32_or, run.others, i32(1 << run.most))));
    const take = (run: Run, written: number): Emit =>
      seq(from.step(source, from.extend(times(more, run.read))), to.step(target, to.extend(times(more, written))));
    const pass = (run: Run): Emit => {
      const [written, write] = writing(result, ascii.most, run.size, wide, to, target);
      return seq(set(wide, run.units), write, take(run, written));
    };
    const possible = result === "latin1" ? rest.slice(0, 1) : rest;
    const step = possible.reduceRight<Emit | undefined>(
      (later, run) => (later === undefined ? seq(others(run), pass(run)) : when(run.begins as Emit, seq(others(run), pass(run)), later)),
      undefined,
    ) as Emit;
    return seq(
      set(begin, target),
      set(end, from.add(source, from.extend(utf16 ? times(count, 2) : count))),
      when(
        op(Op.i32_ge_u, count, i32(utf16 ? 8 : 16)),
        seq(
          set(limit, from.sub(end, 16)),
          whilst(
            [from.atMost(source, limit)],
            set(v, from.load(Op.v128_load, source)),
            others(ascii),
            when(more, pass(ascii), seq(set(unit, from.load(utf16 ? Op.i32_load16_u : Op.i32_load8_u, source)), step)),
          ),
        ),
      ),
      whilst(
        [from.below(source, end)],
        readCharacter(units, { memory: from, at: source, end, character, unit, more }),
        writeCharacter(result, to, target, character),
      ),
      to.wrap(to.sub(target, begin)),
    );
  });
}

function times(count: Local, size: number): Emit {
  return size === 1 ? count : op(Op.i32_mul, count, i32(size));
}
