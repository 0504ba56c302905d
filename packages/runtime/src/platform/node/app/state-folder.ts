import { constants, lstatSync, mkdirSync, realpathSync } from "node:fs";
import path from "node:path";

/** Where this machine keeps what it knows of an app: `.tenon` beside its document, and a folder in that for documents of other names. */
export function stateFolder(document: string): string {
  const full = path.resolve(document);
  const name = path.basename(full);
  const folder = path.join(realpathSync(path.dirname(full)), ".tenon");
  return name === "tenon.jsonc" ? folder : path.join(folder, name);
}

/** Makes it. An app may have come with one, from anybody: what is in it must not lead out of it. @throws Error */
export function makeStateFolder(document: string): string {
  const folder = stateFolder(document);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const each of [folder, path.dirname(folder)]) {
    if (each.includes(`${path.sep}.tenon`) && lstatSync(each).isSymbolicLink()) throw new Error(`${each} is a link`);
  }
  return folder;
}

/** For opening files in it: a link is an error. Windows has no such flag, and asks for a privilege to make one. */
export const NO_FOLLOW: number = constants.O_NOFOLLOW ?? 0;
