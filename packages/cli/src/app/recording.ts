/** The commands about recordings: what a part was asked, and the same asked again. */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Replay, readRecording, replay } from "@tenon/runtime/app";
import { RestingApp } from "@tenon/runtime/node/app";
import type { Command, CommandLine } from "../command.ts";
import { InputError, UsageError } from "../failure.ts";
import { loadComponent } from "../load.ts";
import { print } from "../print.ts";
import { needSuspension } from "../suspension.ts";
import { documentOf } from "./document.ts";
import { appOption, changeOf, jsonOption, withApp, withRunning } from "./reach.ts";

const record: Command = {
  name: "record",
  usage: "[OPTIONS] PART",
  about: "Records all calls that enter a part of an app that runs, and all that it makes, until Ctrl-C: enough to run the part again.",
  options: {
    ...appOption,
    to: { type: "string", value: "FILE", help: "where to; default: PART.tenonrec" },
    for: { type: "string", value: "SECONDS", help: "end by itself" },
  },
  operands: { least: 1, most: 1 },
  examples: ["tenon record counter", "tenon record counter --to monday.tenonrec --for 60"],
  run: (line) =>
    withRunning(line, async (app) => {
      const part = line.file;
      const file = path.resolve(line.option("to") ?? `${part.replaceAll("/", "-")}.tenonrec`);
      await app.record(part, file);
      process.stderr.write(
        `tenon: recording \`${part}\` to ${path.relative(process.cwd(), file)}${line.option("for") === undefined ? "; Ctrl-C ends it" : ""}\n`,
      );
      await pause(line.option("for"));
      process.stderr.write(`tenon: ${await app.endRecord(file)} calls recorded\n`);
      return 0;
    }),
};

const replayCommand: Command = {
  name: "replay",
  usage: "[OPTIONS] FILE",
  about:
    "Makes the calls of a recording again, on a fresh instance of the part as the app has it, or of other code; what it calls is answered from the\n" +
    "record. Stops at the first call that comes to something else, and shows it.",
  options: {
    ...appOption,
    with: { type: "string", value: "FILE", help: "a component to run instead of the part's own" },
    "as-test": { type: "string", value: "NAME", help: "keep the recording as a test of the part: `tenon test` runs it" },
    ...jsonOption,
  },
  operands: { least: 1, most: 1 },
  examples: ["tenon replay counter.tenonrec", "tenon replay counter.tenonrec --with ./counter.js.wasm", "tenon replay counter.tenonrec --as-test monday"],
  async run(line) {
    await needSuspension();
    const { file } = line;
    if (!existsSync(file)) throw new InputError(`there is no ${file}`);
    const recording = readRecording(readFileSync(file), file);
    const { part } = recording.header;
    const name = line.option("as-test");
    if (name !== undefined) return keepAsTest(line, part, name);
    const other = line.option("with");
    const found = await replay(recording, await loadComponent(other ?? (await componentOf(line, part))));
    print(line.flag("json") ? `${JSON.stringify(found, undefined, 2)}\n` : inWords(found));
    return found.divergence === undefined ? 0 : 1;
  },
};

export const recordingCommands: readonly Command[] = [record, replayCommand];

async function pause(seconds: string | undefined): Promise<void> {
  if (seconds !== undefined && !(Number(seconds) > 0)) throw new UsageError(`\`--for ${seconds}\`: a number of seconds`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    // A timer that is not there would let Node go.
    setTimeout(resolve, seconds === undefined ? 2 ** 31 - 1 : Number(seconds) * 1000);
  });
}

/** The file of the part's code, as the document has it now. */
async function componentOf(line: CommandLine, part: string | undefined): Promise<string> {
  const app = new RestingApp(documentOf(line.option("app")));
  try {
    const planned = (await app.check()).parts.get(part ?? "");
    if (planned?.kind !== "component") throw new InputError(`the app has no component \`${part}\` any more: \`--with FILE\` names one`);
    return planned.file;
  } finally {
    app.close();
  }
}

async function keepAsTest(line: CommandLine, part: string | undefined, name: string): Promise<number> {
  if (part === undefined) throw new InputError(`${line.file} is a recording of wires, not of a part`);
  const place = `./tests/${name}.tenonrec`;
  const file = path.join(path.dirname(documentOf(line.option("app"))), place);
  if (existsSync(file)) throw new InputError(`there is a test ${place} already`);
  mkdirSync(path.dirname(file), { recursive: true });
  copyFileSync(line.file, file);
  return withApp(line, async (app) => {
    const { number } = await app.apply([{ op: "test", name: part, test: place }], changeOf(line));
    print(`revision ${number}: ${place} is a test of \`${part}\`\n`);
    return 0;
  });
}

function inWords({ same, divergence }: Replay): string {
  if (divergence === undefined) return `all ${same} calls came to what is on record\n`;
  const { call, of, recorded, now, difference } = divergence;
  return [
    `${same} calls came to what is on record; call ${call} did not:`,
    `  ${of}`,
    `  on record: ${recorded}`,
    `  now:       ${now}`,
    ...(difference === undefined ? [] : [`  first difference: ${difference}`]),
    "",
  ].join("\n");
}
