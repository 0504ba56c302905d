/** Copies that keep every code unit, and the size of it or not. */
import * as Op from "../../binary/opcodes.ts";
import type { Declare, Emit, Local, Operand } from "./expression.ts";
import { give, I32, op, or, seq, set, V128, when, whilst } from "./expression.ts";
import type { Functions } from "./functions.ts";
import { define } from "./functions.ts";
import type { Memory } from "./memory.ts";
import { BLOCK, ifShort, isAscii, STRIDE } from "./words.ts";

/** What moves from where to where. */
export interface Move {
  readonly from: Memory;
  readonly to: Memory;
  readonly source: Local;
  readonly target: Local;
  readonly count: Local;
}

/** Copies a few bytes and then does `finish`, which returns; with `ascii` only if that is what they are. */
function moveShort(declare: Declare, { from, to, source, target, count }: Move, finish: Emit, ascii = false, long?: Emit): Emit {
  return ifShort(
    count,
    (word) => {
      const [first, last] = [declare(word.type), declare(word.type)];
      const end = (memory: Memory, address: Emit): Emit => memory.sub(memory.add(address, memory.extend(count)), word.width);
      const store = seq(to.store(word.store, target, first), to.store(word.store, end(to, target), last), finish);
      return seq(
        set(first, from.load(word.load, source)),
        set(last, from.load(word.load, end(from, source))),
        ascii ? when(word.ascii(op(word.or, first, last)), store) : store,
      );
    },
    finish,
    long,
  );
}

/** Copies bytes and then does `finish`, which returns, if they are ASCII. Reading long strings but once is faster than `memory.copy`. */
export function moveAscii(declare: Declare, move: Move, finish: Emit): Emit {
  const { from, to, source, target, count } = move;
  const [at, into, limit] = [declare(from.type), declare(to.type), declare(from.type)];
  const vectors = Array.from({ length: STRIDE / BLOCK }, () => declare(V128));
  const beforeEnd = (memory: Memory, address: Emit, bytes: number): Emit => memory.add(address, memory.extend(op(Op.i32_sub, count, bytes)));
  const loop = (step: number): Emit => {
    const block = vectors.slice(0, step / BLOCK);
    const load = seq(...block.map((vector, i) => set(vector, from.load(Op.v128_load, at, i * BLOCK))));
    const test = isAscii(block.reduce<Emit>((bits, vector) => or(bits, vector), block[0] as Local));
    return seq(
      set(limit, beforeEnd(from, source, step)),
      whilst(
        [from.atMost(at, limit), seq(load, test)],
        ...block.map((vector, i) => to.store(Op.v128_store, into, vector, i * BLOCK)),
        from.step(at, step),
        to.step(into, step),
      ),
    );
  };
  const last = vectors[0] as Local;
  const long = seq(
    set(at, source),
    set(into, target),
    when(op(Op.i32_ge_u, count, STRIDE), loop(STRIDE)),
    loop(BLOCK),
    set(last, from.load(Op.v128_load, beforeEnd(from, source, BLOCK))),
    when(op(Op.i32_and, from.below(limit, at), isAscii(last)), seq(to.store(Op.v128_store, beforeEnd(to, target, BLOCK), last), finish)),
  );
  return moveShort(declare, move, finish, true, long);
}

/** The function (source, target, bytes). `memory.copy` is a call out of wasm, too slow for a few bytes. */
export function move(functions: Functions, from: Memory, to: Memory): number {
  return define(functions, `move ${from.index} ${to.index}`, [from.type, to.type, I32], [], (declare, source, target, count) =>
    seq(moveShort(declare, { from, to, source, target, count }, give()), from.copyTo(to, target, source, count)),
  );
}

/** A way to move some code units: how many, and the code for one step. */
type Step = readonly [units: number, step: (from: Memory, to: Memory, source: Emit, target: Emit) => Emit];

const widening: readonly Step[] = [
  [
    16,
    (from, to, source, target) => {
      const halves = [Op.i16x8_extend_low_i8x16_u, Op.i16x8_extend_high_i8x16_u];
      return seq(...halves.map((half, i) => to.store(Op.v128_store, target, op(half, from.load(Op.v128_load, source)), 16 * i)));
    },
  ],
  [8, (from, to, source, target) => to.store(Op.v128_store, target, from.load(Op.v128_load8x8_u, source))],
  [1, (from, to, source, target) => to.store(Op.i32_store16, target, from.load(Op.i32_load8_u, source))],
];

const narrowing: readonly Step[] = [
  [
    16,
    (from, to, source, target) =>
      to.store(Op.v128_store, target, op(Op.i8x16_narrow_i16x8_u, from.load(Op.v128_load, source), from.load(Op.v128_load, source, 16))),
  ],
  [
    8,
    (from, to, source, target) =>
      to.store(Op.v128_store64_lane, target, op(Op.i8x16_narrow_i16x8_u, from.load(Op.v128_load, source), from.load(Op.v128_load, source)), 0, 0),
  ],
  [1, (from, to, source, target) => to.store(Op.i32_store8, target, from.load(Op.i32_load8_u, source))],
];

/** The function (source, target, code units) from one byte per unit to two. */
export function widen(functions: Functions, from: Memory, to: Memory): number {
  return resize(functions, "widen", from, to, 1, 2, widening);
}

/** The same from two bytes to one, of units that are Latin-1. */
export function narrow(functions: Functions, from: Memory, to: Memory): number {
  return resize(functions, "narrow", from, to, 2, 1, narrowing);
}

/** The last step ends where the string does, and overlaps the one before. */
function resize(functions: Functions, name: string, from: Memory, to: Memory, read: number, written: number, steps: readonly Step[]): number {
  return define(functions, `${name} ${from.index} ${to.index}`, [from.type, to.type, I32], [], (declare, source, target, count) => {
    const [last, end] = [declare(from.type), declare(to.type)];
    const bytes = (memory: Memory, units: Emit, size: number): Operand => memory.extend(op(Op.i32_mul, units, size));
    return seq(
      ...steps.map(([units, step]) => {
        const rest = op(Op.i32_sub, count, units);
        return when(
          op(Op.i32_ge_u, count, units),
          seq(
            set(last, from.add(source, bytes(from, rest, read))),
            set(end, to.add(target, bytes(to, rest, written))),
            whilst([from.below(source, last)], step(from, to, source, target), from.step(source, units * read), to.step(target, units * written)),
            step(from, to, last, end),
            give(),
          ),
        );
      }),
    );
  });
}
