import type { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";

/** A trap of the Canonical ABI, worded as wasmtime and the official suites do. */
export function guestTrap(code: TrapCode, message: string, cause?: unknown): Trap {
  return new Trap(code, `wasm trap: ${message}`, { cause });
}
