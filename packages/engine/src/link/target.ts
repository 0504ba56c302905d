/** What one function of an end, or of an import, leads to. */
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import { type FuncValue, type HostFunction, recall } from "./extern-value.ts";

export type Target = FuncValue | HostFunction;

/** Whether a call can make its caller wait: functions of the host can. `seen`: instances that were asked. */
export function waits(target: Target, seen: Set<object>): boolean {
  if (typeof target === "object") return target.lifted.cx.instance.maySuspend(seen);
  const value = recall(target);
  return value?.sort === "passed-on" ? value.maySuspend(seen) : true;
}

/** Instances that are wired pass handles to one another. */
export function otherStore(name: string): ComponentError {
  return new ComponentError(ErrorCode.ImportMismatch, `\`${name}\`: the instance given belongs to another store`, {
    hint: "give both instances the same `store` when they are made",
  });
}
