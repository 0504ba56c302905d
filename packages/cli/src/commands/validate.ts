import { type Command, runCommandLine } from "../command.ts";
import { loadComponent } from "../load.ts";

const command: Command = {
  name: "validate",
  usage: "FILE",
  about:
    "Checks a component completely, its core modules too. Says nothing and exits with 0 when it is valid; otherwise one line tells what is wrong, and where.",
  options: {},
  examples: ["tenon validate app.wasm", "tenon validate app.wasm && echo fine"],
  async run({ file }) {
    await loadComponent(file);
    return 0;
  },
};

export const main = (args: readonly string[]): Promise<number> => runCommandLine(command, args);
