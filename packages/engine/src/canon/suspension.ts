/**
 * Host functions that may return a promise: the gate through which core code called (`trampolines.ts`) waits for it.
 */
import type { CoreFunction, CoreSignature, CoreValue } from "../abi/core-value.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import { promising, Suspending, WITHOUT_JSPI } from "../store/jspi.ts";
import type { Store } from "../store/store.ts";

/** The core function as one that returns a promise; `undefined` where the JavaScript engine can't suspend wasm. */
export function promisingCore(core: CoreFunction): ((...values: CoreValue[]) => Promise<CoreValue | undefined>) | undefined {
  return Suspending === undefined ? undefined : promising?.(core);
}

/**
 * Makes the gate wait for `promise`; returns what the imported function must give the gate meanwhile. `resumed` runs when the wait is over,
 * also when it was cut off.
 */
export function suspend(store: Store, promise: Promise<CoreValue | undefined>, { results }: CoreSignature, resumed?: () => void): CoreValue {
  store.scheduler?.waits(store.activations.current);
  return store.agent.suspend<CoreValue | undefined>(promise, results[0] === "i64" ? 0n : 0, resumed)!;
}

/** Whether the import `name` may make its caller wait now; throws when not. */
export function checkMaySuspend(store: Store, name: string, gated: boolean): void {
  const found = `import \`${name}\` returned a promise`;
  if (Suspending === undefined) throw new ComponentError(ErrorCode.WouldSuspend, found, { hint: `${WITHOUT_JSPI}; or return a plain value` });
  if (!store.activations.mayWait) {
    throw new ComponentError(ErrorCode.WouldSuspend, found, { hint: "call the export through `promising`, or return a plain value" });
  }
  if (!gated) throw new ComponentError(ErrorCode.WouldSuspend, found, { hint: "this import can't wait: return a plain value" });
}
