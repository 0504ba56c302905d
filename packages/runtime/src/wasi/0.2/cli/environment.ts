/** `wasi:cli/environment`: what the host tells, nothing of its own. */
export interface Environment {
  /** The first is the name of the program itself. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly initialCwd?: string;
}

export function environment({ args = [], env = {}, initialCwd }: Environment) {
  const variables = Object.entries(env);
  return {
    getEnvironment: (): [string, string][] => variables,
    getArguments: (): readonly string[] => args,
    initialCwd: (): string | undefined => initialCwd,
  };
}
