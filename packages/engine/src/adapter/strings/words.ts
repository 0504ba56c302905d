/** Short strings are moved as two words that overlap: the first and the last of a width. */
import { Op } from "../../binary/opcode.ts";
import { Type } from "../../binary/writer.ts";
import type { Emit } from "./expression.ts";
import { i32, op, when } from "./expression.ts";

export interface Word {
  readonly width: number;
  readonly type: number;
  readonly load: Op;
  readonly store: Op;
  readonly or: Op;
  /** Whether no byte has its highest bit. */
  readonly ascii: (word: Emit) => Emit;
}

const words: readonly Word[] = [
  { width: 16, type: Type.v128, load: Op.v128_load, store: Op.v128_store, or: Op.v128_or, ascii: (word) => op(Op.i32_eqz, op(Op.i8x16_bitmask, word)) },
  {
    width: 8,
    type: Type.i64,
    load: Op.i64_load,
    store: Op.i64_store,
    or: Op.i64_or,
    ascii: (word) =>
      op(
        Op.i64_eqz,
        op(Op.i64_and, word, (code) => code.i64(0x8080_8080_8080_8080n)),
      ),
  },
  {
    width: 4,
    type: Type.i32,
    load: Op.i32_load,
    store: Op.i32_store,
    or: Op.i32_or,
    ascii: (word) => op(Op.i32_eqz, op(Op.i32_and, word, i32(0x8080_8080))),
  },
];

export const isAscii: Word["ascii"] = words[0]!.ascii;

/** By the widest word that `count` bytes have, `each`; for less than four bytes `few`. */
export const byWidth = (count: Emit, each: (word: Word) => Emit, few: Emit): Emit =>
  words.reduceRight((narrower, word) => when(op(Op.i32_ge_u, count, i32(word.width)), each(word), narrower), few);
