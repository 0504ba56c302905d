/** The commands that freeze an app into one component, and open one again. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { composeApp, openComposed } from "@tenon/runtime/app";
import { RestingApp } from "@tenon/runtime/node/app";
import type { Command } from "../command.ts";
import { readComponent } from "../component-file.ts";
import { InputError } from "../failure.ts";
import { print } from "../print.ts";
import { documentOf } from "./document.ts";
import { appOption, jsonOption } from "./reach.ts";

const composeCommand: Command = {
  name: "compose",
  usage: "[OPTIONS] [FILE]",
  about: "Writes the app as one plain component, which other runtimes run. What capabilities convey is imported; what can't be frozen is listed.",
  options: { ...appOption, force: { type: "boolean", help: "write over a file that is there" }, ...jsonOption },
  operands: { least: 0, most: 1 },
  examples: ["tenon compose", "tenon compose frozen.wasm --app examples/visitors"],
  async run(line) {
    const document = documentOf(line.option("app"));
    const app = new RestingApp(document);
    const plan = await app.check().finally(() => app.close());
    const { bytes, obstacles, notes } = composeApp(plan);
    if (bytes === undefined) throw new InputError(`${document} can't be one component as it is:\n${obstacles.map((each) => `  ${each}`).join("\n")}`);
    const file = line.operands[0] ?? `${plan.scope.document.name}.wasm`;
    if (existsSync(file) && !line.flag("force")) throw new InputError(`${file} is there already: name another, or use --force`);
    writeFileSync(file, bytes);
    if (line.flag("json")) print(`${JSON.stringify({ file, bytes: bytes.length, notes }, undefined, 2)}\n`);
    else print(`${file}: ${plan.scope.document.name}, ${bytes.length} bytes\n${notes.map((each) => `  ${each}\n`).join("")}`);
    return 0;
  },
};

const openCommand: Command = {
  name: "open",
  usage: "[OPTIONS] FILE",
  about: "Opens a component that was composed of others, by tenon, wac or wasm-tools: makes an app of it, with each part in a file of its own.",
  options: { to: { type: "string", value: "FOLDER", help: "where to; default: named as the file" }, ...jsonOption },
  operands: { least: 1, most: 1 },
  examples: ["tenon open composed.wasm", "tenon open composed.wasm --to shop"],
  async run(line) {
    const { file } = line;
    const name = path.basename(file, ".wasm");
    const { document, files, obstacles } = openComposed(readComponent(file), name);
    if (obstacles.length > 0) throw new InputError(`${file} can't be opened:\n${obstacles.map((each) => `  ${each}`).join("\n")}`);
    const folder = line.option("to") ?? name;
    const written = path.join(folder, "tenon.jsonc");
    const there = [written, ...[...files.keys()].map((each) => path.join(folder, each))].find((each) => existsSync(each));
    if (there !== undefined) throw new InputError(`${there} is there already: \`--to FOLDER\` names another place`);
    mkdirSync(folder, { recursive: true });
    for (const [each, bytes] of files) writeFileSync(path.join(folder, each), bytes);
    writeFileSync(written, document);
    if (line.flag("json")) print(`${JSON.stringify({ document: written, files: [...files.keys()] }, undefined, 2)}\n`);
    else print(`${written}: ${files.size} parts\n${[...files.keys()].map((each) => `  ${each}\n`).join("")}`);
    return 0;
  },
};

export const composeCommands: readonly Command[] = [composeCommand, openCommand];
