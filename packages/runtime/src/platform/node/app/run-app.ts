/** Runs the app of a document on this machine: its revisions on disk, its owner's commands heard, edits of the file taken up. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { App } from "../../../app/app.ts";
import { controlOf } from "../../../app/control.ts";
import type { AppPlatform } from "../../../app/platform.ts";
import { standardInterposers } from "../../../interposers/standard.ts";
import type { CapabilityKind } from "../../../kinds/kind.ts";
import type { LogEntry } from "../../../log/log.ts";
import { type ControlServer, type Served, serveControl } from "./control/server.ts";
import { FileGrants } from "./grants.ts";
import { FileJournal } from "./journal.ts";
import { nodeKinds } from "./kinds.ts";
import { holdApp } from "./lock.ts";
import { nodePlatform } from "./node-platform.ts";
import { Recordings } from "./recordings.ts";
import { FilesWatch } from "./watch.ts";

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

/** @throws AppError: what is wrong with the document, or that it runs already. */
export async function runApp(document: string, options: RunAppOptions): Promise<RunningApp> {
  const { promise: ended, resolve: tellEnded } = Promise.withResolvers<void>();
  const { promise: served, resolve: serve, reject: refuse } = Promise.withResolvers<Served>();
  served.catch(() => {});
  const release = holdApp(document);
  let server: ControlServer | undefined;
  let watch: FilesWatch | undefined;
  let journal: FileJournal | undefined;
  let app: App | undefined;
  let recordings: Recordings | undefined;
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => {
    ending ??= (async () => {
      watch?.close();
      await recordings?.close();
      await app?.close();
      journal?.close();
      await server?.close();
      release();
      tellEnded();
    })();
    return ending;
  };
  try {
    // Listens before there is an app: whoever asks meanwhile waits for it.
    server = await serveControl(document, served);
    journal = new FileJournal(
      document,
      (copy) =>
        void served.then(
          () => app?.log.write("", setAside(document, copy)),
          () => {},
        ),
    );
    const { kinds, grants = new FileGrants(document), author, watch: watchesComponents = false, ...more } = options;
    const platform = nodePlatform(document, { kinds: nodeKinds(kinds), interposers: standardInterposers, journal, grants, ...more });
    app = await App.start(readFileSync(document, "utf8"), platform, { author });
    const { log } = app;
    recordings = new Recordings(app, platform);
    serve({ control: controlOf(app, recordings, () => void end()), follow: (tell) => log.follow(tell) });
    watch = watchFiles(document, app, { author, watchesComponents });
    return { app, ended, end };
  } catch (error) {
    refuse(error);
    await end();
    throw error;
  }
}

/** Takes up what has changed on disk; what is wrong with it is logged, and the app goes on as it is. */
function watchFiles(document: string, app: App, { author, watchesComponents }: { readonly author: string; readonly watchesComponents: boolean }): FilesWatch {
  const file = path.resolve(document);
  const tell = (level: "error" | "warn" | "info", message: string): void => app.log.write("", { level, context: "", message });
  const attempt = async (files: readonly string[], act: () => Promise<unknown>): Promise<void> => {
    const names = files.map((each) => path.relative(path.dirname(file), each)).join(", ");
    try {
      await act();
      tell("info", `${names}: the change on disk is taken up`);
    } catch (error) {
      tell("error", `${names}: the change on disk is not taken up: ${error instanceof Error ? error.message : error}`);
    }
  };
  const takeUpDocument = async (): Promise<void> => {
    const text = existsSync(file) ? readFileSync(file, "utf8") : app.text;
    if (text !== app.text) await attempt([file], () => app.become(text, { author, reason: "the file was edited" }));
  };
  const watch = new FilesWatch({
    async changed(files) {
      if (files.includes(file)) await takeUpDocument();
      const others = files.filter((each) => each !== file);
      if (others.length > 0) await attempt(others, () => app.refresh(others));
    },
    trouble: (message) => tell("warn", message),
  });
  const follow = (): void => watch.follow([file, ...(watchesComponents ? app.files : [])]);
  app.on(follow);
  follow();
  // It may have been edited while the app started.
  void takeUpDocument();
  return watch;
}

function setAside(document: string, copy: string): LogEntry {
  return { level: "warn", context: "", message: `${document} held an edit that was not taken up: it is in ${copy} now` };
}
