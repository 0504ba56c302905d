/**
 * Whoever runs an app, or changes its document, holds it: one at a time. What is held is an SQLite file that stays empty, since that is a
 * lock of the operating system: it ends with its process, however that ends, so that nobody has to guess whether its holder still lives.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { refusal } from "../../../document/refusal.ts";
import { stateFolder } from "./state-folder.ts";

/** How long a holder that only changes something, and then lets go, is waited for. */
const MAX_WAIT_MILLISECONDS = 1000;

const BUSY = 5;

/** Holds the app of a document; the function returned lets go, as does whoever loses that function. @throws AppError `app/runs-already`, `app/no-state` */
export function holdApp(document: string): () => void {
  const folder = stateFolder(document);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return holdFile(path.join(folder, "lock"));
  } catch (error) {
    const { errcode, message } = error as Error & { readonly errcode?: number };
    if (errcode === BUSY) throw refusal("app/runs-already", `${document} runs already`, "`tenon status` shows it, `tenon stop` ends it");
    throw refusal("app/no-state", `an app keeps its revisions in ${folder}, which can't be used: ${message}`);
  }
}

/** @throws what SQLite throws, when another holds it for too long */
export function holdFile(file: string): () => void {
  const database = new DatabaseSync(file, { timeout: MAX_WAIT_MILLISECONDS });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw error;
  }
  return () => database.close();
}
