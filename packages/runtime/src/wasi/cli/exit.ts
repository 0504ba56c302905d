/**
 * Thrown through the guest by `wasi:cli/exit`: the end of a command, not a failure. Nothing of the guest runs afterwards.
 */
export class Exit extends Error {
  override readonly name = "Exit";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`the component exited with status ${exitCode}`);
    this.exitCode = exitCode;
  }

  /** The exit in what an engine made of it: it may be the cause of a trap. */
  static in(error: unknown): Exit | undefined {
    for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) if (at instanceof Exit) return at;
    return undefined;
  }
}

export const exit = {
  exit(status: { readonly tag: "ok" | "err" }): never {
    throw new Exit(status.tag === "ok" ? 0 : 1);
  },
  exitWithCode(statusCode: number): never {
    throw new Exit(statusCode);
  },
};
