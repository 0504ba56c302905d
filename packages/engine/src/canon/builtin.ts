import type { CoreFunction } from "../abi/core-value.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { checkMayLeave } from "../store/component-instance.ts";
import { failImport } from "./trap-from.ts";

/**
 * The concurrency built-ins, `canon` being their name. Those that say nothing about other tasks are run; the others trap,
 * first as the specification has it (`may_leave`), then because this version has no tasks.
 */
export function builtin(canon: string, instance: ComponentInstance, slot: number): CoreFunction {
  switch (canon) {
    case "context.get":
      return () => instance.context?.[slot] ?? 0;
    case "context.set":
      return (value) => {
        (instance.context ??= [0, 0])[slot] = value!;
        return undefined;
      };
    case "backpressure.inc":
      return backpressure(instance, 1);
    case "backpressure.dec":
      return backpressure(instance, -1);
    default:
      return () => {
        try {
          checkMayLeave(instance);
          throw new Trap(TrapCode.Unsupported, `\`${canon}\` was called: async built-ins are checked but not run by this version`, { part: instance.name });
        } catch (error) {
          throw failImport(instance, error);
        }
      };
  }
}

const MAX_BACKPRESSURE = 0xffff;

function backpressure(instance: ComponentInstance, by: number): CoreFunction {
  return () => {
    const count = instance.backpressure + by;
    if (count < 0 || count > MAX_BACKPRESSURE) {
      throw failImport(instance, new Trap(TrapCode.TooLong, "wasm trap: backpressure counter overflow", { part: instance.name }));
    }
    instance.backpressure = count;
    return undefined;
  };
}
