/** The browser's end of `browser.ts`: runs one file in the page with the code that runs it in Node. Bundled with the engine. */
import * as engine from "../packages/engine/src/index.ts";
import type { EngineUnderTest } from "./engine-under-test.ts";
import { type CommandResult, execute } from "./execute.ts";
import type { Command, SuiteFile } from "./suite-file.ts";

/** A file to run; its binaries are served below `base`. */
export interface PageRequest {
  readonly file: SuiteFile;
  readonly commands: readonly Command[];
  readonly texts: readonly string[];
  readonly base: string;
}

/** What the page and its driver know of each other. */
export interface PageGlobals {
  runFile(request: PageRequest): Promise<void>;
  /** Given by the driver; called for each command, so that a page that hangs has told what came before. */
  reportResult(result: CommandResult): Promise<void>;
}

const page = globalThis as unknown as PageGlobals;
const strays: unknown[] = [];
addEventListener("unhandledrejection", (event) => strays.push(event.reason));
addEventListener("error", (event) => strays.push(event.error));

page.runFile = async ({ file, commands, texts, base }) => {
  const told: Promise<void>[] = [];
  await execute({
    engine: engine as unknown as EngineUnderTest,
    file,
    commands,
    load: async (name) => {
      const response = await fetch(`${base}/${encodeURIComponent(name)}`);
      if (!response.ok) throw new Error(`${name}: ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    },
    texts: new Set(texts),
    strays,
    onResult: (result) => told.push(page.reportResult(result)),
  });
  await Promise.all(told);
};
