/**
 * Short ASCII strings, written in place of a call: in a list of records the calls cost more than the copying. Read as two words that overlap,
 * the first and the last of a width; what is neither short nor ASCII, or breaks a rule, is left to the function for all strings.
 */
import type { Opcode } from "../binary/opcodes.ts";
import * as Op from "../binary/opcodes.ts";
import type { CoreNumberType } from "../types/component-types.ts";
import type { Side } from "./adapter-module.ts";
import type { Translation } from "./translation.ts";

/** A word of a width, and how to leave whether it has a byte above 0x7f. */
interface Word {
  readonly width: number;
  readonly type: CoreNumberType;
  readonly load: Opcode;
  readonly store: Opcode;
  readonly or: Opcode;
  readonly notAscii: (t: Translation) => unknown;
}

const WORDS: readonly Word[] = [
  { width: 16, type: "v128", load: Op.v128_load, store: Op.v128_store, or: Op.v128_or, notAscii: ({ code }) => code.op(Op.i8x16_bitmask) },
  {
    width: 8,
    type: "i64",
    load: Op.i64_load,
    store: Op.i64_store,
    or: Op.i64_or,
    notAscii: ({ code }) => code.i64(0x8080_8080_8080_8080n).op(Op.i64_and).i64(0n).op(Op.i64_gt_u),
  },
  { width: 4, type: "i32", load: Op.i32_load, store: Op.i32_store, or: Op.i32_or, notAscii: ({ code }) => code.i32(0x8080_8080).op(Op.i32_and) },
];
const MOST = 32;

/** Whether strings of these sides have the same bytes, with addresses of 32 bits. */
export function hasShortcut(from: Side, to: Side): boolean {
  return from.encoding === "utf8" && to.encoding === "utf8" && !from.wide && !to.wide;
}

/** From address and length in two locals; leaves the copy's address in `made`. The length of such a copy is the same. */
export function translateShortString(t: Translation, begin: number, length: number, made: number): void {
  const { code } = t;
  const { out, from, to } = t.passage;
  const words = WORDS.map((word) => ({ ...word, first: t.local(word.type), last: t.local(word.type) }));
  const lastOf = (address: number, width: number) => code.get(address).get(length).op(Op.i32_add).i32(width).op(Op.i32_sub);
  /** One of `each`, by the length, or `none`, which is given how many blocks it is in. */
  const byWidth = (each: (word: (typeof words)[number], depth: number) => void, none?: (depth: number) => void): void => {
    for (const [depth, word] of words.entries()) {
      // The last needs no question where there are no others.
      if (none !== undefined || depth < words.length - 1) {
        code.get(length).i32(word.width).op(Op.i32_ge_u).begin(Op.if);
        each(word, depth + 1);
        code.op(Op.else);
      } else each(word, depth);
    }
    none?.(words.length);
    for (let i = none === undefined ? 1 : 0; i < words.length; i++) code.end();
  };

  code.begin(Op.block).begin(Op.block);
  code.get(length).i32(MOST).op(Op.i32_gt_u).op(Op.br_if, 0);
  out.isOutside(
    code,
    from,
    () => code.get(begin),
    () => code.get(length).op(Op.i64_extend_i32_u),
  );
  code.op(Op.br_if, 0);
  byWidth(
    ({ width, load, or, notAscii, first, last }, depth) => {
      code.get(begin).memory(load, 0, 0, from.memory).tee(first);
      lastOf(begin, width).memory(load, 0, 0, from.memory).tee(last).op(or);
      notAscii(t);
      code.op(Op.br_if, depth);
    },
    (depth) => code.op(Op.br, depth),
  );
  out.allocate(code, to, "stringBeyondEnd", 1, () => code.get(length), made);
  byWidth(({ width, store, first, last }) => {
    code.get(made).get(first).memory(store, 0, 0, to.memory);
    lastOf(made, width).get(last).memory(store, 0, 0, to.memory);
  });
  code.op(Op.br, 1).end();
  code.get(begin).get(length).call(out.string(from, to)).op(Op.drop).set(made).end();
  for (const { type, first, last } of words) t.release(type, first, last);
}
