import { ComponentError, coreTrap, ErrorCode } from "@tenon/engine";
import { Exit } from "../wasi/cli/exit.ts";
import { WasiHost, type WasiOptions } from "../wasi/options.ts";
import { type Guest, preview1, SNAPSHOT } from "../wasi/preview1/preview1.ts";
import { SIGNATURES } from "../wasi/preview1/signatures.ts";

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
  checkCommand(module);
  const host = new WasiHost(options);
  try {
    const guest = await preview1(host);
    try {
      await start(module, guest);
      return { exitCode: 0 };
    } catch (error) {
      const cause = guest.thrown.length > 0 ? guest.thrown[0] : error;
      if (cause instanceof Exit) return { exitCode: cause.exitCode };
      throw coreTrap(cause, { part: name, function: "_start" });
    }
  } finally {
    await host.finished();
  }
}

async function start(module: WebAssembly.Module, { imports, memory }: Guest): Promise<void> {
  const { exports } = await instantiate(module, imports);
  if (exports.memory instanceof WebAssembly.Memory) memory.attach(exports.memory);
  const start = exports._start as () => void;
  if (start.length > 0) throw new ComponentError(ErrorCode.TypeMismatch, "`_start` takes arguments: the module is no command");
  const { promising } = WebAssembly as { readonly promising?: (core: () => void) => () => Promise<void> };
  await (promising === undefined ? start() : promising(start)());
}

async function instantiate(module: WebAssembly.Module, imports: WebAssembly.ModuleImports): Promise<WebAssembly.Instance> {
  try {
    return await WebAssembly.instantiate(module, { [SNAPSHOT]: imports });
  } catch (error) {
    if (error instanceof WebAssembly.LinkError) throw new ComponentError(ErrorCode.ImportMismatch, error.message, { cause: error });
    if (error instanceof RangeError && /allocate|memory/i.test(error.message))
      throw new ComponentError(ErrorCode.OutOfResources, error.message, { cause: error });
    // A start function runs before anything could wait for it, and before its memory is known.
    if (error instanceof Error && error.name === "SuspendError") {
      throw new ComponentError(ErrorCode.WouldSuspend, "the module's start function uses WASI, which only `_start` can", { cause: error });
    }
    throw error;
  }
}

function checkCommand(module: WebAssembly.Module): void {
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (from === SNAPSHOT && kind === "function" && Object.hasOwn(SIGNATURES, name)) continue;
    throw new ComponentError(ErrorCode.MissingImport, `import \`${from}.${name}\` (${kind}) has no provider`, {
      hint: `core modules are given the functions of \`${SNAPSHOT}\` and nothing else`,
    });
  }
  if (WebAssembly.Module.exports(module).some(({ name, kind }) => name === "_start" && kind === "function")) return;
  throw new ComponentError(ErrorCode.TypeMismatch, "the module exports no function `_start`: it is no command");
}
