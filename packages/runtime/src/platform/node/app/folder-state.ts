/** What files are in a folder, and what has become of them since it was last looked at. Links are files, and lead nowhere. */
import type { Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

export interface FileChange {
  readonly kind: "added" | "changed" | "removed";
  /** From the folder, with `/` between names. */
  readonly path: string;
}

/** What an app has written about itself is no change of its files. */
const OWN = ".tenon";

export class TooManyFiles extends Error {}

/** Another folder is in its place. */
class Replaced extends Error {
  readonly code = "ENOENT";
}

export class FolderState {
  readonly #folder: string;
  readonly #most: number;
  /** By path, what tells one state of a file from another. */
  readonly #known = new Map<string, string>();
  /** By path, which one it is. */
  readonly #folders = new Map<string, string>();

  /** `most`: files and folders that are kept in mind. */
  constructor(folder: string, most: number) {
    this.#folder = folder;
    this.#most = most;
  }

  /** The folders that there are, by path: another mark is another folder. */
  get folders(): ReadonlyMap<string, string> {
    return this.#folders;
  }

  /** Looks at these paths and all below them; `""` is the whole folder. @throws TooManyFiles; `ENOENT` if the folder itself is gone */
  async look(paths: Iterable<string>): Promise<FileChange[]> {
    const changes: FileChange[] = [];
    const mark = markOf(await lstat(this.#folder));
    if ((this.#folders.get("") ?? mark) !== mark) throw new Replaced();
    for (const path of paths) {
      if (path === OWN || path.startsWith(`${OWN}/`)) continue;
      const found = new Map<string, string>();
      for (const folder of [...this.#folders.keys()]) if (isAt(folder, path)) this.#folders.delete(folder);
      await this.#find(path, found);
      for (const known of [...this.#known.keys()]) {
        if (!isAt(known, path) || found.has(known)) continue;
        this.#known.delete(known);
        changes.push({ kind: "removed", path: known });
      }
      for (const [each, signature] of found) {
        const before = this.#known.get(each);
        if (before !== signature) changes.push({ kind: before === undefined ? "added" : "changed", path: each });
        this.#known.set(each, signature);
      }
      if (this.#known.size + this.#folders.size > this.#most) throw new TooManyFiles();
    }
    return changes;
  }

  async #find(path: string, found: Map<string, string>): Promise<void> {
    const at = join(this.#folder, path);
    const stat = await lstat(at).catch((error: NodeJS.ErrnoException) => {
      if (path === "" || (error.code !== "ENOENT" && error.code !== "ENOTDIR")) throw error;
      return undefined;
    });
    if (stat?.isDirectory()) {
      this.#folders.set(path, markOf(stat));
      for (const name of await namesIn(at)) if (path !== "" || name !== OWN) await this.#find(path === "" ? name : `${path}/${name}`, found);
    } else if (stat !== undefined) found.set(path, `${stat.ino} ${stat.size} ${stat.mtimeMs}`);
    if (found.size + this.#folders.size > this.#most) throw new TooManyFiles();
  }
}

/** A folder that goes away while it is looked at, or that this user may not read, has no names. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

/** The number of a folder that was removed may be that of the next. */
function markOf({ ino, birthtimeMs }: Stats): string {
  return `${ino} ${birthtimeMs}`;
}

function isAt(path: string, start: string): boolean {
  return start === "" || path === start || path.startsWith(`${start}/`);
}
