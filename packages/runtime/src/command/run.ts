import { type Component, type Imports, type Instance, promising, Store } from "@tenon/engine";
import { Exit } from "../wasi/cli/exit.ts";
import { wasiOf } from "../wasi/imports.ts";
import { WasiHost, type WasiOptions } from "../wasi/options.ts";
import { findExport } from "./find-export.ts";

export interface RunOptions extends WasiOptions {
  /** Providers of other imports, or instead of those of WASI. */
  readonly imports?: Imports;
  /** Default: one of its own, in which a deadlock is a trap. */
  readonly store?: Store;
}

/**
 * Runs a component that exports `wasi:cli/run` of any 0.2.x or 0.3.x. Resolves when all that it wrote has been passed on: 0 when `run`
 * returns ok, 1 when it returns an error, the status given when it calls `wasi:cli/exit`. With that the command ends, whatever it
 * has still running.
 *
 * @throws Trap when the guest traps; ComponentError `link/*` when an import has no provider.
 */
export async function run(component: Component, options: RunOptions = {}): Promise<{ exitCode: number }> {
  const name = findExport(component, ["wasi:cli/run@0.3", "wasi:cli/run@0.2"]);
  try {
    await useOnce(component, options, ({ exports }) => promising((exports[name] as { readonly run: unknown }).run)());
    return { exitCode: 0 };
  } catch (error) {
    const exit = Exit.in(error);
    if (exit !== undefined) return { exitCode: exit.exitCode };
    if (error instanceof Error && Object.hasOwn(error, "payload")) return { exitCode: 1 };
    throw error;
  }
}

/**
 * Instantiates a component with WASI for one use. Settles as that does, when the instance is disposed of and all that it wrote has been
 * passed on.
 *
 * @throws ComponentError `link/*` when an import has no provider; Trap when a start function traps.
 */
export async function useOnce<T>(component: Component, options: RunOptions, use: (instance: Instance) => Promise<T>): Promise<T> {
  const host = new WasiHost(options);
  const store = options.store ?? new Store({ closed: true });
  let instance: Instance | undefined;
  try {
    instance = await component.instantiate({ ...wasiOf(host), ...options.imports }, { store });
    return await use(instance);
  } finally {
    instance?.[Symbol.dispose]();
    await host.finished();
  }
}
