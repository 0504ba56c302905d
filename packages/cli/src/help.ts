/** The text of a command's `--help`. Loaded only when it is asked for. */
import type { Command, Option } from "./command.ts";

export function helpOf(command: Command, usage: string): string {
  const options = Object.entries(command.options).map(([name, option]) => [signatureOf(name, option), option.help] as const);
  options.push(["-h, --help", "show this"]);
  const width = Math.max(...options.map(([signature]) => signature.length)) + 2;
  return [
    usage,
    "",
    command.about,
    "",
    "Options:",
    ...options.map(([signature, help]) => `  ${signature.padEnd(width)}${help}`),
    "",
    "Examples:",
    ...command.examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

function signatureOf(name: string, { value, type }: Option): string {
  return type === "boolean" ? `--${name}` : `--${name} ${value ?? "VALUE"}`;
}
