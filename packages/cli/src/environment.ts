import { UsageError } from "./failure.ts";

/** The variables of `--env NAME=VALUE` and `--env NAME`; the last of one name counts. */
export function environmentOf(options: readonly string[]): Readonly<Record<string, string>> {
  const variables = new Map<string, string>();
  for (const option of options) {
    const at = option.indexOf("=");
    const name = at < 0 ? option : option.slice(0, at);
    if (name === "") throw new UsageError(`\`--env ${option}\` names no variable: write --env NAME=VALUE`);
    const value = at < 0 ? process.env[name] : option.slice(at + 1);
    if (value === undefined) throw new UsageError(`\`--env ${name}\`: your environment has no ${name}; write --env ${name}=VALUE`);
    variables.set(name, value);
  }
  return Object.fromEntries(variables);
}
