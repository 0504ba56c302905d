/** A file in commands/. */
export interface CommandModule {
  /** Runs the command with its arguments; gives the exit status. */
  readonly main: (args: readonly string[]) => Promise<number>;
}

/** Loads the command of that name. The built package has load-built-command.ts in place of this file. */
export function loadCommand(name: string): Promise<CommandModule> {
  return import(`./commands/${name}.ts`);
}
