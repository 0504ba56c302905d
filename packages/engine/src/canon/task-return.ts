import type { LiftLowerContext } from "../abi/context.ts";
import type { CoreFunction } from "../abi/core-value.ts";
import { guestTrap } from "../abi/guest-trap.ts";
import type { Signature } from "../abi/signature.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import { checkMayLeave } from "../store/component-instance.ts";
import type { ValueType } from "../types/component-types.ts";
import { differenceInFunctions } from "../types/subtype.ts";
import { asyncTask } from "./builtin.ts";
import type { LiftedFunction } from "./lift.ts";
import { failImport, trapFrom } from "./trap-from.ts";

/** `canon task.return`; `signature` has the result as its one parameter. */
export function taskReturn(signature: Signature, cx: LiftLowerContext): CoreFunction {
  const { instance } = cx;
  return (...flat) => {
    try {
      checkMayLeave(instance);
      const task = asyncTask({ instance });
      const callee = task.kind as LiftedFunction;
      // The suites have it that one without a memory will do.
      const sameOptions = (cx.memory === undefined || callee.cx.memory === cx.memory) && callee.signature.options.encoding === signature.options.encoding;
      if (!sameOptions || !sameResult(signature, callee.signature.type.result)) {
        throw guestTrap(TrapCode.TaskReturn, "invalid `task.return` signature and/or options for current task");
      }
      task.return(flat, signature);
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
