#!/usr/bin/env node
/** The `tenon` command: finds the command of that name and loads it alone, since start-up time is what a user feels first. */
import type { Command } from "./command.ts";

interface Entry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  run: { summary: "run a component, or call one of its functions", load: async () => (await import("./commands/run.ts")).run },
  serve: { summary: "answer HTTP requests with a component", load: async () => (await import("./commands/serve.ts")).serve },
  inspect: { summary: "show what a component imports, exports and holds", load: async () => (await import("./commands/inspect.ts")).inspect },
  validate: { summary: "check a component", load: async () => (await import("./commands/validate.ts")).validate },
};

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === "--version" || name === "-V") {
    const { version } = await import("./version.ts");
    (await import("./print.ts")).print(`tenon ${version()}\n`);
    return 0;
  }
  const entry = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) {
    const { overview, unknownCommand } = await import("./help.ts");
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
      const asked = COMMANDS[args[0] ?? ""];
      if (name === "help" && asked !== undefined) return main([args[0]!, "--help"]);
      if (name === undefined) process.stderr.write(overview(COMMANDS));
      else (await import("./print.ts")).print(overview(COMMANDS));
      return name === undefined ? 2 : 0;
    }
    process.stderr.write(unknownCommand(name, Object.keys(COMMANDS)));
    return 2;
  }
  let file: string | undefined;
  try {
    const [command, { parseCommandLine }] = await Promise.all([entry.load(), import("./command.ts")]);
    const line = parseCommandLine(command, args);
    if (line === undefined) {
      const { helpOf } = await import("./help.ts");
      (await import("./print.ts")).print(helpOf(command));
      return 0;
    }
    file = line.file;
    return await command.run(line);
  } catch (error) {
    const { report } = await import("./failure.ts");
    return report(error, file);
  }
}

process.exitCode = await main(process.argv.slice(2));
