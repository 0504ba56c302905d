/**
 * Strings that pass from one memory to another in one of nine pairs of encodings: `load_string_from_range` and
 * `store_string_into_range` of definitions.py as wasm functions. What a guest can see is as in `abi/string-transcoding.ts`: the calls
 * of realloc, the result, the trap. A string is classified first, which also validates it, so that what converts it need not check.
 *
 * Vectors of 128 bits are needed: engines with multi-memory have them.
 */
import * as Op from "../../binary/opcodes.ts";
import type { ModuleWriter } from "../../binary/writer.ts";
import { MAX_STRING_BYTE_LENGTH } from "../../diagnostics/limits.ts";
import { Header } from "../../store/control-memory.ts";
import { WasmTrap } from "../../store/wasm-trap.ts";
import type { StringEncoding } from "../../validate/definitions.ts";
import type { Units } from "./characters.ts";
import { Class, classify } from "./classify.ts";
import type { Declare, Emit, Local, Operand } from "./expression.ts";
import { call, give, I32, i64, op, seq, set, when } from "./expression.ts";
import type { Functions } from "./functions.ts";
import { define, raise } from "./functions.ts";
import { Memory } from "./memory.ts";
import type { Move } from "./moves.ts";
import { move, moveAscii, narrow, widen } from "./moves.ts";
import { convert } from "./runs.ts";

export interface StringSide {
  readonly encoding: StringEncoding;
  /** The memory has 64-bit addresses. */
  readonly wide: boolean;
  /** Its index in the module. */
  readonly memory: number;
}

export interface StringEnv {
  /** The function (code, a, b) that records a trap and returns. */
  readonly trap: number;
  /** The destination's function (old, old size, alignment, new size) -> address, which checks its result. */
  readonly realloc: number;
  /** Functions that strings of this module share. */
  readonly memo: Map<string, number>;
}

/** Adds the function (address, length) -> (address, length), of the address types of the sides: its index. Memory 0 is the control memory. */
export function emitString(module: ModuleWriter, from: StringSide, to: StringSide, { trap, realloc, memo }: StringEnv): number {
  const functions: Functions = { module, memo, trap };
  const [source, target] = [new Memory(from.memory, from.wide), new Memory(to.memory, to.wide)];
  const key = `string ${from.encoding} ${from.memory} ${to.encoding} ${to.memory} ${realloc}`;
  return define(functions, key, [source.type, source.type], [target.type, target.type], (declare, begin, length) => {
    const move = { from: source, to: target, source: begin, target: declare(target.type), count: declare(I32) };
    const store = storing(functions, declare, move, from.encoding, to.encoding, realloc);
    const pass = (units: Units): Emit => seq(checkRange(functions, source, units, begin, length), set(move.count, source.wrap(length)), store(units));
    const tag = tagOf(source);
    return seq(
      from.encoding === "utf8" ? seq() : when(op(Op.i32_and, source.wrap(begin), 1), raiseWide(functions, WasmTrap.stringUnaligned, source, begin)),
      from.encoding === "latin1+utf16"
        ? when(source.less(length, tag), pass("latin1"), seq(set(length, source.sub(length, tag)), pass("utf16")))
        : pass(from.encoding),
      op(Op.unreachable),
    );
  });
}

/** The bit that says that a string of `latin1+utf16` is UTF-16. */
function tagOf(memory: Memory): Operand {
  return memory.number(memory.wide ? -(2 ** 63) : -(2 ** 31));
}

