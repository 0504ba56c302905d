import { UsageError } from "./failure.ts";

/** The variables of `--env NAME=VALUE` and `--env NAME`; the last of one name counts. */
export function environmentOf(options: readonly string[]): Readonly<Record<string, string>> {
  return namedValues("env", options, (name) => {
    const value = process.env[name];
    if (value === undefined) throw new UsageError(`\`--env ${name}\`: your environment has no ${name}; write --env ${name}=VALUE`);
    return value;
  });
}

/** The values of an option that is written `NAME=VALUE`, the last of one name; `known` may have one for a `NAME` alone. */
export function namedValues(option: string, texts: readonly string[], known?: (name: string) => string): Readonly<Record<string, string>> {
  const values = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf("=");
    const name = at < 0 ? text : text.slice(0, at);
    if (name === "") throw new UsageError(`\`--${option} ${text}\` names no ${option === "env" ? "variable" : "value"}: write --${option} NAME=VALUE`);
    if (at < 0 && known === undefined) throw new UsageError(`\`--${option} ${text}\` has no value: write --${option} ${text}=VALUE`);
    values.set(name, at < 0 ? known!(name) : text.slice(at + 1));
  }
  return Object.fromEntries(values);
}
