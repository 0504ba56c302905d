import { ComponentError, coreTrap, ErrorCode } from "@tenon/engine";
import { Exit } from "../wasi/cli/exit.ts";
import { WasiHost, type WasiOptions } from "../wasi/options.ts";
import { type Guest, preview1, SNAPSHOT } from "../wasi/preview1/preview1.ts";

export interface RunModuleOptions extends WasiOptions {
  /** As a trap tells it. */
  readonly name?: string;
}

/**
 * Runs a core module that was made for WASI preview 1, a command: it exports `_start`. Resolves as `run` does for components, with the
 * status that it ended with.
 *
 * @throws Trap when the guest traps; ComponentError `link/*` when it imports something else, or is no command.
 */
export async function runModule(module: WebAssembly.Module, options: RunModuleOptions = {}): Promise<{ exitCode: number }> {
  const { name = "module" } = options;
  checkImports(module);
  const host = new WasiHost(options);
  try {
    const guest = await preview1(host);
    await start(module, guest);
    return { exitCode: 0 };
  } catch (error) {
    const exit = Exit.in(error);
    if (exit !== undefined) return { exitCode: exit.exitCode };
    throw coreTrap(error, { part: name, function: "_start" });
  } finally {
    await host.finished();
  }
}

async function start(module: WebAssembly.Module, { imports, memory }: Guest): Promise<void> {
  const { exports } = await WebAssembly.instantiate(module, { [SNAPSHOT]: imports });
  if (exports.memory instanceof WebAssembly.Memory) memory.attach(exports.memory);
  const { _start } = exports;
  if (typeof _start !== "function") throw new ComponentError(ErrorCode.TypeMismatch, "the module exports no function `_start`: it is no command");
  const { promising } = WebAssembly as { readonly promising?: (core: unknown) => () => Promise<void> };
  await (promising === undefined ? _start() : promising(_start)());
}

function checkImports(module: WebAssembly.Module): void {
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (from === SNAPSHOT && kind === "function") continue;
    throw new ComponentError(ErrorCode.MissingImport, `import \`${from}.${name}\` (${kind}) has no provider`, {
      hint: `core modules are given \`${SNAPSHOT}\` and nothing else`,
    });
  }
}
