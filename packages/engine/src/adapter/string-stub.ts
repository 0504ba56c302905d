import { Op } from "../binary/opcode.ts";
import { type ModuleWriter, Type } from "../binary/writer.ts";
import type { StringEncoding } from "../validate/definitions.ts";
export interface StringSide {
  readonly encoding: StringEncoding;
  readonly wide: boolean;
  readonly memory: number;
}
export interface StringEnv {
  readonly trap: number;
  readonly realloc: number;
  readonly control: 0;
}
export function emitString(module: ModuleWriter, from: StringSide, to: StringSide, env: StringEnv): number {
  const { i32 } = Type;
  const { index, code } = module.func(module.funcType([i32, i32], [i32, i32]));
  const made = code.local(i32);
  code.i32(0).i32(0).i32(1).get(1).call(env.realloc).tee(made).get(0).get(1).op(Op.memory_copy, to.memory, from.memory).get(made).get(1);
  return index;
}
