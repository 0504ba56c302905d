import * as Op from "../../binary/opcodes.ts";
import type { CoreType, ModuleWriter } from "../../binary/writer.ts";
import type { Declare, Emit, Local, Operand } from "./expression.ts";
import { call, local, op, seq } from "./expression.ts";

/** Where functions are made: each once per module. */
export interface Functions {
  readonly module: ModuleWriter;
  readonly memo: Map<string, number>;
  /** The function (code, a, b) that records a trap. */
  readonly trap: number;
}

/** Index of the function `key`; `build` makes its body of its parameters and of locals that it declares. */
export function define(
  { module, memo }: Functions,
  key: string,
  params: readonly CoreType[],
  results: readonly CoreType[],
  build: (declare: Declare, ...params: Local[]) => Emit,
): number {
  let index = memo.get(key);
  if (index === undefined) {
    const func = module.func(module.funcType(params, results));
    index = func.index;
    memo.set(key, index);
    build((type) => local(func.code.local(type)), ...params.map((_, i) => local(i)))({ code: func.code });
  }
  return index;
}

export const raise = ({ trap }: Functions, code: number, a: Operand = 0, b: Operand = 0): Emit => seq(call(trap, code, a, b), op(Op.unreachable));
