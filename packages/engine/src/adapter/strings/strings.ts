/**
 * Strings that pass from one memory to another in one of nine pairs of encodings: `load_string_from_range` and
 * `store_string_into_range` of definitions.py as wasm functions. What a guest can see is as in `abi/string-transcoding.ts`: the calls
 * of realloc, the result, the trap. A string is classified first, which also validates it, so that what converts it need not check.
 *
 * Vectors of 128 bits are needed: engines with multi-memory have them.
 */
import { Op } from "../../binary/opcode.ts";
import type { ModuleWriter } from "../../binary/writer.ts";
import { MAX_STRING_BYTE_LENGTH } from "../../diagnostics/limits.ts";
import { Header } from "../../store/control-memory.ts";
import { WasmTrap } from "../../store/wasm-trap.ts";
import type { StringEncoding } from "../../validate/definitions.ts";
import type { Units } from "./characters.ts";
import { Class, classify } from "./classify.ts";
import type { Declare, Emit, Local } from "./expression.ts";
import { call, give, I32, i32, i64, op, seq, set, when } from "./expression.ts";
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
  const compact = from.encoding === "latin1+utf16";
  return define(functions, key, [source.type, source.type], [target.type, target.type], (declare, begin, length) => {
    const [count, tag] = [declare(I32), declare(target.type)];
    const move: Move = { from: source, to: target, source: begin, target: declare(target.type), count };
    const passing: Passing = { functions, declare, realloc, move, size: declare(I32), room: declare(I32), tag, compact };
    const pass = (units: Units): Emit =>
      seq(checkRange(functions, source, units, begin, length), set(count, source.wrap(length)), stores[to.encoding](passing, units));
    const tagBit = source.number(source.wide ? -(2 ** 63) : -(2 ** 31));
    return seq(
      from.encoding === "utf8" ? seq() : when(op(Op.i32_and, source.wrap(begin), i32(1)), raiseWide(functions, WasmTrap.stringUnaligned, source, begin)),
      compact ? when(source.less(length, tagBit), pass("latin1"), seq(set(length, source.sub(length, tagBit)), pass("utf16"))) : pass(from.encoding as Units),
      move.target,
      op(target.wide ? Op.i64_or : Op.i32_or, target.extend(passing.size), tag),
    );
  });
}

interface Passing {
  readonly functions: Functions;
  readonly declare: Declare;
  readonly realloc: number;
  readonly move: Move;
  /** Becomes the code units of the result. */
  readonly size: Local;
  readonly room: Local;
  /** Becomes the bit that says UTF-16. */
  readonly tag: Local;
  /** The source is `latin1+utf16`. */
  readonly compact: boolean;
}

/** By the destination's encoding: `store_string_into_range`. */
const stores: Record<StringEncoding, (passing: Passing, units: Units) => Emit> = {
  utf8: (passing, units) => {
    const { move, size, room } = passing;
    const { count, target } = move;
    const { allocate, grow, resize, simple, classified, converted } = steps(passing, units);
    if (units === "utf8") {
      const finish = give(target, move.to.extend(count));
      return seq(allocate(1, count), moveAscii(passing.declare, move, finish), op(Op.drop, classified()), simple("utf8"));
    }
    return seq(
      allocate(1, count),
      when(
        classified(),
        seq(
          set(room, op(Op.i32_mul, count, i32(units === "utf16" ? 3 : 2))),
          grow(1, count, room),
          set(size, converted("utf8")),
          when(op(Op.i32_lt_u, size, room), resize(1, room, size)),
        ),
        simple("latin1"),
      ),
    );
  },
  utf16: (passing, units) => {
    const { size, room } = passing;
    const { double, fits, allocate, resize, simple, classified, converted } = steps(passing, units);
    const first = seq(double, fits, allocate(2, room));
    if (units === "latin1") return seq(first, simple("utf16"));
    if (units === "utf16") return seq(first, op(Op.drop, classified()), simple("utf16"));
    return seq(first, when(classified(), seq(set(size, converted("utf16")), resize(2, room, size), halve(size)), simple("utf16")));
  },
  "latin1+utf16": (passing, units) => {
    const { size, room, tag, move, compact } = passing;
    const { count, to } = move;
    const { double, allocate, grow, resize, simple, classified, converted } = steps(passing, units);
    const tagged = set(tag, to.number(to.wide ? -(2 ** 63) : -(2 ** 31)));
    if (units === "latin1") return seq(allocate(2, count), simple("latin1"));
    const other = op(Op.i32_eq, size, i32(Class.other));
    const classed = set(size, classified());
    if (units === "utf8") {
      return seq(
        allocate(2, count),
        classed,
        when(
          size,
          when(
            other,
            seq(double, grow(2, count, room), set(size, converted("utf16")), resize(2, room, size), halve(size), tagged),
            seq(set(size, converted("latin1")), resize(2, count, size)),
          ),
          simple("latin1"),
        ),
      );
    }
    if (compact) return seq(double, allocate(2, room), classed, when(other, seq(simple("utf16"), tagged), seq(simple("latin1"), resize(2, room, size))));
    return seq(allocate(2, count), classed, when(other, seq(double, grow(2, count, room), simple("utf16"), tagged), simple("latin1")));
  },
};

const halve = (size: Local): Emit => set(size, op(Op.i32_shr_u, size, i32(1)));

/** What the ways to store a string are made of. */
function steps({ functions, realloc, move: { from, to, source, target, count }, size, room }: Passing, units: Units) {
  const reallocate = (old: Emit, oldSize: Emit, align: number, bytes: Emit): Emit =>
    set(target, call(realloc, old, to.extend(oldSize), to.number(align), to.extend(bytes)));
  const pass = (func: number): Emit => call(func, source, target, count);
  // The worst case of a string that is not too long may be.
  const fits = when(op(Op.i32_lt_s, room, i32(0)), raise(functions, WasmTrap.stringTooLong, room));
  return {
    /** Room for two bytes per unit. */
    double: set(room, op(Op.i32_shl, count, i32(1))),
    fits,
    allocate: (align: number, bytes: Emit): Emit => reallocate(to.number(0), i32(0), align, bytes),
    grow: (align: number, old: Emit, bytes: Emit): Emit => seq(fits, reallocate(target, old, align, bytes)),
    resize: (align: number, old: Emit, bytes: Emit): Emit => reallocate(target, old, align, bytes),
    classified: (): Emit => call(classify(functions, from, units), source, count),
    converted: (result: Units): Emit => pass(convert(functions, from, units, to, result)),
    /** Copies units that are the same in both. */
    simple: (result: Units): Emit =>
      seq(
        (units === "utf16") === (result === "utf16")
          ? call(move(functions, from, to), source, target, units === "utf16" ? op(Op.i32_shl, count, i32(1)) : count)
          : pass((units === "utf16" ? narrow : widen)(functions, from, to)),
        set(size, count),
      ),
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
        i32(0),
        memory.high(begin),
        ({ code }) => code.memory(Op.i32_store, 2, Header.detail),
        raise(functions, WasmTrap.stringOutOfBounds, memory.wrap(begin), op(Op.i32_wrap_i64, bytes)),
      ),
    ),
  );
}
