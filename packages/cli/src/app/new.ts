/** `tenon new`: an app to begin with, from the templates that come with the command. */
import { cpSync, existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { FileGrants } from "@tenon/runtime/node/app";
import type { Command } from "../command.ts";
import { InputError, UsageError } from "../failure.ts";
import { print } from "../print.ts";
import { jsonOption } from "./reach.ts";

const DEFAULT = "counter";

export const newCommand: Command = {
  name: "new",
  usage: "[OPTIONS] FOLDER",
  about: "Makes an app in a new folder, which is named as the folder is. It runs at once, and needs no network to be made.",
  options: { template: { type: "string", value: "NAME", help: `what to begin with; default: ${DEFAULT}` }, ...jsonOption },
  operands: { least: 1, most: 1 },
  examples: ["tenon new hits", "tenon new hits --template counter"],
  async run(line) {
    const folder = path.normalize(line.file);
    const templates = templatesFolder();
    const template = line.option("template") ?? DEFAULT;
    const known = readdirSync(templates);
    if (!known.includes(template)) throw new UsageError(`there is no template \`${template}\`: there is ${known.map((each) => `\`${each}\``).join(", ")}`);
    if (existsSync(folder)) throw new InputError(`${folder} is there already: a new app gets a new folder`);
    cpSync(path.join(templates, template), folder, { recursive: true, filter: (file) => path.basename(file) !== "LICENSE" });
    const document = path.join(folder, "tenon.jsonc");
    writeFileSync(
      document,
      readFileSync(document, "utf8").replace('"NAME"', () => JSON.stringify(path.basename(path.resolve(folder)))),
    );
    // Whoever makes an app may change it, and is not asked again for what they granted it.
    new FileGrants(document).own("");
    print(line.flag("json") ? `${JSON.stringify({ document })}\n` : `${document}\n\`tenon run ${folder}\` runs it\n`);
    return 0;
  },
};

/** Beside `src` in the workspace, beside `js` in the package: above the script that runs. */
function templatesFolder(): string {
  for (let folder = path.dirname(realpathSync(process.argv[1]!)); ; folder = path.dirname(folder)) {
    const found = path.join(folder, "templates");
    if (existsSync(found)) return found;
    if (folder === path.dirname(folder)) throw new Error("the templates are missing");
  }
}
