#!/usr/bin/env node
/**
 * The `tenon` command: finds the command of that name and loads it alone, since start-up time is what a user feels first.
 * Each file in commands/ is bundled with all that it needs.
 */
import { loadCommand } from "./load-command.ts";

/** What each command does, in few words. */
const COMMANDS: Readonly<Record<string, string>> = {
  run: "run a component, or call one of its functions",
  serve: "answer HTTP requests with a component",
  inspect: "show what a component imports, exports and holds",
  validate: "check a component",
};

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name !== undefined && Object.hasOwn(COMMANDS, name)) return (await loadCommand(name)).main(args);
  if (name === "help" && Object.hasOwn(COMMANDS, args[0] ?? "")) return main([args[0]!, "--help"]);
  const { overview, unknownCommand, versionLine } = await import("./overview.ts");
  switch (name) {
    case "--version":
    case "-V":
      process.stdout.write(versionLine());
      return 0;
    case "--help":
    case "-h":
    case "help":
      process.stdout.write(overview(COMMANDS));
      return 0;
    case undefined:
      process.stderr.write(overview(COMMANDS));
      return 2;
    default:
      process.stderr.write(unknownCommand(name, Object.keys(COMMANDS)));
      return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
