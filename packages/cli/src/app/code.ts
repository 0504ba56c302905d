import { existsSync } from "node:fs";
import path from "node:path";
import type { CommandLine } from "../command.ts";
import { documentOf } from "./document.ts";

/**
 * A file as the document is to name it: from its own folder. Whoever types it may stand elsewhere, and means what lies there, unless the name
 * leads to a file from the document's folder too.
 */
export function codeFrom({ option }: CommandLine, given: string): string {
  if (/^[a-z]+:/.test(given)) return given;
  const folder = path.dirname(path.resolve(documentOf(option("app"))));
  if (existsSync(path.resolve(folder, given)) || !existsSync(given)) return given;
  const relative = path.relative(folder, path.resolve(given)).replaceAll(path.sep, "/");
  return relative.startsWith(".") ? relative : `./${relative}`;
}
