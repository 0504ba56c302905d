import { type CodeChange, LockedCode, RestingApp } from "@tenon/runtime/node/app";
import type { Command } from "../command.ts";
import { print } from "../print.ts";
import { documentOf } from "./document.ts";
import { jsonOption } from "./reach.ts";

export const updateCommand: Command = {
  name: "update",
  usage: "[OPTIONS] [APP]",
  about:
    "Locks the code of an app's parts in `tenon.lock`, by digest, and says of each that is different from what was locked what that means for\n" +
    "those who use it, told from the types: `same`, `compatible` or `breaking`. `tenon check` then refuses other code.",
  options: {
    "dry-run": { type: "boolean", help: "say what is different, lock nothing" },
    ...jsonOption,
  },
  operands: { least: 0, most: 1 },
  examples: ["tenon update", "tenon update --dry-run examples/visitors"],
  async run(line) {
    const document = documentOf(line.operands[0]);
    const app = new RestingApp(document);
    try {
      const plan = await app.check();
      const code = new LockedCode(document);
      const changes = await code.changes(plan);
      if (!line.flag("dry-run")) code.write(plan);
      print(line.flag("json") ? `${JSON.stringify({ changes }, undefined, 2)}\n` : `${inWords(changes)}\n`);
      return 0;
    } finally {
      app.close();
    }
  },
};

function inWords(changes: readonly CodeChange[]): string {
  if (changes.length === 0) return "all code is as it is locked";
  return changes.flatMap((each) => [lineOf(each), ...(each.verdict?.differences ?? []).map((difference) => `  ${difference}`)]).join("\n");
}

function lineOf({ reference, change, verdict, versions }: CodeChange): string {
  const from = versions === undefined ? "" : ` ${versions.before} → ${versions.after}`;
  if (change !== "other") return `${change}: ${reference}`;
  return `${verdict?.verdict ?? "other code, and this machine has not kept the old one"}: ${reference}${from}`;
}
