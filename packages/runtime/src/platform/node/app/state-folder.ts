import { realpathSync } from "node:fs";
import path from "node:path";

/** Where this machine keeps what it knows of an app: `.tenon` beside its document, and a folder in that for documents of other names. */
export function stateFolder(document: string): string {
  const full = path.resolve(document);
  const name = path.basename(full);
  const folder = path.join(realpathSync(path.dirname(full)), ".tenon");
  return name === "tenon.jsonc" ? folder : path.join(folder, name);
}
