import type { Opcode } from "../../binary/opcodes.ts";
import * as Op from "../../binary/opcodes.ts";
import { WasmTrap } from "../../store/wasm-trap.ts";
import type { Units } from "./characters.ts";
import { readUtf8 } from "./characters.ts";
import type { Emit, Local } from "./expression.ts";
import { and, give, I32, keep, op, or, seq, set, splat, splat16, V128, vector, when, whilst } from "./expression.ts";
import type { Functions } from "./functions.ts";
import { define, raise } from "./functions.ts";
import type { Memory } from "./memory.ts";
import { brokenPairs } from "./utf8-pairs.ts";
import { BLOCK, ifShort, isAscii, STRIDE } from "./words.ts";

/** The widest characters of a string. */
export const Class = { ascii: 0, latin1: 1, other: 2 } as const;

/** Bytes that a check of UTF-8 looks at before those that it is for. */
const BEFORE = 3;
/** Surrogates, by their upper six bits. */
const HIGH = 0xd800;
const LOW = 0xdc00;

/**
 * The function (address, code units) -> `Class` that traps when a string is not valid. Nothing outside of the string is read: what is
 * left behind whole blocks is part of a block that ends where the string does, and overlaps the one before.
 */
export function classify(functions: Functions, memory: Memory, units: Units): number {
  return { utf8: classifyUtf8, utf16: classifyUtf16, latin1: classifyLatin1 }[units](functions, memory, `classify ${units} ${memory.index}`);
}

/** Bits of four vectors from `at` on. */
const stride = (memory: Memory, at: Emit, offset: number): Emit =>
  [1, 2, 3].reduce<Emit>((bits, i) => or(bits, memory.load(Op.v128_load, at, offset + i * BLOCK)), memory.load(Op.v128_load, at, offset));

/** Returns `Class.ascii` if that is what the string is. Else `at` ends up somewhere before the first other character. */
function returnIfAscii(memory: Memory, at: Local, count: Local, end: Emit, limit: Local): Emit {
  const last = (opcode: Opcode, width: number): Emit => memory.load(opcode, memory.sub(end, width));
  const ascii = give(Class.ascii);
  return ifShort(
    count,
    (word) => when(word.ascii(op(word.or, memory.load(word.load, at), last(word.load, word.width))), ascii),
    ascii,
    seq(
      strides(memory, at, end, limit, [isAscii(stride(memory, at, 0))]),
      set(limit, memory.sub(end, BLOCK)),
      whilst([memory.atMost(at, limit), isAscii(memory.load(Op.v128_load, at))], memory.step(at, BLOCK)),
      when(memory.below(limit, at), when(isAscii(last(Op.v128_load, BLOCK)), ascii)),
    ),
  );
}

function strides(memory: Memory, at: Local, end: Emit, limit: Local, conditions: readonly Emit[], ...body: readonly Emit[]): Emit {
  return when(
    memory.atMost(memory.number(STRIDE), memory.sub(end, at)),
    seq(set(limit, memory.sub(end, STRIDE)), whilst([memory.atMost(at, limit), ...conditions], ...body, memory.step(at, STRIDE))),
  );
}

/** Does `check` for each block from `at` to `end`, at least one; for four at once when `suspect` says so. */
function blocks(memory: Memory, at: Local, end: Emit, limit: Local, suspect: Emit, check: (offset: number) => Emit): Emit {
  return seq(
    strides(memory, at, end, limit, [], when(suspect, seq(...[0, 1, 2, 3].map((i) => check(i * BLOCK))))),
    set(limit, memory.sub(end, BLOCK)),
    whilst([memory.atMost(at, limit)], check(0), memory.step(at, BLOCK)),
    when(memory.below(at, end), seq(set(at, limit), check(0))),
  );
}

/** 0: no string has that many code units. */
export const zeroOf = (count: Emit): Emit => op(Op.i32_shr_u, count, 31);

function classifyLatin1(functions: Functions, memory: Memory, key: string): number {
  return define(functions, key, [memory.type, I32], [I32], (declare, at, count) => {
    const end = declare(memory.type);
    return seq(set(end, memory.add(at, memory.extend(count))), returnIfAscii(memory, at, count, end, declare(memory.type)), Class.latin1);
  });
}

