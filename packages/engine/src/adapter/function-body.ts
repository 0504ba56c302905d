/** One adapter: what `canon lower` and `canon lift` do around a synchronous call, without JavaScript. */
import * as Op from "../binary/opcodes.ts";
import { Type } from "../binary/writer.ts";
import { Header, InstanceField } from "../store/control-memory.ts";
import { type AdapterModule, CONTROL, type Side } from "./adapter-module.ts";
import { type Joint, type JointShape, jointKey } from "./joint.ts";
import { passParams, passResult } from "./passing.ts";
import { pushFlat } from "./scalars.ts";
import { type Lane, Translation } from "./translation.ts";
import type { HandlePlan, JointPlan } from "./wiring.ts";

/** What is to be written. */
export interface Adapter {
  /** Among the joints of the module. */
  readonly number: number;
  readonly joint: Joint;
  readonly plan: JointPlan;
  readonly shape: JointShape;
  /** Of the whole module, by the numbers in shapes. */
  readonly handles: readonly HandlePlan[];
}

/** `Subtask.State.RETURNED`, which a function lowered with `async` gives. */
const RETURNED = 2;

/** Writes the function and exports it by its number. */
export function writeAdapter(out: AdapterModule, { number, joint, plan, shape, handles }: Adapter): void {
  const { params, results } = joint.signature.lowered;
  const code = out.exported(String(number), joint.signature.lowered);
  const [caller, callee] = [out.side(plan.caller), out.side(plan.callee)];
  const entering = plan.entering.map((instance) => out.instances[instance]!);
  const { spilledParams, spilledResult, options } = joint.signature;
  const lanes: Lane[] = params.map((type, local) => ({ type, local }));
  const canFail = jointKey(joint).canBeWrong;
  const record = (instance: number) => code.op(Op.global_get, instance);

  // `call_and_trap_on_throw`: no exception passes from one component to another, where it could be caught.
  code.begin(Op.block).catchAll(0, results[0] && Type[results[0]]);
  record(caller.instance).memory(Op.i32_load, 2, InstanceField.mayLeave, CONTROL).op(Op.i32_eqz);
  out.trapIf(code, "cannotLeave", () => record(caller.instance).op(Op.i64_extend_i32_u));
  enter();

  const loans = spilledParams === undefined ? loansOf(shape, caller, handles) : undefined;
  const scope = shape.params.some(({ hasBorrow }) => hasBorrow) && loans === undefined ? code.local(Type.i32) : undefined;
  if (scope !== undefined) {
    out.callKernel(code, "begin");
    code.set(scope);
  }
  const scopes = scope === undefined ? undefined : { scope, lenders: scope };
  passParams(new Translation({ out, from: caller, to: callee, handles, back: false }, code, scopes), joint, shape, lanes);
  if (canFail) take(false);
  code.call(out.cores[number]!);
  const core = joint.callee.signature.lifted.results.map((type): Lane => ({ type, local: code.local(Type[type]) }));
  for (const { local } of core) code.set(local);
  if (shape.result !== undefined) {
    const back = new Translation({ out, from: callee, to: caller, handles, back: true }, code, undefined);
    const into = spilledResult ? lanes[lanes.length - 1]!.local : undefined;
    passResult(back, shape.result, core, joint.callee.signature.spilledResult, into);
  }
  for (const lane of loans ?? []) {
    record(caller.instance);
    pushFlat(code, lanes[lane]!, "i32");
    out.callKernel(code, "unlend");
  }
  if (scope !== undefined) {
    code.get(scope);
    out.callKernel(code, "end");
  }
  if (plan.postReturn) {
    out.setMayLeave(code, callee, 0);
    for (const { local } of core) code.get(local);
    code.call(out.postReturns[number]!);
    out.setMayLeave(code, callee, 1);
  }
  for (const instance of entering) record(instance).i32(0).memory(Op.i32_store, 2, InstanceField.entered, CONTROL);
  if (callee.usesContext) out.clearContext(code, callee.instance);
  if (options.async) code.i32(RETURNED);
  code.end().op(Op.return).end();
  out.trap(code, "uncaughtException");

  /** `enter_from`: all are free before the first is taken, so that a trap leaves none behind. */
  function enter(): void {
    const entered = (instance: number) => record(instance).memory(Op.i32_load, 2, InstanceField.entered, CONTROL);
    const waitFor = (instance: number): void => {
      entered(instance).begin(Op.if);
      record(instance);
      out.callKernel(record(caller.instance), "busy");
      code.end();
    };
    if (entering.length === 1) waitFor(entering[0]!);
    else if (entering.length > 1) {
      // While one is waited for, others may be entered.
      code.begin(Op.loop);
      for (const instance of entering) waitFor(instance);
      for (const [i, instance] of entering.entries()) {
        entered(instance);
        if (i > 0) code.op(Op.i32_or);
      }
      code.op(Op.br_if, 0).end();
    }
    take(canFail);
    for (const instance of entering) {
      record(instance);
      record(caller.instance).memory(Op.i32_store, 2, InstanceField.enteredBy, CONTROL);
    }
  }

  /** Tells whose activation is inside, or, while its arguments are `onTheWay`, about to be. */
  function take(onTheWay: boolean): void {
    for (const instance of entering) {
      record(instance).i32(0).memory(Op.i32_load, 2, Header.current, CONTROL);
      if (onTheWay) code.i32(-1).op(Op.i32_xor);
      code.memory(Op.i32_store, 2, InstanceField.entered, CONTROL);
    }
  }
}

/**
 * The parameters that are loans, where that is all that is borrowed, and the callee holds no handle of them: then each is given back by its
 * index, without a scope. `undefined`: there is a scope.
 */
function loansOf({ params }: JointShape, { flattening }: Side, handles: readonly HandlePlan[]): readonly number[] | undefined {
  const loans: number[] = [];
  let lane = 0;
  for (const { kind, count, type, hasBorrow } of params) {
    if (hasBorrow) {
      if (kind !== "borrow" || !handles[count]!.defined) return undefined;
      loans.push(lane);
    }
    lane += flattening.of(type)!.length;
  }
  return loans;
}
