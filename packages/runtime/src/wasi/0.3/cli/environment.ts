import type { WasiHost } from "../../options.ts";

/** `wasi:cli/environment`. */
export function environment(host: WasiHost) {
  return {
    getEnvironment: (): readonly [string, string][] => host.variables(),
    getArguments: (): readonly string[] => host.args(),
    getInitialCwd: (): string | undefined => host.initialCwd(),
  };
}
