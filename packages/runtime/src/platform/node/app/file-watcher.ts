/** `file-watcher`: calls a part with what has changed in a folder, when it has been quiet for a moment. What changes while the app does not run is told to nobody. */

import type { Json, JsonObject } from "../../../document/document.ts";
import { durationOf } from "../../../document/duration.ts";
import type { Capability, CapabilityContext, CapabilityKind, EventTarget } from "../../../kinds/kind.ts";
import { aboutOptions, checkOptions, isText, isTexts, type Options } from "../../../kinds/options.ts";
import { grantedPath, pathAsk } from "../../../kinds/path-ask.ts";
import { waiting } from "../../../kinds/waiting.ts";
import { MAX_TOLD_CHANGES, MAX_WATCHED_FILES } from "../../../limits.ts";
import { nodeFiles } from "./files.ts";
import { type FileChange, TooManyFiles } from "./folder-state.ts";
import { FolderWatch } from "./folder-watch.ts";

const OPTIONS: Options = new Map([
  ["path", { about: "the folder that is watched, with all below it", ...isText("a path, from the document's folder"), example: "./notes", required: true }],
  ["only", { about: "ends of the names of files that count; default: all", ...isTexts("ends of names"), example: [".md", ".txt"] }],
  [
    "quiet",
    {
      about: 'for how long nothing has to change before the part is called; default: "100ms"',
      expected: 'a time such as "100ms"',
      accepts: isTime,
      example: "100ms",
    },
  ],
]);

const HANDLERS: readonly string[] = ["tenon:events/file-handler@0.1.0"];
const DEFAULT_QUIET = 100;
/** When to look again whether a folder is back. */
const RETRY = 1000;

export function fileWatcherKind(): CapabilityKind {
  return {
    name: "file-watcher",
    about: "calls a part with what has changed in a folder",
    options: aboutOptions(OPTIONS),
    exports: [],
    imports: (_config, keys) => keys.filter((key) => key === "handler").map((name) => ({ name, accepts: HANDLERS })),
    check: (config, place) => checkOptions("file-watcher", OPTIONS, config, place),
    asks: (config, where) => [pathAsk("read", config.path as string, where, nodeFiles)],
    make: async (config, context) => new FileWatcher(config, context),
  };
}

class FileWatcher implements Capability {
  readonly #context: CapabilityContext;
  readonly #config: JsonObject;
  readonly #path: string;
  #target: EventTarget | undefined;
  #watch: FolderWatch | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #trouble: string | undefined;

  constructor(config: JsonObject, context: CapabilityContext) {
    this.#config = config;
    this.#context = context;
    this.#path = grantedPath("read", config.path as string, context, nodeFiles).path;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  provide(): Record<string, never> {
    return {};
  }

  connect(_name: string, to: EventTarget | undefined): void {
    const wasConnected = this.#target !== undefined;
    this.#target = to;
    if (to === undefined) this.#stop();
    else if (!wasConnected) void this.#start();
  }

  async close(): Promise<void> {
    this.#target = undefined;
    this.#stop();
  }

  async #start(): Promise<void> {
    const { quiet } = this.#config;
    const watch = new FolderWatch({
      path: this.#path,
      quiet: quiet === undefined ? DEFAULT_QUIET : durationOf(quiet as string)!,
      told: (changes) => this.#tell(changes.filter(({ path }) => this.#counts(path))),
      lost: (error) => this.#lost(error),
    });
    this.#watch = watch;
    const there = await watch.start();
    if (this.#watch !== watch || this.#trouble === undefined || there.length === 0) return;
    // It was away: what is in it now is news.
    this.#trouble = undefined;
    await this.#tell(undefined);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#watch?.close();
    this.#watch = undefined;
  }

  #lost(error: NodeJS.ErrnoException): void {
    this.#stop();
    const name = this.#config.path as string;
    if (error instanceof TooManyFiles) this.#trouble = `the folder \`${name}\` has more than ${MAX_WATCHED_FILES} files and folders, and is not watched`;
    else this.#trouble = error.code === "ENOENT" ? `the folder \`${name}\` is gone` : `the folder \`${name}\` can't be watched: ${error.code ?? error.message}`;
    this.#timer = setTimeout(() => void this.#start(), RETRY).unref();
  }

  #counts(path: string): boolean {
    const only = this.#config.only as readonly string[] | undefined;
    return only === undefined || only.some((end) => path.endsWith(end));
  }

  /** `undefined`: all that is there. `false`: the part is down. */
  async #tell(changes: readonly FileChange[] | undefined): Promise<boolean> {
    const target = this.#target;
    if (target === undefined || changes?.length === 0) return true;
    if (target.poisonedBy !== undefined) return false;
    const all = changes === undefined || changes.length > MAX_TOLD_CHANGES;
    try {
      await waiting((target.exports as { readonly handle: (...args: unknown[]) => unknown }).handle)(all ? [] : changes, all);
    } catch (error) {
      if (error instanceof Error && Object.hasOwn(error, "payload")) {
        const message = `a change was not handled: ${(error as { payload?: unknown }).payload}`;
        this.#context.log({ level: "warn", context: "file-watcher", message });
      } else target.failed(error);
    }
    return true;
  }
}

function isTime(value: Json): boolean {
  return typeof value === "string" && durationOf(value) !== undefined;
}
