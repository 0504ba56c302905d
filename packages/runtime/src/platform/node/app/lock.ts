/**
 * Whoever runs an app, or changes its document, holds it: one at a time. What is held is an SQLite file that stays empty, since that is a
 * lock of the operating system: it ends with its process, however that ends, so that nobody has to guess whether its holder still lives.
 */
import { lstatSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { AppError } from "../../../document/problem.ts";
import { refusal } from "../../../document/refusal.ts";
import { makeStateFolder, stateFolder } from "./state-folder.ts";

/** How long a holder that only changes something, and then lets go, is waited for. */
const MAX_WAIT_MILLISECONDS = 1000;

const BUSY = 5;

/** Holds the app of a document; the function returned lets go, as does whoever loses that function. @throws AppError `app/runs-already`, `app/no-state` */
export function holdApp(document: string): () => void {
  try {
    return holdFile(path.join(makeStateFolder(document), "lock"));
  } catch (error) {
    const { errcode, message } = error as Error & { readonly errcode?: number };
    if (errcode === BUSY) throw runsAlready(document);
    throw refusal("app/no-state", `an app keeps its revisions in ${stateFolder(document)}, which can't be used: ${message}`);
  }
}

export function runsAlready(document: string): AppError {
  return refusal("app/runs-already", `${document} runs already`, "`tenon status` shows it, `tenon stop` ends it");
}

/** @throws what SQLite throws, when another holds it for too long */
export function holdFile(file: string): () => void {
  // SQLite would follow it. The file must not be opened here to find that out: to close it would end the locks that this process has on it.
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true) throw new Error(`${file} is a link`);
  const database = new DatabaseSync(file, { timeout: MAX_WAIT_MILLISECONDS });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw error;
  }
  return () => database.close();
}
