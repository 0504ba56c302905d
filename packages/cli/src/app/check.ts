import { AppError } from "@tenon/runtime/app";
import { LockedCode, RestingApp } from "@tenon/runtime/node/app";
import type { Command } from "../command.ts";
import { print } from "../print.ts";
import { documentOf } from "./document.ts";
import { jsonOption } from "./reach.ts";

export const checkCommand: Command = {
  name: "check",
  usage: "[OPTIONS] [APP]",
  about: "Checks an app without running it: its document, its parts, and whether they fit one another. Tells all that is wrong, with the line.",
  options: jsonOption,
  operands: { least: 0, most: 1 },
  examples: ["tenon check", "tenon check examples/visitors"],
  async run(line) {
    const document = documentOf(line.operands[0]);
    const app = new RestingApp(document);
    try {
      const plan = await app.check();
      const other = new LockedCode(document).problems(plan);
      if (other.length > 0) throw new AppError(other);
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
