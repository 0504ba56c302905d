/** What `tenon` says of itself: when no command is named, or none of ours. */
import { readFileSync } from "node:fs";

/** `groups`: commands with their summaries, by what they are for. */
export function overview(groups: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const lines = Object.entries(groups).flatMap(([about, commands]) => [
    `${about}:`,
    ...Object.entries(commands).map(([name, summary]) => `  ${name.padEnd(12)}${summary}`),
    "",
  ]);
  return [
    "tenon runs WebAssembly components, and apps made of them that can be rewired while they run.",
    "",
    "usage: tenon COMMAND [OPTIONS] ...",
    "",
    ...lines,
    "`tenon COMMAND --help` tells more, with examples. `tenon --version` prints the version.",
    "",
  ].join("\n");
}

export function unknownCommand(name: string, known: readonly string[]): string {
  const hint = name.endsWith(".wasm") ? `try \`tenon run ${name}\`` : `the commands are ${known.join(", ")}; \`tenon --help\` explains them`;
  return `tenon: there is no command \`${name}\`; ${hint}\n`;
}

/** The version of the package that this file belongs to: its manifest lies one folder above, built or not. */
export function versionLine(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { readonly version: string };
  return `tenon ${manifest.version}\n`;
}