/** `store_string_into_range` from the units given, and the return of the address and the length. */
function storing(
  functions: Functions,
  declare: Declare,
  moved: Move,
  encoding: StringEncoding,
  result: StringEncoding,
  realloc: number,
): (units: Units) => Emit {
  const { from, to, source, target, count } = moved;
  const [size, room] = [declare(I32), declare(I32)];
  const resize = (old: Operand, oldSize: Operand, align: number, bytes: Operand): Emit =>
    set(target, call(realloc, old, to.extend(oldSize), to.number(align), to.extend(bytes)));
  const allocate = (align: number, bytes: Operand): Emit => resize(to.number(0), 0, align, bytes);
  /** Makes room for the worst case, which may be too long when the source is not. */
  const fit = (factor: number): Emit =>
    seq(set(room, op(Op.i32_mul, count, factor)), when(op(Op.i32_lt_s, room, 0), raise(functions, WasmTrap.stringTooLong, room)));
  const grow = (align: number, factor: number): Emit => seq(fit(factor), resize(target, count, align, room));
  const shrink = (align: number): Emit => resize(target, room, align, size);
  const finish = (units: Operand, tagged?: boolean): Emit => {
    const length = to.extend(units);
    return give(target, tagged ? op(to.wide ? Op.i64_or : Op.i32_or, length, tagOf(to)) : length);
  };
  const half = op(Op.i32_shr_u, size, 1);

  return (units) => {
    const pass = (func: number): Emit => call(func, source, target, count);
    const converted = (form: Units): Emit => set(size, pass(convert(functions, from, units, to, form)));
    const classified = (): Emit => call(classify(functions, from, units), source, count);
    /** Units that are the same in both forms, with one byte or two. */
    const same = (form: Units, tagged?: boolean): Emit => {
      const wide = units === "utf16";
      const done = finish(count, tagged);
      if (wide !== (form === "utf16")) return seq(pass((wide ? narrow : widen)(functions, from, to)), done);
      return seq(call(move(functions, from, to), source, target, wide ? op(Op.i32_shl, count, 1) : count), done);
    };
    if (result === "utf8") {
      if (units === "utf8") return seq(allocate(1, count), moveAscii(declare, moved, finish(count)), op(Op.drop, classified()), same("utf8"));
      const mixed = seq(grow(1, units === "utf16" ? 3 : 2), converted("utf8"), when(op(Op.i32_lt_u, size, room), shrink(1)), finish(size));
      return seq(allocate(1, count), when(classified(), mixed, same("latin1")));
    }
    const toUtf16 = (tagged?: boolean): Emit => seq(converted("utf16"), shrink(2), finish(half, tagged));
    if (result === "utf16") {
      const first = seq(fit(2), allocate(2, room));
      if (units === "utf8") return seq(first, when(classified(), toUtf16()), same("utf16"));
      return seq(first, units === "utf16" ? op(Op.drop, classified()) : seq(), same("utf16"));
    }
    if (units === "latin1") return seq(allocate(2, count), same("latin1"));
    const classed = set(size, classified());
    const other = op(Op.i32_eq, size, Class.other);
    if (units === "utf8") {
      const latin1 = seq(set(room, count), converted("latin1"), shrink(2), finish(size));
      return seq(allocate(2, count), classed, when(size, when(other, seq(grow(2, 2), toUtf16(true)), latin1)), same("latin1"));
    }
    if (encoding === "utf16") return seq(allocate(2, count), classed, when(other, seq(grow(2, 2), same("utf16", true))), same("latin1"));
    // What says that it is UTF-16 probably is: `store_probably_utf16_to_latin1_or_utf16`.
    const narrowed = seq(pass(narrow(functions, from, to)), set(size, count), shrink(2), finish(size));
    return seq(fit(2), allocate(2, room), classed, when(other, same("utf16", true)), narrowed);
  };
}

/** A trap with a number of an address type. */
function raiseWide(functions: Functions, code: number, memory: Memory, value: Emit): Emit {
  return raise(functions, code, memory.wrap(value), memory.high(value));
}

/** Traps unless the string is short enough and inside the memory. */
function checkRange(functions: Functions, memory: Memory, units: Units, begin: Local, length: Local): Emit {
  const utf16 = units === "utf16";
  const bytes = utf16 ? op(Op.i64_shl, memory.long(length), i64(1n)) : memory.long(length);
  const above = (value: Emit): Emit => op(Op.i64_gt_u, value, memory.size());
  const end = above(op(Op.i64_add, memory.long(begin), bytes));
  const most = memory.number(utf16 ? MAX_STRING_BYTE_LENGTH >> 1 : MAX_STRING_BYTE_LENGTH);
  return seq(
    when(memory.less(most, length), raiseWide(functions, utf16 ? WasmTrap.utf16TooLong : WasmTrap.stringTooLong, memory, length)),
    when(
      // The sum may overflow in a memory of 64-bit addresses.
      memory.wide ? op(Op.i32_or, end, above(begin)) : end,
      seq(
        0,
        memory.high(begin),
        ({ code }) => code.memory(Op.i32_store, 2, Header.detail),
        raise(functions, WasmTrap.stringOutOfBounds, memory.wrap(begin), op(Op.i32_wrap_i64, bytes)),
      ),
    ),
  );
}