function classifyUtf8(functions: Functions, memory: Memory, key: string): number {
  return define(functions, key, [memory.type, I32], [I32], (declare, at, count) => {
    const [begin, end, limit] = [declare(memory.type), declare(memory.type), declare(memory.type)];
    const reading = { memory, at, end, character: declare(I32), unit: declare(I32), more: declare(I32) };
    const [seen, error, bytes, before] = [declare(V128), declare(V128), declare(V128), declare(V128)];
    const invalid = raise(functions, WasmTrap.invalidUtf8);
    const load = (offset: number): Emit => memory.load(Op.v128_load, at, offset);
    const check = (offset: number): Emit =>
      seq(
        set(bytes, load(offset + BEFORE)),
        set(seen, op(Op.i8x16_max_u, seen, bytes)),
        set(before, load(offset + 2)),
        set(error, or(error, brokenPairs(bytes, before, load(offset + 1), load(offset)))),
      );
    // A lead that the end cuts short.
    const cut = op(Op.i8x16_sub_sat_u, memory.load(Op.v128_load, limit, BEFORE), vector([...new Array(13).fill(0xff), 0xef, 0xdf, 0xbf]));
    const short = op(Op.i32_lt_u, count, BLOCK + BEFORE);
    return seq(
      set(begin, at),
      set(end, memory.add(at, memory.extend(count))),
      returnIfAscii(memory, at, count, end, limit),
      // One by one: all characters of a short string, or those that have not enough before them.
      set(limit, memory.add(begin, BEFORE)),
      when(short, set(limit, end)),
      whilst([memory.below(at, limit)], readUtf8(reading, invalid), set(seen, op(Op.i8x16_max_u, seen, op(Op.i8x16_splat, reading.unit)))),
      when(
        memory.below(at, end),
        seq(
          // From here on both lie before what they stand for.
          memory.step(at, -BEFORE),
          set(end, memory.sub(end, BEFORE)),
          keep(declare, zeroOf(count), blocks(memory, at, end, limit, op(Op.i32_eqz, isAscii(or(load(0), stride(memory, at, BEFORE)))), check)),
          when(op(Op.v128_any_true, or(error, cut)), invalid),
        ),
      ),
      op(Op.i32_add, op(Op.i32_eqz, isAscii(seen)), op(Op.v128_any_true, op(Op.i8x16_gt_u, seen, splat(0xc3c3c3c3)))),
    );
  });
}

/** Valid are strings in which high surrogates are exactly the units before low ones. */
function classifyUtf16(functions: Functions, memory: Memory, key: string): number {
  return define(functions, key, [memory.type, I32], [I32], (declare, at, count) => {
    const [end, limit] = [declare(memory.type), declare(memory.type)];
    const [unit, high, broken] = [declare(I32), declare(I32), declare(I32)];
    const [seen, error, units] = [declare(V128), declare(V128), declare(V128)];
    const load = (offset: number): Emit => memory.load(Op.v128_load, at, offset);
    const see = (more: Emit): Emit => set(seen, or(seen, more));
    const is = (half: number, value: Emit): Emit => op(Op.i32_eq, op(Op.i32_and, value, 0xfc00), half);
    const are = (half: number, value: Emit): Emit => op(Op.i16x8_eq, and(value, splat16(0xfc00)), splat16(half));
    const check = (offset: number): Emit =>
      seq(set(units, load(offset)), see(units), set(error, or(error, op(Op.v128_xor, are(HIGH, units), are(LOW, load(offset + 2))))));
    const short = seq(
      whilst(
        [memory.below(at, end)],
        set(unit, memory.load(Op.i32_load16_u, at)),
        see(op(Op.i16x8_splat, unit)),
        set(broken, op(Op.i32_or, broken, op(Op.i32_ne, is(LOW, unit), high))),
        set(high, is(HIGH, unit)),
        memory.step(at, 2),
      ),
      set(broken, op(Op.i32_or, broken, high)),
    );
    const long = seq(
      // The last unit is looked at as the neighbour of the one before.
      set(end, memory.sub(end, 2)),
      set(unit, memory.load(Op.i32_load16_u, end)),
      see(op(Op.i16x8_splat, unit)),
      set(broken, op(Op.i32_or, is(LOW, memory.load(Op.i32_load16_u, at)), is(HIGH, unit))),
      // Below U+8000 there is no surrogate.
      keep(
        declare,
        zeroOf(count),
        blocks(memory, at, end, limit, seq(set(units, or(stride(memory, at, 0), load(STRIDE + 2 - BLOCK))), see(units), op(Op.i16x8_bitmask, units)), check),
      ),
      set(broken, op(Op.i32_or, broken, op(Op.v128_any_true, error))),
    );
    const above = (bits: number): Emit => op(Op.v128_any_true, and(seen, splat16(bits)));
    return seq(
      set(end, memory.add(at, memory.extend(op(Op.i32_shl, count, 1)))),
      when(op(Op.i32_le_u, count, BLOCK / 2), short, long),
      when(broken, raise(functions, WasmTrap.invalidUtf16)),
      op(Op.i32_add, above(0xff80), above(0xff00)),
    );
  });
}
