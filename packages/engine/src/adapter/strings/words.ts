/** Short strings are looked at as two words that overlap: the first and the last of a width. */
import type { Opcode } from "../../binary/opcodes.ts";
import * as Op from "../../binary/opcodes.ts";
import { Type } from "../../binary/writer.ts";
import type { Emit } from "./expression.ts";
import { i64, op, when } from "./expression.ts";

/** Bytes of a vector. */
export const BLOCK = 16;
/** Bytes that are looked at together. */
export const STRIDE = 64;

export interface Word {
  readonly width: number;
  readonly type: number;
  readonly load: Opcode;
  readonly store: Opcode;
  readonly or: Opcode;
  /** Whether no byte has its highest bit. */
  readonly ascii: (word: Emit) => Emit;
}

const narrow = (width: number, load: Opcode, store: Opcode): Word => ({
  width,
  type: Type.i32,
  load,
  store,
  or: Op.i32_or,
  ascii: (word) => op(Op.i32_eqz, op(Op.i32_and, word, 0x8080_8080)),
});

export const isAscii: Word["ascii"] = (bytes) => op(Op.i32_eqz, op(Op.i8x16_bitmask, bytes));

const words: readonly Word[] = [
  { width: 16, type: Type.v128, load: Op.v128_load, store: Op.v128_store, or: Op.v128_or, ascii: isAscii },
  {
    width: 8,
    type: Type.i64,
    load: Op.i64_load,
    store: Op.i64_store,
    or: Op.i64_or,
    ascii: (word) => op(Op.i64_eqz, op(Op.i64_and, word, i64(0x8080_8080_8080_8080n))),
  },
  narrow(4, Op.i32_load, Op.i32_store),
  narrow(2, Op.i32_load16_u, Op.i32_store16),
  narrow(1, Op.i32_load8_u, Op.i32_store8),
];

/** Bytes that two words can cover. */
const MOST = 2 * BLOCK;

/** When there are few enough bytes: `each` for the widest word that they have, `none` if there are none. */
export const ifShort = (count: Emit, each: (word: Word) => Emit, none: Emit, long?: Emit): Emit =>
  when(
    op(Op.i32_le_u, count, MOST),
    words.reduceRight((narrower, word) => when(op(Op.i32_ge_u, count, word.width), each(word), narrower), none),
    long,
  );
