/** How failures end: one helpful line and an exit status. A stack is printed for bugs of ours only. */
import path from "node:path";

/** The command line is wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The file given can't be used. The message names it. */
export class InputError extends Error {
  override readonly name = "InputError";
}

const Status = { Failed: 1, Usage: 2, Trapped: 134 } as const;

interface Failure {
  readonly message: string;
  readonly status: number;
}

/** Prints what went wrong, and gives the exit status. `file` is the component, once it is known. */
export async function report(error: unknown, file: string | undefined): Promise<number> {
  const { message, status } = await explainFailure(error, file);
  process.stderr.write(`tenon: ${message}\n`);
  return status;
}

async function explainFailure(error: unknown, file: string | undefined): Promise<Failure> {
  if (isNamed(error, "UsageError")) return { message: error.message, status: Status.Usage };
  if (isNamed(error, "InputError")) return { message: error.message, status: Status.Failed };
  if (isNamed(error, "AppError")) return { message: fromHere(error.message), status: Status.Failed };
  if (isEngineError(error, "Trap")) {
    const { describeTrap } = await import("./trace/describe-trap.ts");
    return { message: describeTrap(error, file ?? "component"), status: Status.Trapped };
  }
  const about = file === undefined ? "" : `${file}: `;
  if (isEngineError(error, "ComponentError") || isSystemError(error) || isNamed(error, "HandlerFailure"))
    return { message: about + error.message, status: Status.Failed };
  return { message: describeBug(error), status: Status.Failed };
}

interface EngineError extends Error {
  readonly code: string;
}

/** Each problem begins with the document's file: from the current folder, if it lies below it. */
function fromHere(problems: string): string {
  const folder = process.cwd() + path.sep;
  return problems
    .split("\n")
    .map((line) => (line.startsWith(folder) ? line.slice(folder.length) : line))
    .join("\n");
}

/** By name: what is loaded apart from a command, such as `tenon run` for an app, is a script with classes of its own. */
function isNamed(error: unknown, name: "UsageError" | "InputError" | "AppError" | "HandlerFailure"): error is Error {
  return error instanceof Error && error.name === name;
}

/** By name and code: the engine's classes would have to be loaded to ask for them. */
function isEngineError(error: unknown, name: string): error is EngineError {
  return error instanceof Error && error.name === name && "code" in error && typeof error.code === "string";
}

/** The operating system refused something: no bug of ours. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "errno" in error && "syscall" in error;
}

function describeBug(error: unknown): string {
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    "this is a bug of tenon, not of your component. Please report it where `npm bugs tenon` points, with the component if you may:",
    shown,
    `Node ${process.version}, ${process.platform} ${process.arch}`,
  ].join("\n");
}
