/** `tenon build`: makes the components whose source the document names. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { RestingApp } from "@tenon/runtime/node/app";
import type { Command } from "../command.ts";
import { InputError } from "../failure.ts";
import { print } from "../print.ts";
import { documentOf } from "./document.ts";
import { appOption } from "./reach.ts";

export const buildCommand: Command = {
  name: "build",
  usage: "[OPTIONS] [PART]...",
  about:
    "Runs the `build` commands of an app's parts, or of some, each in the folder of its `source`. They are commands of your shell, with all your rights:\n" +
    "each is shown first, and run when you say yes. Nothing else runs them.",
  options: { ...appOption, yes: { type: "boolean", help: "run them without asking" } },
  operands: { least: 0, most: 1000 },
  examples: ["tenon build", "tenon build counter --yes"],
  async run(line) {
    const document = documentOf(line.option("app"));
    const app = new RestingApp(document);
    const recipes = await app.recipes().finally(() => app.close());
    const unknown = line.operands.find((part) => !recipes.some((each) => each.part === part));
    if (unknown !== undefined) throw new InputError(`\`${unknown}\` has no \`build\` command in ${document}`);
    const chosen = recipes.filter(({ part }) => line.operands.length === 0 || line.operands.includes(part));
    if (chosen.length === 0) print('no part has a `build` command: "source": "./folder", "build": "sh build.sh"\n');
    for (const { part, folder, build } of chosen) {
      print(`${part}, in ${path.relative(process.cwd(), folder) || "."}:\n  ${build}\n`);
      if (!line.flag("yes") && !(await saysYes())) continue;
      const { status, error } = spawnSync(build, { cwd: folder, shell: true, stdio: "inherit" });
      if (status !== 0) throw new InputError(`\`${part}\` was not built: ${error?.message ?? `the command ended with ${status}`}`);
    }
    return 0;
  },
};

async function saysYes(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new InputError("nobody is there to say yes: `--yes` runs them");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question("run it? [y/N] ")).trim());
  } finally {
    terminal.close();
  }
}
