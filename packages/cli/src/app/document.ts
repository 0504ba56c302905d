import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { InputError } from "../failure.ts";

const NAME = "tenon.jsonc";

/** The document that is meant: a file, that in a folder, or the nearest one from here upwards. */
export function documentOf(given: string | undefined): string {
  if (given !== undefined) {
    const file = existsSync(given) && statSync(given).isDirectory() ? path.join(given, NAME) : given;
    if (existsSync(file)) return file;
    throw new InputError(`there is no app at ${given}: no ${file}`);
  }
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    const file = path.join(folder, NAME);
    if (existsSync(file)) return path.relative(process.cwd(), file) || NAME;
    if (folder === path.dirname(folder)) throw new InputError(`there is no ${NAME} here or above: \`tenon new NAME\` makes an app, \`--app FOLDER\` names one`);
  }
}
