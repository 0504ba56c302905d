/** How failures end: one helpful line and an exit status. A stack is printed for bugs of ours only. */

/** The command line is wrong. */
export class UsageError extends Error {}

/** The file given can't be used. The message names it. */
export class InputError extends Error {}

export const Status = { Failed: 1, Usage: 2, Trapped: 134 } as const;

/** Prints what went wrong, and gives the exit status. `file` is the component, once it is known. */
export async function report(error: unknown, file: string | undefined): Promise<number> {
  if (error instanceof UsageError) return say(error.message, Status.Usage);
  if (error instanceof InputError) return say(error.message, Status.Failed);
  if (isEngineError(error, "Trap")) {
    const { describeTrap } = await import("./trace/describe-trap.ts");
    return say(await describeTrap(error, file ?? "component"), Status.Trapped);
  }
  if (isEngineError(error, "ComponentError")) return say(file === undefined ? error.message : `${file}: ${error.message}`, Status.Failed);
  if (isSystemError(error)) return say(file === undefined ? error.message : `${file}: ${error.message}`, Status.Failed);
  return reportBug(error);
}

interface EngineError extends Error {
  readonly code: string;
}

/** By name and code: the engine's classes would have to be loaded to ask for them. */
function isEngineError(error: unknown, name: string): error is EngineError {
  return error instanceof Error && error.name === name && "code" in error && typeof error.code === "string";
}

/** The operating system refused something: no bug of ours. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "errno" in error && "syscall" in error;
}

function reportBug(error: unknown): number {
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
  say(
    `this is a bug of tenon, not of your component. Please report it, with the component if you may, where \`npm bugs tenon\` points:\n${shown}\nNode ${process.version}, ${process.platform} ${process.arch}`,
    Status.Failed,
  );
  return Status.Failed;
}

function say(message: string, status: number): number {
  process.stderr.write(`tenon: ${message}\n`);
  return status;
}
