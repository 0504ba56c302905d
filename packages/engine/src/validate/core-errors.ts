import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";

/**
 * The JavaScript engine's refusal of a core module as our error. `start` is where the module begins in the component; V8 says how far
 * into the module it came.
 */
export function coreModuleError(error: unknown, start: number): ComponentError {
  const text = error instanceof Error ? error.message : String(error);
  // `WebAssembly.Module(): Compiling function #0:"f" failed: ... @+35`
  const [, reason, at] = /^(?:WebAssembly\.\w+\(\): )?(.*?)(?: @\+(\d+))?$/s.exec(text) ?? [];
  return new ComponentError(ErrorCode.InvalidCoreModule, `invalid core module: ${inOurWords(reason ?? text)}`, {
    offset: start + Number(at ?? 0),
    cause: error,
  });
}

/** Findings that V8 words otherwise than other tools do: the common words are put before V8's. */
const WORDS: readonly (readonly [engine: RegExp, words: string])[] = [
  [/expected type .*, found|expected \d+ elements on the stack|not enough arguments on the stack|type error in/, "type mismatch"],
];

function inOurWords(reason: string): string {
  const words = WORDS.find(([engine]) => engine.test(reason))?.[1];
  return words === undefined ? reason : `${words}: ${reason}`;
}
