#!/usr/bin/env node
/**
 * The `tenon` command: finds the command of that name and loads it alone, since start-up time is what a user feels first.
 * Each file in commands/ is bundled with all that it needs.
 */
import { loadCommand } from "./load-command.ts";

/** What each command does, in few words. */
const COMMANDS: Readonly<Record<string, string>> = {
  run: "run a component, call one of its functions, or run an app",
  serve: "answer HTTP requests with a component",
  inspect: "show what a component imports, exports and holds",
  validate: "check a component",
};

/** Commands for apps: all in the script `app`. */
const APP_COMMANDS: Readonly<Record<string, string>> = {
  new: "make an app",
  check: "check an app without running it",
  build: "build parts from their source",
  test: "run the tests that an app's parts carry",
  update: "lock the code of an app, and say what is different from what was locked",
  add: "add a part",
  remove: "take a part away",
  rename: "call a part something else",
  wire: "lead an import to another part",
  cut: "cut a wire",
  unwire: "take a wire's own line out",
  interpose: "put something on a wire",
  uninterpose: "take something off a wire",
  swap: "give a part other code",
  configure: "change a capability's configuration",
  group: "make parts into an app within the app",
  ungroup: "bring them out of it",
  undo: "take back the last change",
  redo: "do again what was undone",
  log: "tell what was done to an app",
  diff: "show what was changed",
  status: "show parts and wires of an app that runs",
  logs: "print what its parts have written",
  grants: "show what an app asks of this machine, and has",
  compose: "write an app as one plain component",
  open: "make an app of a composed component",
  record: "record the calls of a part",
  replay: "make recorded calls again, and compare",
  restart: "start a part again that is down",
  stop: "end an app that runs",
};

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name !== undefined && Object.hasOwn(COMMANDS, name)) return (await loadCommand(name)).main(args);
  if (name !== undefined && Object.hasOwn(APP_COMMANDS, name)) return (await loadCommand("app")).main([name, ...args]);
  if (name === "help" && Object.hasOwn(APP_COMMANDS, args[0] ?? "")) return main([args[0]!, "--help"]);
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
      process.stdout.write(overview({ components: COMMANDS, apps: APP_COMMANDS }));
      return 0;
    case undefined:
      process.stderr.write(overview({ components: COMMANDS, apps: APP_COMMANDS }));
      return 2;
    default:
      process.stderr.write(unknownCommand(name, [...Object.keys(COMMANDS), ...Object.keys(APP_COMMANDS)]));
      return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
