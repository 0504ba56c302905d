/** `tenon run` for an app. */
import { userInfo } from "node:os";
import { createInterface } from "node:readline/promises";
import { connectControl, FileGrants, RestingApp, type RunningApp, runApp } from "@tenon/runtime/node/app";
import type { CommandLine } from "../command.ts";
import { UsageError } from "../failure.ts";
import { print } from "../print.ts";
import { needSuspension } from "../suspension.ts";
import { documentOf } from "./document.ts";
import { LAPSED } from "./granted.ts";
import { describeLine } from "./look.ts";

export async function runDocument(line: CommandLine): Promise<number> {
  await needSuspension();
  const [extra] = line.guestArguments;
  if (extra !== undefined) throw new UsageError(`an app takes no arguments, and \`${extra}\` is one: options stand before ${line.operands[0]}`);
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

/**
 * What lies beyond the app's folder and this machine is the owner's to give: by `--grant`, or by saying yes. It is given to the app as it
 * is: code or wires that another has changed ask anew, unless the app is the owner's own.
 */
async function askForGrants(document: string, grants: FileGrants, { options, flag }: CommandLine): Promise<void> {
  const resting = new RestingApp(document);
  const { asks, identity } = await resting.asks().finally(() => resting.close());
  if (flag("mine")) grants.own(identity);
  const open = asks.filter(({ part, ask }) => !grants.allows(ask, part, identity));
  const given = options("grant");
  const matches = ({ part, ask }: (typeof open)[number]) => given.includes("all") || given.includes(part) || given.includes(`${part}: ${ask.id}`);
  const unknown = given.find((each) => each !== "all" && !asks.some(({ part, ask }) => each === part || each === `${part}: ${ask.id}`));
  if (unknown !== undefined) throw new UsageError(`\`--grant ${unknown}\`: no part of that name asks for anything`);
  const grant = ({ part, ask }: (typeof open)[number]): void => grants.add([{ part, ask: ask.id }], identity);
  for (const each of open) {
    const { part, ask } = each;
    if (matches(each) || flag("yes")) grant(each);
    else {
      const answer = await says(`\`${part}\` asks for more than its own folder: it ${ask.words}. Grant that? [y]es, [N]o, yes [a]lways: this app is mine `);
      if (answer === "always") grants.own(identity);
      if (answer !== "no") grant(each);
      else process.stderr.write(`tenon: \`${part}\` does not get what it asks for: it ${ask.words}; \`--grant ${part}\` grants it\n`);
      if (answer === "no" && grants.lapsed(ask, part, identity)) process.stderr.write(`tenon: that was ${LAPSED}\n`);
    }
  }
}

async function says(question: string): Promise<"yes" | "always" | "no"> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return "no";
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = (await terminal.question(question)).trim();
    return /^a(lways)?$/i.test(answer) ? "always" : /^y(es)?$/i.test(answer) ? "yes" : "no";
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
