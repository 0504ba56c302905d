/** The commands that look at an app, or end it. */
import { type AppStatus, type LogLine, nearest, type PartStatus, type WireStatus } from "@tenon/runtime/app";
import type { ControlClient } from "@tenon/runtime/node/app";
import type { Command } from "../command.ts";
import { InputError } from "../failure.ts";
import { print } from "../print.ts";
import { appOption, jsonOption, withRunning } from "./reach.ts";

const status: Command = {
  name: "status",
  usage: "[OPTIONS]",
  about: "Shows the parts of an app that runs, how they are, and the wires between them.",
  options: { ...appOption, ...jsonOption },
  operands: { least: 0, most: 0 },
  examples: ["tenon status", "tenon status --json"],
  run: (line) =>
    withRunning(line, async (app) => {
      const found = await app.status();
      print(line.flag("json") ? `${JSON.stringify(found, undefined, 2)}\n` : describeStatus(found));
      return 0;
    }),
};

const logs: Command = {
  name: "logs",
  usage: "[OPTIONS] [PART]",
  about: "Prints what the parts of an app that runs have written: to standard output and error, by wasi:logging, and what lies on their wires.",
  options: { ...appOption, follow: { type: "boolean", help: "go on, until the app ends" }, ...jsonOption },
  operands: { least: 0, most: 1 },
  examples: ["tenon logs", "tenon logs counter", "tenon logs --follow"],
  run: (line) =>
    withRunning(line, async (app) => {
      const part = line.operands[0] ?? null;
      const tell = (each: LogLine): void => print(line.flag("json") ? `${JSON.stringify(each)}\n` : describeLine(each));
      const lines = await app.logs(part);
      // A part that was removed may have left some.
      if (part !== null && lines.length === 0) await partsOf(app, part);
      for (const each of lines) tell(each);
      if (line.flag("follow")) await app.follow((each) => (part === null || each.part === part || each.part.startsWith(`${part}/`) ? tell(each) : undefined));
      return 0;
    }),
};

const restart: Command = {
  name: "restart",
  usage: "[OPTIONS] PART",
  about: "Starts a part again that is down.",
  options: appOption,
  operands: { least: 1, most: 1 },
  examples: ["tenon restart counter"],
  run: (line) =>
    withRunning(line, async (app) => {
      const { file: path } = line;
      const [before] = await partsOf(app, path);
      if (before.path === path && runs(before)) {
        print(`\`${path}\` is up: only a part that is down is started again\n`);
        return 0;
      }
      await app.restart(path);
      const [after] = await partsOf(app, path);
      print(`\`${path}\` is ${after.health}${after.trouble === undefined ? "" : `: ${after.trouble}`}\n`);
      return runs(after) ? 0 : 1;
    }),
};

const stop: Command = {
  name: "stop",
  usage: "[OPTIONS]",
  about: "Ends an app that runs: what is under way is answered first.",
  options: appOption,
  operands: { least: 0, most: 0 },
  examples: ["tenon stop"],
  run: (line) =>
    withRunning(line, async (app) => {
      await app.stop();
      // Whoever starts it next is not told that it runs.
      await app.ended;
      return 0;
    }),
};

export const lookCommands: readonly Command[] = [status, logs, restart, stop];

function runs({ health }: PartStatus): boolean {
  return health === "up" || health === "trying";
}

/** The part of that path, or those of the nested app. */
async function partsOf(app: Pick<ControlClient, "status">, path: string): Promise<readonly [PartStatus, ...PartStatus[]]> {
  const { parts } = await app.status();
  const [first, ...rest] = parts.filter((each) => each.path === path || each.path.startsWith(`${path}/`));
  if (first !== undefined) return [first, ...rest];
  const near = nearest(
    path,
    parts.map((each) => each.path),
  );
  throw new InputError(`there is no part \`${path}\`${near === undefined ? "" : `\n  did you mean \`${near}\`?`}`);
}

/** One line of a log: time, part, text. */
export function describeLine({ at, part, level, context, message }: LogLine): string {
  const about = [part, level === "info" || level === "debug" ? "" : level, context].filter((each) => each !== "").join(" ");
  return `${at.slice(11, 19)} ${about}${about === "" ? "" : ": "}${message}\n`;
}

function describeStatus({ name, purpose, revision, parts, wires, refused }: AppStatus): string {
  const width = Math.max(...parts.map(({ path }) => path.length));
  return [
    `${name}, revision ${revision}${purpose === undefined ? "" : `: ${purpose}`}`,
    "",
    ...parts.map((part) => describePart(part, width)),
    "",
    ...wires.map((wire) => `  ${describeWire(wire)}`),
    ...(refused === undefined ? [] : ["", "the document on disk is not taken up:", refused]),
    "",
  ].join("\n");
}

function describePart({ path, kind, of, health, trouble, restarts, purpose }: PartStatus, width: number): string {
  const what = kind === "capability" ? of : of.replace(/^.*\//, "");
  const notes = [
    health,
    ...(restarts === 0 ? [] : [`restarted ${restarts === 1 ? "once" : `${restarts} times`}`]),
    ...(trouble === undefined ? [] : [trouble]),
  ];
  return `  ${path.padEnd(width)}  ${what.padEnd(16)}  ${notes.join(", ")}${purpose === undefined ? "" : ` (${purpose})`}`;
}

function describeWire({ from, import: name, to, through, handles }: WireStatus): string {
  const between = through.map(({ kind }) => ` ${kind} ──`).join("");
  const drains = handles === 0 ? "" : `   (${handles} handle${handles === 1 ? "" : "s"} still go to where it led before)`;
  return `${from} ── ${name} ──${between}▶ ${to ?? "nowhere"}${drains}`;
}
