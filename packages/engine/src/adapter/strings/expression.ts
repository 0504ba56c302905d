/** Wasm expressions as values: functions that write them. So they read from the outside in, and nest. */
import type { Opcode } from "../../binary/opcodes.ts";
import * as Op from "../../binary/opcodes.ts";
import type { CoreType } from "../../binary/writer.ts";
import { CodeWriter, Type } from "../../binary/writer.ts";

/** Where an expression is written. */
export interface Writing {
  readonly code: CodeWriter;
  /** The local that holds a constant vector. */
  readonly kept?: (bytes: readonly number[]) => Local;
}

export type Emit = (out: Writing) => unknown;
/** Itself `local.get`. */
export type Local = Emit & { readonly index: number };

/** A number is a constant of 32 bits. */
export type Operand = Emit | number;

export const seq =
  (...parts: readonly Operand[]): Emit =>
  (out) => {
    for (const part of parts) typeof part === "number" ? out.code.i32(part) : part(out);
  };

export const op =
  (opcode: Opcode, ...operands: readonly Operand[]): Emit =>
  (out) => {
    seq(...operands)(out);
    out.code.op(opcode);
  };

/** Of vectors. */
export const or = (first: Emit, ...more: readonly Emit[]): Emit => more.reduce((all, bits) => op(Op.v128_or, all, bits), first);
export const and = (a: Emit, b: Emit): Emit => op(Op.v128_and, a, b);

export const i64 =
  (value: bigint): Emit =>
  ({ code }) =>
    code.i64(value);

export const set =
  ({ index }: Local, value: Operand): Emit =>
  (out) => {
    seq(value)(out);
    out.code.set(index);
  };

export const call =
  (func: number, ...operands: readonly Operand[]): Emit =>
  (out) => {
    seq(...operands)(out);
    out.code.call(func);
  };

export const give = (...values: readonly Operand[]): Emit => op(Op.return, ...values);

export const when =
  (condition: Emit, then: Emit, otherwise?: Emit): Emit =>
  (out) => {
    condition(out);
    out.code.begin(Op.if);
    then(out);
    if (otherwise !== undefined) {
      out.code.op(Op.else);
      otherwise(out);
    }
    out.code.end();
  };

/** Goes on while all of the conditions hold, each looked at only when those before it do. */
export const whilst =
  (conditions: readonly Emit[], ...body: readonly Emit[]): Emit =>
  (out) => {
    const { code } = out;
    code.begin(Op.block).begin(Op.loop);
    for (const condition of conditions) {
      condition(out);
      code.op(Op.i32_eqz).op(Op.br_if, 1);
    }
    seq(...body)(out);
    code.op(Op.br, 0).end().end();
  };

export const local = (index: number): Local => Object.assign(({ code }: Writing) => code.get(index), { index });

/** A vector whose 32-bit lanes hold `lane`. */
export const splat = (lane: number): Emit => vector([0, 1, 2, 3].flatMap(() => [lane, lane >> 8, lane >> 16, lane >> 24]));
/** A vector whose 16-bit lanes hold `lane`. */
export const splat16 = (lane: number): Emit => splat((lane << 16) | (lane & 0xffff));

export const vector =
  (bytes: readonly number[]): Emit =>
  (out) =>
    out.kept === undefined ? out.code.op(Op.v128_const).raw(...bytes) : out.kept(bytes)(out);

/**
 * `body` with its constant vectors in locals. V8 makes a constant anew, in some four instructions, wherever it is used; so it must not
 * know that it is one, and `zero` is something that happens to be 0.
 */
export const keep =
  (declare: Declare, zero: Emit, body: Emit): Emit =>
  ({ code }) => {
    const locals = new Map<string, Local>();
    const constants: Emit[] = [];
    const kept = (bytes: readonly number[]): Local => {
      const key = `${bytes}`;
      let found = locals.get(key);
      if (found === undefined) {
        found = declare(V128);
        locals.set(key, found);
        constants.push(set(found, or(vector(bytes), op(Op.i8x16_splat, zero))));
      }
      return found;
    };
    // Written to nowhere first, to see which there are.
    body({ code: new CodeWriter(0), kept });
    for (const constant of constants) constant({ code });
    body({ code, kept });
  };

export type Declare = (type: CoreType) => Local;

/** Bits of the lanes of `value`, shifted; a negative count shifts to the right. */
export const shifted = (value: Emit, count: number, lanes: 16 | 32): Emit => {
  if (count === 0) return value;
  const left = lanes === 16 ? Op.i16x8_shl : Op.i32x4_shl;
  const right = lanes === 16 ? Op.i16x8_shr_u : Op.i32x4_shr_u;
  return op(count < 0 ? right : left, value, Math.abs(count));
};

export const I32: number = Type.i32;
export const V128: number = Type.v128;
