/**
 * Tells when files have other content than before. Their folders are watched, since whoever writes a file mostly puts another in its place;
 * a build may do so with the folder as well. A file that is gone is waited for.
 */
import { createHash } from "node:crypto";
import { type FSWatcher, readFileSync, statSync, watch } from "node:fs";
import path from "node:path";

export interface WatchOptions {
  /** Not called again before it has resolved. */
  readonly changed: (files: readonly string[]) => Promise<void>;
  /** A folder can't be watched: why. Called once for each. */
  readonly trouble: (message: string) => void;
}

/** Compilers and editors write a file in several steps. */
const QUIET = 50;
/** When to look again whether a folder is back. */
const RETRY = 500;

interface Folder {
  readonly watcher: FSWatcher;
  readonly ino: number;
}

export class FilesWatch {
  readonly #options: WatchOptions;
  /** By path, the digest of what was last seen in it. */
  readonly #files = new Map<string, string | undefined>();
  /** By path; `undefined`: it is not there, or can't be watched. */
  readonly #folders = new Map<string, Folder | undefined>();
  readonly #told = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #again = false;
  #closed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** These files are the ones that are watched from now on. What is in a file that was not so far is no change. */
  follow(files: Iterable<string>): void {
    const wanted = new Set(files);
    for (const file of this.#files.keys()) if (!wanted.has(file)) this.#files.delete(file);
    for (const file of wanted) if (!this.#files.has(file)) this.#files.set(file, digestOf(file));
    const folders = new Set([...wanted].map((file) => path.dirname(file)));
    for (const [folder, { watcher } = {}] of this.#folders) {
      if (folders.has(folder)) continue;
      watcher?.close();
      this.#folders.delete(folder);
    }
    for (const folder of folders) if (!this.#folders.has(folder)) this.#folders.set(folder, undefined);
    this.#watchFolders();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const folder of this.#folders.values()) folder?.watcher.close();
  }

  #lookIn(milliseconds: number): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), milliseconds).unref();
  }

  async #look(): Promise<void> {
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#watchFolders();
    const changed: string[] = [];
    for (const [file, before] of this.#files) {
      const now = digestOf(file);
      if (now === undefined || now === before) continue;
      this.#files.set(file, now);
      changed.push(file);
    }
    if (changed.length === 0) return;
    this.#looking = true;
    try {
      await this.#options.changed(changed);
    } finally {
      this.#looking = false;
      if (this.#again) this.#lookIn(0);
      this.#again = false;
    }
  }

  /** Watches each folder that is there, unless it is the one that is watched. */
  #watchFolders(): void {
    let missing = false;
    for (const [folder, now] of this.#folders) {
      const ino = statSync(folder, { throwIfNoEntry: false })?.ino;
      if (ino !== undefined && ino === now?.ino) continue;
      now?.watcher.close();
      const watcher = ino === undefined ? undefined : this.#watch(folder);
      this.#folders.set(folder, watcher && { watcher, ino: ino! });
      missing ||= watcher === undefined;
    }
    if (missing) this.#lookIn(RETRY);
  }

  #watch(folder: string): FSWatcher | undefined {
    try {
      const names = (): Set<string> => new Set([...this.#files.keys()].filter((file) => path.dirname(file) === folder).map((file) => path.basename(file)));
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || name === path.basename(folder) || names().has(name)) this.#lookIn(QUIET);
      });
      watcher.on("error", () => this.#lookIn(RETRY));
      return watcher;
    } catch (error) {
      if (!this.#told.has(folder)) this.#options.trouble(`${folder} can't be watched: ${error instanceof Error ? error.message : error}`);
      this.#told.add(folder);
      return undefined;
    }
  }
}

/** `undefined`: there is none that could be read. */
function digestOf(file: string): string | undefined {
  try {
    return createHash("sha256").update(readFileSync(file)).digest("hex");
  } catch {
    return undefined;
  }
}
