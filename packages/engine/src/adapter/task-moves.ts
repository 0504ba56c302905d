/** The moves of a call that is a task, as two functions: JavaScript enters and leaves between them, and decides when they run. */
import type { CoreSignature } from "../abi/core-value.ts";
import * as Op from "../binary/opcodes.ts";
import type { CodeWriter } from "../binary/writer.ts";
import { Header, InstanceField } from "../store/control-memory.ts";
import { type AdapterModule, CONTROL } from "./adapter-module.ts";
import type { Adapter } from "./function-body.ts";
import { type Joint, jointKey } from "./joint.ts";
import { passParams, passResult } from "./passing.ts";
import { type Lane, Translation } from "./translation.ts";

/** How the functions are called. */
export interface MovesShape {
  readonly start: CoreSignature;
  /** Of the callee's core result, or of its `task.return`: a sole address if it `spills`. */
  readonly result: CoreSignature["params"];
  readonly spills: boolean;
  readonly finish: CoreSignature;
}

export function movesShape({ signature, callee }: Joint): MovesShape {
  const { lowered, spilledResult, hasBorrow } = signature;
  const { lifted, result, spilledResult: spills, options } = callee.signature;
  const params = spilledResult ? lowered.params.slice(0, -1) : lowered.params;
  const out = spilledResult ? lowered.params.slice(-1) : [];
  const returned = result === undefined ? [] : callee.abi === "sync" ? lifted.results : (result.flat ?? [options.address]);
  return {
    start: { params: hasBorrow ? ["i32", "i32", ...params] : params, results: lifted.results },
    result: returned,
    spills: callee.abi === "sync" ? spills : result?.flat === undefined,
    finish: { params: [...returned, ...out], results: signature.options.async ? [] : lowered.results },
  };
}

/** Writes `start`, which takes scopes first if there are borrows, and `finish`. */
export function writeTaskMoves(out: AdapterModule, adapter: Adapter): void {
  const { joint, plan, shape, handles } = adapter;
  const { start, result, spills, finish } = movesShape(joint);
  const [caller, callee] = [out.side(plan.caller), out.side(plan.callee)];
  const lanesOf = (types: CoreSignature["params"]): Lane[] => types.map((type, local) => ({ type, local }));

  const code = out.exported("start", start);
  const scopes = joint.signature.hasBorrow ? { scope: 0, lenders: 1 } : undefined;
  passParams(new Translation({ out, from: caller, to: callee, handles, back: false }, code, scopes), joint, shape, lanesOf(start.params).slice(scopes ? 2 : 0));
  if (jointKey(joint).canBeWrong) arrived(out, code, plan.entering);
  code.call(out.cores[0]!);

  const body = out.exported("finish", finish);
  if (shape.result === undefined) return;
  const into = joint.signature.spilledResult ? result.length : undefined;
  passResult(new Translation({ out, from: callee, to: caller, handles, back: true }, body, undefined), shape.result, lanesOf(result), spills, into);
}

/** `Thread.arguments(false)` of the current thread: from here on a trap is the callee's. */
function arrived({ instances }: AdapterModule, code: CodeWriter, entering: readonly number[]): void {
  const current = () => code.i32(0).memory(Op.i32_load, 2, Header.current, CONTROL);
  for (const instance of entering) {
    const entered = () => code.op(Op.global_get, instances[instance]!);
    // An ancestor of both may be the caller's.
    entered().memory(Op.i32_load, 2, InstanceField.entered, CONTROL);
    current().i32(-1).op(Op.i32_xor).op(Op.i32_eq).begin(Op.if);
    entered();
    current().memory(Op.i32_store, 2, InstanceField.entered, CONTROL).end();
  }
}
