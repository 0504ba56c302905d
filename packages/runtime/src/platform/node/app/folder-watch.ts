import { type FSWatcher, watch } from "node:fs";
import { basename, join, sep } from "node:path";
import { MAX_WATCHED_FILES } from "../../../limits.ts";
import { type FileChange, FolderState } from "./folder-state.ts";

export interface FolderWatchOptions {
  readonly path: string;
  /** Milliseconds for which nothing has to change. */
  readonly quiet: number;
  /** One call at a time: what changes meanwhile is told by the next. `false`: it could not be told; it is tried again. */
  readonly told: (changes: readonly FileChange[]) => Promise<boolean>;
  /** The folder is not there any more, or can't be watched: nothing more is told. */
  readonly lost: (error: Error) => void;
}

/** Times of quiet after which changes are told though they go on. */
const MAX_QUIETS = 10;
/** When to try again what could not be told. */
const RETRY = 1000;
/** Paths that are looked at one by one; of more the whole folder is. */
const MAX_PATHS = 64;

/** Where the system watches all below a folder at once. Elsewhere Node would watch each folder by itself, and throw where nobody can catch it. */
const WATCHES_ALL = process.platform === "darwin" || process.platform === "win32";

/** Tells what changes in a folder, as long as it is there. */
export class FolderWatch {
  readonly #options: FolderWatchOptions;
  readonly #state: FolderState;
  readonly #touched = new Set<string>();
  #firstTouch = 0;
  /** By the folder's path, with its mark. */
  readonly #watchers = new Map<string, { readonly mark: string; readonly watcher: FSWatcher }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** While it looks or tells. */
  #busy = true;
  #untold: readonly FileChange[] = [];
  #over = false;

  constructor(options: FolderWatchOptions) {
    this.#options = options;
    this.#state = new FolderState(options.path, MAX_WATCHED_FILES);
  }

  /** From now on. Resolves to what is there. */
  async start(): Promise<readonly FileChange[]> {
    try {
      if (WATCHES_ALL) this.#watchOne("", "");
      const there = await this.#state.look([""]);
      this.#watchAll();
      this.#idle();
      return there;
    } catch (error) {
      this.#lost(error as Error);
      return [];
    }
  }

  close(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    for (const { watcher } of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** Watches the folders that there are; new ones are looked at once more, since something may have come into them before. */
  #watchAll(): void {
    if (WATCHES_ALL || this.#over) return;
    const { folders } = this.#state;
    for (const [path, { mark }] of this.#watchers) {
      if (folders.get(path) !== mark) this.#forget(path);
    }
    for (const [path, mark] of folders) {
      if (this.#watchers.has(path)) continue;
      this.#watchOne(path, mark);
      this.#touched.add(path);
    }
  }

  #forget(path: string): void {
    this.#watchers.get(path)?.watcher.close();
    this.#watchers.delete(path);
  }

  #watchOne(path: string, mark: string): void {
    const at = join(this.#options.path, path);
    const watcher = watch(at, { recursive: WATCHES_ALL, persistent: false });
    this.#watchers.set(path, { mark, watcher });
    watcher.on("change", (_, name) => {
      // By its own name a folder tells that it is gone, and is watched no more.
      if (!WATCHES_ALL && name === basename(at)) {
        this.#forget(path);
        this.#touch(path);
      }
      this.#touch(typeof name !== "string" || name === "" ? path : path === "" ? name : `${path}/${name}`);
    });
    watcher.on("error", () => this.#touch(path));
  }

  #lost(error: Error): void {
    if (this.#over) return;
    this.close();
    this.#options.lost(error);
  }

  #touch(name: string): void {
    if (this.#over) return;
    if (this.#touched.size === 0) this.#firstTouch = performance.now();
    if (name === "" || this.#touched.size >= MAX_PATHS) {
      this.#touched.clear();
      this.#touched.add("");
    } else if (!this.#touched.has("")) this.#touched.add(name.replaceAll(sep, "/"));
    if (!this.#busy) this.#wait(Math.min(this.#options.quiet, Math.max(0, this.#firstTouch + MAX_QUIETS * this.#options.quiet - performance.now())));
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), milliseconds).unref();
  }

  async #look(): Promise<void> {
    this.#busy = true;
    try {
      const touched = [...this.#touched];
      this.#touched.clear();
      const changes = joined(this.#untold, await this.#state.look(touched));
      if (this.#over) return;
      this.#watchAll();
      this.#untold = changes.length === 0 || (await this.#options.told(changes)) ? [] : changes;
    } catch (error) {
      this.#lost(error as Error);
    }
    this.#idle();
  }

  #idle(): void {
    this.#busy = false;
    if (this.#over) return;
    if (this.#untold.length > 0) this.#wait(RETRY);
    else if (this.#touched.size > 0) this.#wait(this.#options.quiet);
  }
}

/** Each path once: what has become of it in all. */
function joined(before: readonly FileChange[], after: readonly FileChange[]): readonly FileChange[] {
  if (before.length === 0) return after;
  const all = new Map(before.map((change) => [change.path, change]));
  for (const { kind, path } of after) {
    const first = all.get(path)?.kind;
    if (first === "added" && kind === "removed") all.delete(path);
    else if (first === "added") all.set(path, { kind: "added", path });
    else if (first === "removed") all.set(path, { kind: "changed", path });
    else all.set(path, { kind, path });
  }
  return [...all.values()];
}
