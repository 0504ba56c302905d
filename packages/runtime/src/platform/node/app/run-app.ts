/** Runs the app of a document on this machine: its revisions on disk, its owner's commands heard, edits of the file taken up. */
import { type FSWatcher, readFileSync, watch } from "node:fs";
import path from "node:path";
import { App } from "../../../app/app.ts";
import { controlOf } from "../../../app/control.ts";
import type { AppPlatform } from "../../../app/platform.ts";
import { standardInterposers } from "../../../interposers/standard.ts";
import type { CapabilityKind } from "../../../kinds/kind.ts";
import { type Served, serveControl } from "./control/server.ts";
import { FileGrants } from "./grants.ts";
import { FileJournal } from "./journal.ts";
import { nodeKinds } from "./kinds.ts";
import { nodePlatform } from "./node-platform.ts";

export interface RunAppOptions {
  /** Who makes the changes that are made by hand. */
  readonly author: string;
  /** Kinds of capabilities beside those of this machine, or in their place. */
  readonly kinds?: readonly CapabilityKind[];
  readonly grants?: FileGrants;
  /** For `{ "env": "NAME" }`. Default: that of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly ask?: AppPlatform["ask"];
  /** Takes up components whose files change. */
  readonly watch?: boolean;
}

export interface RunningApp {
  readonly app: App;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  end(): Promise<void>;
}

/** Editors write a file in several steps. */
const SETTLED = 50;

/** @throws AppError: what is wrong with the document, or that it runs already. */
export async function runApp(document: string, options: RunAppOptions): Promise<RunningApp> {
  const { promise: ended, resolve: tellEnded } = Promise.withResolvers<void>();
  const { promise: served, resolve: serve, reject: refuse } = Promise.withResolvers<Served>();
  served.catch(() => {});
  // Before anything is opened: whoever listens there is the one who runs it.
  const server = await serveControl(document, served);
  const watchers: FSWatcher[] = [];
  let journal: FileJournal | undefined;
  let app: App | undefined;
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => {
    ending ??= (async () => {
      for (const watcher of watchers) watcher.close();
      await app?.close();
      journal?.close();
      await server.close();
      tellEnded();
    })();
    return ending;
  };
  try {
    journal = new FileJournal(document);
    const { kinds, grants = new FileGrants(document), author, ...more } = options;
    const platform = nodePlatform(document, { kinds: nodeKinds(kinds), interposers: standardInterposers, journal, grants, ...more });
    app = await App.start(readFileSync(document, "utf8"), platform, { author });
    const { log } = app;
    serve({ control: controlOf(app, () => void end()), follow: (tell) => log.follow(tell) });
    watchers.push(watchDocument(document, app, author));
    return { app, ended, end };
  } catch (error) {
    refuse(error);
    await end();
    throw error;
  }
}

/** Takes up the document when it is edited by hand; what is wrong with it is logged, and the app goes on as it is. */
function watchDocument(document: string, app: App, author: string): FSWatcher {
  const name = path.basename(document);
  let timer: NodeJS.Timeout | undefined;
  let refused = "";
  const look = async (): Promise<void> => {
    let text: string;
    try {
      text = readFileSync(document, "utf8");
    } catch {
      return;
    }
    if (text === app.text || text === refused) return;
    refused = "";
    try {
      await app.become(text, { author, reason: "the file was edited" });
    } catch (error) {
      refused = text;
      app.log.write("", { level: "error", context: "", message: `the edit of ${name} is not taken up: ${error instanceof Error ? error.message : error}` });
    }
  };
  return watch(path.dirname(path.resolve(document)), (_, file) => {
    if (file !== null && file !== name) return;
    clearTimeout(timer);
    timer = setTimeout(() => void look(), SETTLED);
  });
}
