/** Characters one by one: short strings, and what is left behind the last vector. */
import type { Opcode } from "../../binary/opcodes.ts";
import * as Op from "../../binary/opcodes.ts";
import type { Emit, Local } from "./expression.ts";
import { op, seq, set, when, whilst } from "./expression.ts";
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

const and = (a: Emit, bits: number): Emit => op(Op.i32_and, a, bits);
const atLeast = (a: Emit, value: number): Emit => op(Op.i32_ge_u, a, value);

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
        set(more, op(Op.i32_add, 1, op(Op.i32_add, atLeast(unit, 0xe0), atLeast(unit, 0xf0)))),
        check(atLeast(op(Op.i32_sub, unit, 0xc2), 0xf5 - 0xc2), memory.below(memory.sub(end, at), memory.extend(more))),
        set(character, op(Op.i32_and, unit, op(Op.i32_shr_u, 0x3f, more))),
        whilst(
          [more],
          check(op(Op.i32_ne, and(byte, 0xc0), 0x80)),
          set(character, op(Op.i32_or, op(Op.i32_shl, character, 6), and(byte, 0x3f))),
          memory.step(at, 1),
          set(more, op(Op.i32_sub, more, 1)),
        ),
        invalid === undefined
          ? seq()
          : when(
              atLeast(unit, 0xf0),
              check(atLeast(op(Op.i32_sub, character, 0x1_0000), 0x10_0000)),
              when(atLeast(unit, 0xe0), check(op(Op.i32_lt_u, character, 0x800), op(Op.i32_eq, and(character, 0xf800), 0xd800))),
            ),
      ),
    ),
  );
}

/** Reads a character of a valid string and steps over it. */
export function readCharacter(units: Units, reading: Reading): Emit {
  const { memory, at, character, unit } = reading;
  if (units === "utf8") return readUtf8(reading);
  if (units === "latin1") return seq(set(character, memory.load(Op.i32_load8_u, at)), memory.step(at, 1));
  const low = set(unit, memory.load(Op.i32_load16_u, at));
  return seq(
    low,
    set(character, unit),
    memory.step(at, 2),
    when(
      op(Op.i32_eq, and(unit, 0xf800), 0xd800),
      seq(
        low,
        // What the halves of a pair are made of besides the character's bits goes in one sum.
        set(character, op(Op.i32_add, op(Op.i32_add, op(Op.i32_shl, character, 10), unit), 0x1_0000 - (0xd800 << 10) - 0xdc00)),
        memory.step(at, 2),
      ),
    ),
  );
}

/** Writes a character and steps over what it wrote. */
export function writeCharacter(units: Units, memory: Memory, at: Local, character: Emit): Emit {
  const bits = (shift: number, mask: number, rest: number): Emit => op(Op.i32_or, and(op(Op.i32_shr_u, character, shift), mask), rest);
  const write = (store: Opcode, width: number, ...values: readonly Emit[]): Emit =>
    seq(...values.map((value, i) => memory.store(store, at, value, width * i)), memory.step(at, width * values.length));
  if (units === "latin1") return write(Op.i32_store8, 1, character);
  if (units === "utf16") {
    return when(
      atLeast(character, 0x1_0000),
      write(Op.i32_store16, 2, op(Op.i32_add, op(Op.i32_shr_u, character, 10), 0xd800 - (0x1_0000 >> 10)), bits(0, 0x3ff, 0xdc00)),
      write(Op.i32_store16, 2, character),
    );
  }
  const forms = [
    [0x1_0000, bits(18, 7, 0xf0), bits(12, 0x3f, 0x80), bits(6, 0x3f, 0x80), bits(0, 0x3f, 0x80)],
    [0x800, bits(12, 0xf, 0xe0), bits(6, 0x3f, 0x80), bits(0, 0x3f, 0x80)],
    [0x80, bits(6, 0x1f, 0xc0), bits(0, 0x3f, 0x80)],
  ] as const;
  return forms.reduceRight<Emit>(
    (shorter, [least, ...bytes]) => when(atLeast(character, least), write(Op.i32_store8, 1, ...bytes), shorter),
    write(Op.i32_store8, 1, character),
  );
}
