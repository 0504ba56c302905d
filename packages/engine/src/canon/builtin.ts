import type { CoreFunction, CoreSignature } from "../abi/core-value.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { checkMayLeave } from "../store/component-instance.ts";
import { failImport } from "./trap-from.ts";

/**
 * The concurrency built-ins, `canon` being their name. Those that say nothing about other tasks are run; the others trap,
 * first as the specification has it (`may_leave`), then because this version has no tasks.
 */
export function builtin(canon: string, instance: ComponentInstance, signature: CoreSignature): CoreFunction {
  switch (canon) {
    case "backpressure.inc":
      return backpressure(instance, 1, signature);
    case "backpressure.dec":
      return backpressure(instance, -1, signature);
    default:
      return () => {
        try {
          checkMayLeave(instance);
          throw new Trap(TrapCode.Unsupported, `\`${canon}\` was called: async built-ins are checked but not run by this version`, { part: instance.name });
        } catch (error) {
          return failImport(instance, error, signature);
        }
      };
  }
}

const MAX_BACKPRESSURE = 0xffff;

function backpressure(instance: ComponentInstance, by: number, signature: CoreSignature): CoreFunction {
  return () => {
    const count = instance.backpressure + by;
    if (count < 0 || count > MAX_BACKPRESSURE) {
      return failImport(instance, new Trap(TrapCode.TooLong, "wasm trap: backpressure counter overflow", { part: instance.name }), signature);
    }
    instance.backpressure = count;
    return undefined;
  };
}
