import { promisingHostFunction } from "../canon/lift.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import { recall } from "../link/extern-value.ts";

type AsyncFunction = (this: unknown, ...args: unknown[]) => Promise<unknown>;

const made = new WeakMap<object, AsyncFunction>();

/**
 * The async side of an exported function: called through it, host functions that return promises suspend the guest. As
 * `WebAssembly.promising` does for core functions. For methods, call the result with the resource as `this`.
 *
 * @throws ComponentError `call/type-mismatch` when the function is no component's export.
 */
export function promising(exported: unknown): AsyncFunction {
  const value = recall(exported);
  if (value?.sort !== "func") throw new ComponentError(ErrorCode.TypeMismatch, "expected a function that a component exports");
  const key = exported as object;
  let result = made.get(key);
  if (result === undefined) {
    const plain = promisingHostFunction(value.lifted);
    result = value.method
      ? function (this: unknown, ...args: unknown[]) {
          return plain(this, ...args);
        }
      : (plain as AsyncFunction);
    made.set(key, result);
  }
  return result;
}
