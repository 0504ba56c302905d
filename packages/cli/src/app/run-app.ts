/** `tenon run` for an app. */
import { userInfo } from "node:os";
import { createInterface } from "node:readline/promises";
import { connectControl, FileGrants, RestingApp, type RunningApp, runApp } from "@tenon/runtime/node/app";
import type { CommandLine } from "../command.ts";
import { UsageError } from "../failure.ts";
import { print } from "../print.ts";
import { needSuspension } from "../suspension.ts";
import { documentOf } from "./document.ts";
import { describeLine } from "./look.ts";

export async function runDocument(line: CommandLine): Promise<number> {
  await needSuspension();
  const document = documentOf(line.operands[0]);
  const other = await connectControl(document);
  if (other !== undefined) {
    process.stderr.write(`tenon: ${document} runs already; what it writes follows. Ctrl-C leaves it running, \`tenon stop\` ends it\n`);
    await other.follow((each) => print(describeLine(each)));
    return 0;
  }
  const grants = new FileGrants(document);
  await askForGrants(document, grants, line);
  const running = await runApp(document, { author: userInfo().username, grants, watch: line.flag("watch") });
  tellStart(running, document);
  running.app.log.follow((each) => print(describeLine(each)));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void running.end());
  await running.ended;
  return 0;
}

/** What lies beyond the app's folder and this machine is the owner's to give: by `--grant`, or by saying yes. */
async function askForGrants(document: string, grants: FileGrants, { options, flag }: CommandLine): Promise<void> {
  const resting = new RestingApp(document);
  const asked = await resting.asks().finally(() => resting.close());
  const open = asked.filter(({ part, ask }) => !grants.allows(ask, part));
  const given = options("grant");
  const matches = ({ part, ask }: (typeof open)[number]) => given.includes("all") || given.includes(part) || given.includes(`${part}: ${ask.id}`);
  const unknown = given.find((each) => each !== "all" && !asked.some(({ part, ask }) => each === part || each === `${part}: ${ask.id}`));
  if (unknown !== undefined) throw new UsageError(`\`--grant ${unknown}\`: no part of that name asks for anything`);
  grants.add(open.filter(matches).map(({ part, ask }) => ({ part, ask: ask.id })));
  for (const each of open.filter((each) => !matches(each))) {
    const { part, ask } = each;
    if (flag("yes") || (await says(`\`${part}\` asks for more than its own folder: it ${ask.words}. Grant that? [y/N] `))) grants.add([{ part, ask: ask.id }]);
    else process.stderr.write(`tenon: \`${part}\` does not get what it asks for: it ${ask.words}; \`--grant ${part}\` grants it\n`);
  }
}

async function says(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

function tellStart({ app }: RunningApp, document: string): void {
  const { name, purpose, revision, parts, wires } = app.status();
  process.stderr.write(
    `tenon: ${name} runs, ${parts.length} parts and ${wires.length} wires, revision ${revision}${purpose === undefined ? "" : `: ${purpose}`}\n`,
  );
  for (const each of app.log.lines()) print(describeLine(each));
  process.stderr.write(`tenon: in a second terminal: \`tenon status --app ${document}\`; Ctrl-C ends it\n`);
}
