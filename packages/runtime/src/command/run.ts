import { type Component, type Imports, promising } from "@tenon/engine";
import { Exit } from "../wasi/cli/exit.ts";
import { wasiOf } from "../wasi/imports.ts";
import { WasiHost, type WasiOptions } from "../wasi/options.ts";
import { findExport } from "./find-export.ts";

export interface RunOptions extends WasiOptions {
  /** Providers of other imports, or instead of those of WASI. */
  readonly imports?: Imports;
}

/**
 * Runs a component that exports `wasi:cli/run` of any 0.2.x or 0.3.x. Resolves when all that it wrote has been passed on: 0 when `run`
 * returns ok, 1 when it returns an error, the status given when it calls `wasi:cli/exit`.
 *
 * @throws Trap when the guest traps; ComponentError `link/*` when an import has no provider.
 */
export async function run(component: Component, options: RunOptions = {}): Promise<{ exitCode: number }> {
  const name = findExport(component, ["wasi:cli/run@0.3", "wasi:cli/run@0.2"]);
  const host = new WasiHost(options);
  try {
    return { exitCode: await exitCodeOf(component, name, { ...wasiOf(host), ...options.imports }) };
  } finally {
    await host.flushed();
  }
}

async function exitCodeOf(component: Component, name: string, imports: Imports): Promise<number> {
  try {
    const instance = await component.instantiate(imports);
    const command = instance.exports[name] as { readonly run: unknown };
    await promising(command.run)();
    return 0;
  } catch (error) {
    const exit = Exit.in(error);
    if (exit !== undefined) return exit.exitCode;
    if (error instanceof Error && Object.hasOwn(error, "payload")) return 1;
    throw error;
  }
}
