import type { WasiHost } from "../../options.ts";

/** `wasi:cli/environment`. */
export function environment({ args, env, initialCwd }: WasiHost) {
  return {
    getEnvironment: (): readonly [string, string][] => env,
    getArguments: (): readonly string[] => args,
    getInitialCwd: (): string | undefined => initialCwd,
  };
}
