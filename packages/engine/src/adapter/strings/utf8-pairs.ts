/**
 * UTF-8 is checked sixteen bytes at a time, after Keiser and Lemire's idea: what can be wrong shows in two neighbouring bytes, or, of
 * continuations, in their distance from the lead. Each error of a pair is a bit that three tables, indexed by half a byte, agree on.
 */
import * as Op from "../../binary/opcodes.ts";
import type { Emit } from "./expression.ts";
import { and, op, or, splat, vector } from "./expression.ts";

const ANY = 0xffff;
/** Upper halves of continuation bytes, as bits. */
const CONTINUATION = 0x0f00;
/** Per error: upper halves of the first byte, lower halves of it, upper halves of the second. The last is none where a continuation is due. */
const errors: readonly (readonly [firstHigh: number, firstLow: number, secondHigh: number])[] = [
  [0xf000, ANY, ANY ^ CONTINUATION], // a lead without a continuation
  [0x00ff, ANY, CONTINUATION], // a continuation after ASCII
  [0x1000, 0x0003, CONTINUATION], // overlong: C0, C1
  [0x4000, 0x0001, 0x0300], // overlong: E0 80 to 9F
  [0x4000, 0x2000, 0x0c00], // a surrogate: ED A0 to BF
  [0x8000, 0xfff0, 0x0e00], // above U+10FFFF: F4 90 to BF, F5 and so on with the same
  [0x8000, 0xffe1, 0x0100], // overlong: F0 80 to 8F; above U+10FFFF: F5 and so on with the same
  [0x0f00, ANY, CONTINUATION], // two continuations
];

const [firstHigh, firstLow, secondHigh] = [0, 1, 2].map((column) =>
  vector(Array.from({ length: 16 }, (_, half) => errors.reduce((bits, halves, error) => bits | (((halves[column]! >> half) & 1) << error), 0))),
) as [Emit, Emit, Emit];

const low = splat(0x0f0f0f0f);
const high = (bytes: Emit): Emit => and(op(Op.i16x8_shr_u, bytes, 4), low);

/** A vector that is zero when none of the sixteen bytes is in error, from those that lie one, two and three places before each. */
export function brokenPairs(bytes: Emit, one: Emit, two: Emit, three: Emit): Emit {
  const pairs = op(
    Op.v128_and,
    and(op(Op.i8x16_swizzle, firstHigh, high(one)), op(Op.i8x16_swizzle, firstLow, and(one, low))),
    op(Op.i8x16_swizzle, secondHigh, high(bytes)),
  );
  // The highest bit is set two places behind leads of three bytes or more, and three behind those of four.
  const due = or(op(Op.i8x16_sub_sat_u, two, splat(0x60606060)), op(Op.i8x16_sub_sat_u, three, splat(0x70707070)));
  return op(Op.v128_xor, pairs, and(due, splat(0x80808080)));
}
