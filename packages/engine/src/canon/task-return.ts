import type { LiftLowerContext } from "../abi/context.ts";
import type { CoreFunction } from "../abi/core-value.ts";
import { guestTrap } from "../abi/guest-trap.ts";
import type { Signature } from "../abi/signature.ts";
import { liftArguments } from "../abi/values.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import { checkMayLeave } from "../store/component-instance.ts";
import type { ValueType } from "../types/component-types.ts";
import { differenceInFunctions } from "../types/subtype.ts";
import { failImport, trapFrom } from "./trap-from.ts";

/** `canon task.return`; `signature` has the result as its one parameter. */
export function taskReturn(signature: Signature, cx: LiftLowerContext): CoreFunction {
  const { instance } = cx;
  return (...flat) => {
    try {
      checkMayLeave(instance);
      const { task } = instance;
      if (task === undefined || !sameResult(signature, task.result)) {
        throw guestTrap(TrapCode.TaskReturn, "invalid `task.return` signature and/or options for current task");
      }
      cx.flat = flat;
      cx.raw = true;
      const [value] = liftArguments(signature, cx);
      cx.raw = false;
      task.return(value);
      return undefined;
    } catch (error) {
      return failImport(instance, trapFrom(error, instance, undefined), signature.lowered);
    }
  };
}

function sameResult({ type }: Signature, result: ValueType | undefined): boolean {
  if (type.params[0]?.type === result) return true;
  const params = result === undefined ? [] : [{ name: "result", type: result }];
  return differenceInFunctions({ ...type, params }, type) === undefined;
}
