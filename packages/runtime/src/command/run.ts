import { type Component, type Imports, promising } from "@tenon/engine";
import { flushed } from "../streams/output-sink.ts";
import { Exit } from "../wasi/0.2/cli/exit.ts";
import { type Wasi02Options, wasi02 } from "../wasi/0.2/imports.ts";
import { findExport } from "./find-export.ts";

export interface RunOptions extends Wasi02Options {
  /** Providers of other imports, or instead of those of WASI. */
  readonly imports?: Imports;
}

/**
 * Runs a component that exports `wasi:cli/run` of any 0.2.x. Resolves when all that it wrote has been passed on: 0 when `run`
 * returns ok, 1 when it returns an error, the status given when it calls `wasi:cli/exit`.
 *
 * @throws Trap when the guest traps; ComponentError `link/*` when an import has no provider.
 */
export async function run(component: Component, options: RunOptions = {}): Promise<{ exitCode: number }> {
  const name = findExport(component, "wasi:cli/run");
  try {
    return { exitCode: await exitCodeOf(component, name, options) };
  } finally {
    await Promise.all([options.stdout, options.stderr].map((sink) => sink && flushed(sink)));
  }
}

async function exitCodeOf(component: Component, name: string, options: RunOptions): Promise<number> {
  try {
    const instance = await component.instantiate({ ...wasi02(options), ...options.imports });
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
