/** `tenon check`: what is wrong with an app, and whether it does what it is for. */
import { AppError, type NeedReport } from "@tenon/runtime/app";
import { LockedCode, RestingApp } from "@tenon/runtime/node/app";
import type { Command, CommandLine } from "../command.ts";
import { print } from "../print.ts";
import { needSuspension } from "../suspension.ts";
import { documentOf } from "./document.ts";
import { jsonOption } from "./reach.ts";

export const checkCommand: Command = {
  name: "check",
  usage: "[OPTIONS] [APP]",
  about: "Checks an app without running it: its document, its parts, and whether they fit one another. Tells all that is wrong, with the line.",
  options: {
    needs: { type: "boolean", help: "run what checks the app's needs, each in a world in memory, and say who needs what and whether it holds" },
    ...jsonOption,
  },
  operands: { least: 0, most: 1 },
  examples: ["tenon check", "tenon check --needs examples/visitors"],
  async run(line) {
    const document = documentOf(line.operands[0]);
    const app = new RestingApp(document);
    try {
      const plan = await app.check();
      const other = new LockedCode(document).problems(plan);
      if (other.length > 0) throw new AppError(other);
      if (line.flag("needs")) return await tellNeeds(app, line);
      const { parts, wires } = plan;
      const count = [...wires.values()].reduce((sum, each) => sum + each.length, 0);
      print(line.flag("json") ? `${JSON.stringify({ problems: [] })}\n` : `all is well: ${parts.size} parts, ${count} wires\n`);
      return 0;
    } catch (error) {
      const problems = error instanceof Error && "problems" in error ? error.problems : undefined;
      if (problems === undefined || !line.flag("json")) throw error;
      print(`${JSON.stringify({ problems }, undefined, 2)}\n`);
      return 1;
    } finally {
      app.close();
    }
  },
};

async function tellNeeds(app: RestingApp, line: CommandLine): Promise<number> {
  await needSuspension();
  // A check that waits for what never comes leaves nothing for Node to do, which would end the process before the check is given up.
  const alive = setInterval(() => {}, 1000);
  const needs = await app.needs().finally(() => clearInterval(alive));
  if (line.flag("json")) print(`${JSON.stringify({ problems: [], needs }, undefined, 2)}\n`);
  else print(needs.length === 0 ? "the app says of nobody what they need: `needs` in its document\n" : needs.map(inWords).join(""));
  return needs.some(({ holds }) => holds === false) ? 1 : 0;
}

function inWords({ who, want, holds, cases }: NeedReport): string {
  const verdict = holds === undefined ? "nothing checks it" : holds ? "it holds" : "it does not hold";
  const found = cases.flatMap(({ name, wrong }) => (wrong === undefined ? [] : [`  ${name}${name === "" ? "" : ": "}${wrong.replaceAll("\n", "\n    ")}\n`]));
  return `${who} needs to ${want}: ${verdict}\n${found.join("")}`;
}
