import type { Opcode } from "../../binary/opcodes.ts";
import * as Op from "../../binary/opcodes.ts";
import { Type } from "../../binary/writer.ts";
import type { Emit, Local, Operand } from "./expression.ts";
import { i64, op, seq, set } from "./expression.ts";

/** A memory and the arithmetic of its addresses, which have 32 or 64 bits. */
export class Memory {
  readonly index: number;
  readonly wide: boolean;
  /** Of an address. */
  readonly type: number;

  constructor(index: number, wide: boolean) {
    this.index = index;
    this.wide = wide;
    this.type = wide ? Type.i64 : Type.i32;
  }

  number(value: number): Operand {
    return this.wide ? i64(BigInt(value)) : value;
  }

  add(address: Emit, offset: Emit | number): Emit {
    return op(this.wide ? Op.i64_add : Op.i32_add, address, typeof offset === "number" ? this.number(offset) : offset);
  }

  sub(address: Emit, offset: Emit | number): Emit {
    return op(this.wide ? Op.i64_sub : Op.i32_sub, address, typeof offset === "number" ? this.number(offset) : offset);
  }

  /** Of lengths, as unsigned numbers. */
  less(a: Operand, b: Operand): Emit {
    return op(this.wide ? Op.i64_lt_u : Op.i32_lt_u, a, b);
  }

  /** Of addresses of one string: by the sign of their distance, since it may end where 32 bits do. */
  below(a: Operand, b: Operand): Emit {
    return this.wide ? op(Op.i64_lt_u, a, b) : op(Op.i32_lt_s, op(Op.i32_sub, a, b), 0);
  }

  atMost(a: Operand, b: Operand): Emit {
    return op(Op.i32_eqz, this.below(b, a));
  }

  /** From 32 unsigned bits. */
  extend(value: Operand): Operand {
    return this.wide ? op(Op.i64_extend_i32_u, value) : value;
  }

  wrap(value: Emit): Emit {
    return this.wide ? op(Op.i32_wrap_i64, value) : value;
  }

  /** The bits above 32. */
  high(value: Emit): Operand {
    return this.wide ? op(Op.i32_wrap_i64, op(Op.i64_shr_u, value, i64(32n))) : 0;
  }

  /** With 64 bits. */
  long(value: Emit): Emit {
    return this.wide ? value : op(Op.i64_extend_i32_u, value);
  }

  /** Steps an address. */
  step(address: Local, by: Emit | number): Emit {
    return set(address, this.add(address, by));
  }

  load(opcode: Opcode, address: Emit, offset = 0): Emit {
    return (out) => {
      address(out);
      out.code.memory(opcode, 0, offset, this.index);
    };
  }

  /** `lane` for the stores of a lane. */
  store(opcode: Opcode, address: Emit, value: Emit, offset = 0, ...lane: number[]): Emit {
    return (out) => {
      address(out);
      value(out);
      out.code.memory(opcode, 0, offset, this.index).raw(...lane);
    };
  }

  /** Bytes that the memory has, of 64 bits. */
  size(): Emit {
    return op(
      Op.i64_shl,
      this.long(({ code }) => code.op(Op.memory_size, this.index)),
      i64(16n),
    );
  }

  /** `memory.copy` of 32 bits of bytes. */
  copyTo(to: Memory, target: Emit, source: Emit, bytes: Emit): Emit {
    const operands = seq(target, source, this.wide && to.wide ? this.extend(bytes) : bytes);
    return (out) => {
      operands(out);
      out.code.op(Op.memory_copy, to.index, this.index);
    };
  }
}
