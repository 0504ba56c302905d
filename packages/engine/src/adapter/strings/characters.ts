/** Characters one by one: short strings, and what is left behind the last vector. */
import { Op } from "../../binary/opcode.ts";
import type { Emit, Local } from "./expression.ts";
import { i32, op, seq, set, when, whilst } from "./expression.ts";
import type { Memory } from "./memory.ts";

/** How code units lie in memory: `latin1+utf16` is the one or the other. */
export type Units = "utf8" | "utf16" | "latin1";

export interface Reading {
  readonly memory: Memory;
  readonly at: Local;
  readonly end: Emit;
  readonly character: Local;
  /** Two of type i32. */
  readonly unit: Local;
  readonly more: Local;
}

const and = (a: Emit, bits: number): Emit => op(Op.i32_and, a, i32(bits));
const atLeast = (a: Emit, value: number): Emit => op(Op.i32_ge_u, a, i32(value));

/** Reads a character of UTF-8 and steps over it; `invalid` is done when it isn't one, and must not return. Leaves the lead in `unit`. */
export function readUtf8({ memory, at, end, character, unit, more }: Reading, invalid?: Emit): Emit {
  const byte = memory.load(Op.i32_load8_u, at);
  const check = (...broken: readonly Emit[]): Emit => (invalid === undefined ? seq() : seq(...broken.map((condition) => when(condition, invalid))));
  return seq(
    set(unit, byte),
    set(character, unit),
    memory.step(at, 1),
    when(
      atLeast(unit, 0x80),
      seq(
        set(more, op(Op.i32_add, i32(1), op(Op.i32_add, atLeast(unit, 0xe0), atLeast(unit, 0xf0)))),
        check(atLeast(op(Op.i32_sub, unit, i32(0xc2)), 0xf5 - 0xc2), memory.below(memory.sub(end, at), memory.extend(more))),
        set(character, op(Op.i32_and, unit, op(Op.i32_shr_u, i32(0x3f), more))),
        whilst(
          [more],
          check(op(Op.i32_ne, and(byte, 0xc0), i32(0x80))),
          set(character, op(Op.i32_or, op(Op.i32_shl, character, i32(6)), and(byte, 0x3f))),
          memory.step(at, 1),
          set(more, op(Op.i32_sub, more, i32(1))),
        ),
        invalid === undefined
          ? seq()
          : when(
              atLeast(unit, 0xf0),
              check(atLeast(op(Op.i32_sub, character, i32(0x1_0000)), 0x10_0000)),
              when(atLeast(unit, 0xe0), check(op(Op.i32_lt_u, character, i32(0x800)), op(Op.i32_eq, and(character, 0xf800), i32(0xd800)))),
            ),
      ),
    ),
  );
}
