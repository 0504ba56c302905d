/** The commands about revisions: what was done, by whom, and back. */

import type { Revision } from "@tenon/runtime/app";
import { diffLines } from "diff";
import type { Command, CommandLine, Option } from "../command.ts";
import { InputError } from "../failure.ts";
import { print } from "../print.ts";
import { appOption, type Changeable, changeOf, jsonOption, withApp } from "./reach.ts";

const wakeOption: Readonly<Record<string, Option>> = {
  wake: { type: "boolean", help: "parts run on as they were with the code of then, up to ten minutes later: what they came to hold since is lost" },
};

const back = (name: "undo" | "redo", about: string): Command => ({
  name,
  usage: "[OPTIONS]",
  about,
  options: { ...appOption, reason: { type: "string", value: "TEXT", help: "why" }, ...wakeOption, ...jsonOption },
  operands: { least: 0, most: 0 },
  examples: [`tenon ${name}`, `tenon ${name} --wake`],
  run: (line) =>
    withApp(line, async (app) => {
      const revision = await app[name]({ ...changeOf(line), wake: line.flag("wake") });
      print(line.flag("json") ? `${JSON.stringify(shown(revision), undefined, 2)}\n` : `revision ${revision.number}: ${revision.what}\n`);
      return 0;
    }),
});

const log: Command = {
  name: "log",
  usage: "[OPTIONS]",
  about: "Tells what was done to the app: each revision with its author, time and reason.",
  options: { ...appOption, ...jsonOption },
  operands: { least: 0, most: 0 },
  examples: ["tenon log", "tenon log --json"],
  run: (line) =>
    withApp(line, async (app) => {
      const revisions = await app.revisions();
      if (line.flag("json")) print(`${JSON.stringify(revisions.map(shown), undefined, 2)}\n`);
      else print(revisions.length === 0 ? "no revisions yet: the first run makes one, or the first change\n" : revisions.map(lineOf).join(""));
      return 0;
    }),
};

const diff: Command = {
  name: "diff",
  usage: "[OPTIONS] [FROM [TO]]",
  about: "Shows how the document differs between two revisions. By default: before the last revision, and now.",
  options: { ...appOption, ...jsonOption },
  operands: { least: 0, most: 2 },
  examples: ["tenon diff", "tenon diff 3", "tenon diff 3 7"],
  run: (line) =>
    withApp(line, async (app) => {
      const [before, after] = await between(app, line);
      const lines = diffLines(before.text, after.text).flatMap(({ added, removed, value }) =>
        added || removed
          ? value
              .replace(/\n$/, "")
              .split("\n")
              .map((each) => `${added ? "+" : "-"} ${each}`)
          : [],
      );
      if (line.flag("json")) print(`${JSON.stringify({ from: before.number, to: after.number, lines }, undefined, 2)}\n`);
      else for (const each of lines) print(`${each}\n`);
      return 0;
    }),
};

export const historyCommands: readonly Command[] = [
  back("undo", "Takes back the last change of the app's document, whoever made it. Undo of an undo is `redo`. What parts did meanwhile stays done."),
  back("redo", "Does again what was undone last."),
  log,
  diff,
];

async function between(app: Changeable, { operands }: CommandLine): Promise<readonly [Revision, Revision]> {
  const revisions = await app.revisions();
  const last = revisions.at(-1)?.number ?? 0;
  const find = (text: string | undefined, otherwise: number): Revision => {
    const found = revisions.find(({ number }) => number === (text === undefined ? otherwise : Number(text)));
    if (found === undefined) throw new InputError(`there is no revision ${text ?? otherwise}: the app has ${last === 0 ? "none yet" : `1 to ${last}`}`);
    return found;
  };
  return [find(operands[0], Math.max(1, last - 1)), find(operands[1], last)];
}

/** Documents are long: `tenon diff` shows them. */
function shown({ text: _, ...rest }: Revision): object {
  return rest;
}

function lineOf({ number, what, author, at, reason }: Revision): string {
  return `${String(number).padStart(4)}  ${at.slice(0, 19).replace("T", " ")}  ${author}  ${what}${reason === undefined ? "" : `\n      ${reason}`}\n`;
}
