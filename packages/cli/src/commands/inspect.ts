/** `tenon inspect`: what a component is, before it is run. */
import type { ComponentDescription } from "@tenon/engine/inspect";
import { type Command, runCommandLine } from "../command.ts";
import { readComponent } from "../component-file.ts";
import { print } from "../print.ts";

const command: Command = {
  name: "inspect",
  usage: "[--json] FILE",
  about: "Shows what a component imports and exports, as WIT; the sizes of its parts; and the tools that made it.",
  options: { json: { type: "boolean", help: "print all that is known as JSON" } },
  examples: ["tenon inspect app.wasm", "tenon inspect --json app.wasm"],
  async run({ file, flag }) {
    const { inspectComponent } = await import("@tenon/engine/inspect");
    const description = inspectComponent(readComponent(file));
    print(flag("json") ? `${JSON.stringify(description, undefined, 2)}\n` : describe(description));
    return 0;
  },
};

export const main = (args: readonly string[]): Promise<number> => runCommandLine(command, args);

function describe(component: ComponentDescription): string {
  const sections = [component.wit?.trimEnd() ?? "", ["// sizes in bytes", ...sizes(component, "component", "")].join("\n")];
  const producers = [...producersOf(component)];
  if (producers.length > 0) sections.push(["// made by", ...producers.map((line) => `//   ${line}`)].join("\n"));
  return `${sections.join("\n\n")}\n`;
}

function sizes({ name, size, modules, components }: ComponentDescription, noun: string, indent: string): string[] {
  const lines = [row(indent, noun, name, size)];
  const inner = `${indent}  `;
  for (const [index, module] of modules.entries()) {
    const { codeSize, dataSize, functions } = module;
    lines.push(`${row(inner, `core module ${index}`, module.name, module.size)} (${functions} functions, code ${codeSize}, data ${dataSize})`);
  }
  for (const [index, component] of components.entries()) lines.push(...sizes(component, `component ${index}`, inner));
  return lines;
}

function row(indent: string, noun: string, name: string | null, size: number): string {
  return `// ${`${indent}${noun}${name === null ? "" : ` "${name}"`}`.padEnd(40)}${String(size).padStart(10)}`;
}

/** Each tool once, however many of the modules it made. */
function producersOf({ producers, modules, components }: ComponentDescription): Set<string> {
  const found = new Set<string>();
  for (const each of [producers, ...modules.map((module) => module.producers)]) {
    for (const [field, tools] of Object.entries(each))
      for (const { name, version } of tools) found.add(`${field}: ${name}${version === "" ? "" : ` ${version}`}`);
  }
  for (const component of components) for (const line of producersOf(component)) found.add(line);
  return found;
}
