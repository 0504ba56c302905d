import type { CommandLine } from "../command.ts";
import { UsageError } from "../failure.ts";

/** The value of an option that is a whole number from 0; `undefined`: it was not given. */
export function numberOf({ option }: Pick<CommandLine, "option">, name: string): number | undefined {
  const text = option(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`\`--${name} ${text}\`: a whole number, from 0`);
  return Number(text);
}
