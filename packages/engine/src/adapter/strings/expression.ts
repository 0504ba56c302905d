/** Wasm expressions as values: functions that write them. So they read from the outside in, and nest. */
import { Op } from "../../binary/opcode.ts";
import type { CodeWriter } from "../../binary/writer.ts";
import { Type } from "../../binary/writer.ts";

export type Emit = (code: CodeWriter) => unknown;
/** Itself `local.get`. */
export type Local = Emit & { readonly index: number };

export const op =
  (opcode: Op, ...operands: readonly Emit[]): Emit =>
  (code) => {
    for (const operand of operands) operand(code);
    code.op(opcode);
  };

export const seq =
  (...parts: readonly Emit[]): Emit =>
  (code) => {
    for (const part of parts) part(code);
  };

export const i32 =
  (value: number): Emit =>
  (code) =>
    code.i32(value);

export const set =
  ({ index }: Local, value: Emit): Emit =>
  (code) => {
    value(code);
    code.set(index);
  };

export const call =
  (func: number, ...operands: readonly Emit[]): Emit =>
  (code) => {
    for (const operand of operands) operand(code);
    code.call(func);
  };

export const give = (...values: readonly Emit[]): Emit => op(Op.return, ...values);

export const when =
  (condition: Emit, then: Emit, otherwise?: Emit): Emit =>
  (code) => {
    condition(code);
    code.begin(Op.if);
    then(code);
    if (otherwise !== undefined) otherwise(code.op(Op.else));
    code.end();
  };

/** Goes on while all of the conditions hold, each looked at only when those before it do. */
export const whilst =
  (conditions: readonly Emit[], ...body: readonly Emit[]): Emit =>
  (code) => {
    code.begin(Op.block).begin(Op.loop);
    for (const condition of conditions) {
      condition(code);
      code.op(Op.i32_eqz).op(Op.br_if, 1);
    }
    seq(...body)(code);
    code.op(Op.br, 0).end().end();
  };

export const local = (index: number): Local => Object.assign((code: CodeWriter) => code.get(index), { index });

/** A vector whose 32-bit lanes hold `lane`. */
export const splat = (lane: number): Emit => vector([0, 1, 2, 3].flatMap(() => [lane, lane >> 8, lane >> 16, lane >> 24]));
/** A vector whose 16-bit lanes hold `lane`. */
export const splat16 = (lane: number): Emit => splat((lane << 16) | lane);

export const vector =
  (bytes: readonly number[]): Emit =>
  (code) =>
    code.op(Op.v128_const).raw(...bytes);

export const shuffle =
  (a: Emit, b: Emit, bytes: readonly number[]): Emit =>
  (code) => {
    a(code);
    b(code);
    code.op(Op.i8x16_shuffle).raw(...bytes);
  };

/** Bits of the lanes of `value`, shifted; a negative count shifts to the right. */
export const shifted = (value: Emit, count: number, lanes: 16 | 32): Emit => {
  const left = lanes === 16 ? Op.i16x8_shl : Op.i32x4_shl;
  const right = lanes === 16 ? Op.i16x8_shr_u : Op.i32x4_shr_u;
  return op(count < 0 ? right : left, value, i32(Math.abs(count)));
};

export const I32: number = Type.i32;
export const V128: number = Type.v128;
