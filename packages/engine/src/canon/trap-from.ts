import type { CoreSignature, CoreValue } from "../abi/core-value.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode, TrapCode } from "../diagnostics/error-code.ts";
import { Trap, type TrapDetail } from "../diagnostics/trap.ts";
import type { ComponentInstance } from "../store/component-instance.ts";

/** How JavaScript engines word core traps, and wasmtime's words for them, which the official suites use. */
const words: readonly (readonly [said: RegExp, word: string])[] = [
  [/unreachable/i, "wasm `unreachable` instruction executed"],
  [/memory access out of bounds|out of bounds memory access|index out of bounds/i, "out of bounds memory access"],
  [/(divide|division|remainder) by zero/i, "integer divide by zero"],
  [/divide result unrepresentable|integer overflow/i, "integer overflow"],
  [/float unrepresentable|invalid conversion/i, "invalid conversion to integer"],
  [/table (index is|access) out of bounds|out of bounds.*table/i, "undefined element: out of bounds table access"],
  [/null function or function signature/i, "uninitialized element or indirect call type mismatch"],
  [/signature mismatch/i, "indirect call type mismatch"],
  [/indirect call to null/i, "uninitialized element"],
  [/array (element )?access out of bounds/i, "out of bounds array access"],
  [/null (pointer|reference)/i, "null reference"],
  [/illegal cast|cast failure/i, "cast failure"],
];

/**
 * The trap (or the engine's own error) that something thrown by core code amounts to. `call_and_trap_on_throw`: an exception
 * does not leave a component.
 */
export function trapFrom(error: unknown, instance: ComponentInstance, name: string | undefined, id: number = instance.store.activations.current): unknown {
  const recorded = instance.store.agent.takeTrap(id);
  if (recorded !== undefined) return recorded;
  return coreTrap(error, { part: instance.name, ...(name === undefined ? {} : { function: name }) });
}

/** The trap that an error of core code amounts to; anything else stays what it is. */
export function coreTrap(error: unknown, where: TrapDetail): unknown {
  if (error instanceof Trap || error instanceof ComponentError) return error;
  const detail = { ...where, cause: error };
  if (error instanceof WebAssembly.RuntimeError) {
    const word = words.find(([said]) => said.test(error.message))?.[1];
    return new Trap(TrapCode.Core, `wasm trap: ${word === undefined ? error.message : `${word} (${error.message})`}`, detail);
  }
  // V8 and JavaScriptCore throw a RangeError, SpiderMonkey an InternalError.
  if (error instanceof Error && /call stack|too much recursion/i.test(error.message)) return new Trap(TrapCode.Core, "wasm trap: call stack exhausted", detail);
  if (typeof WebAssembly.Exception === "function" && error instanceof WebAssembly.Exception) {
    return new Trap(TrapCode.UncaughtException, "uncaught exception propagated out of component: thrown Wasm exception", detail);
  }
  return error;
}

/** What could not wait names the export that was called: of parts that call one another, the one whose code it is. */
export function withExport(error: unknown, name: string): unknown {
  if (!(error instanceof ComponentError) || error.code !== ErrorCode.WouldSuspend || error.detail.path !== undefined) return error;
  return new ComponentError(error.code, error.reason, { ...error.detail, path: `export \`${name}\``, cause: error });
}

/**
 * The end of a function that core code imports, by a failure: the gate through which it was called executes `unreachable`, so the guest
 * can't catch it. What it returns meanwhile is of the function's type.
 */
export function failImport({ store }: ComponentInstance, error: unknown, { results }: CoreSignature): CoreValue {
  store.agent.raise(error);
  return results[0] === "i64" ? 0n : 0;
}
