/**
 * Strings that pass from one memory to another in one of nine pairs of encodings: `load_string_from_range` and
 * `store_string_into_range` of definitions.py as wasm functions. What a guest can see is as in `abi/string-transcoding.ts`: the calls
 * of realloc, the result, the trap. A string is classified first, which also validates it, so that what converts it need not check.
 *
 * Vectors of 128 bits are needed: engines with multi-memory have them.
 */
import { Op } from "../../binary/opcode.ts";
import type { ModuleWriter } from "../../binary/writer.ts";
import { Header } from "../../store/control-memory.ts";
import { WasmTrap } from "../../store/wasm-trap.ts";
import type { StringEncoding } from "../../validate/definitions.ts";
import type { Units } from "./characters.ts";
import { classify } from "./classify.ts";
import type { Emit, Local } from "./expression.ts";
import { call, give, I32, i32, op, seq, set, when } from "./expression.ts";
import type { Functions } from "./functions.ts";
import { define, raise } from "./functions.ts";
import { Memory } from "./memory.ts";
import { byWidth } from "./words.ts";

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
    const [count, result] = [declare(I32), declare(target.type)];
    const finish = give(result, target.extend(count));
    return seq(
      checkRange(functions, source, "utf8", begin, length),
      set(count, source.wrap(length)),
      set(result, call(realloc, target.number(0), target.number(0), target.number(1), target.extend(count))),
      when(
        op(Op.i32_le_u, count, i32(32)),
        byWidth(
          count,
          (word) => {
            const [first, last] = [declare(word.type), declare(word.type)];
            const end = (memory: Memory, at: Emit): Emit => memory.sub(memory.add(at, memory.extend(count)), word.width);
            return seq(
              set(first, source.load(word.load, begin)),
              set(last, source.load(word.load, end(source, begin))),
              when(
                word.ascii(op(word.or, first, last)),
                seq(target.store(word.store, result, first), target.store(word.store, end(target, result), last), finish),
              ),
            );
          },
          seq(),
        ),
      ),
      op(Op.drop, call(classify(functions, source, "utf8"), begin, count)),
      source.copyTo(target, result, begin, count),
      result,
      target.extend(count),
    );
  });
}

/** Traps unless the string is short enough and inside the memory. */
function checkRange(functions: Functions, memory: Memory, units: Units, begin: Local, length: Local): Emit {
  const utf16 = units === "utf16";
  const low = (value: Emit): Emit => memory.wrap(value);
  const high = (value: Emit): Emit =>
    memory.wide
      ? op(
          Op.i32_wrap_i64,
          op(Op.i64_shr_u, value, (code) => code.i64(32n)),
        )
      : i32(0);
  const bytes = utf16 ? op(Op.i64_shl, memory.long(length), (code) => code.i64(1n)) : memory.long(length);
  const above = (value: Emit): Emit => op(Op.i64_gt_u, value, memory.size());
  const end = above(op(Op.i64_add, memory.long(begin), bytes));
  return seq(
    when(
      memory.below(memory.number(utf16 ? 0x3fff_ffff : 0x7fff_ffff), length),
      raise(functions, utf16 ? WasmTrap.utf16TooLong : WasmTrap.stringTooLong, low(length), high(length)),
    ),
    when(
      memory.wide ? op(Op.i32_or, end, above(begin)) : end,
      seq(
        (code) => high(begin)(code.i32(0)),
        (code) => code.memory(Op.i32_store, 2, Header.detail),
        raise(functions, WasmTrap.stringOutOfBounds, low(begin), op(Op.i32_wrap_i64, bytes)),
      ),
    ),
  );
}
