/** The texts of `--help`. Loaded only when they are asked for. */
import { type Command, type Option, usageOf } from "./command.ts";

export function overview(commands: Readonly<Record<string, { readonly summary: string }>>): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`);
  return [
    "tenon runs WebAssembly components.",
    "",
    "usage: tenon COMMAND [OPTIONS] FILE",
    "",
    ...lines,
    "",
    "`tenon COMMAND --help` tells more, with examples. `tenon --version` prints the version.",
    "",
  ].join("\n");
}

export function unknownCommand(name: string, known: readonly string[]): string {
  const hint = name.endsWith(".wasm") ? `try \`tenon run ${name}\`` : `the commands are ${known.join(", ")}; \`tenon --help\` explains them`;
  return `tenon: there is no command \`${name}\`; ${hint}\n`;
}

export function helpOf(command: Command): string {
  const options = Object.entries(command.options).map(([name, option]) => [signatureOf(name, option), option.help] as const);
  options.push(["-h, --help", "show this"]);
  const width = Math.max(...options.map(([signature]) => signature.length)) + 2;
  return [
    usageOf(command),
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
