/** A worker thread that runs one file at a time; the parent ends it when a file hangs. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { EngineUnderTest } from "./engine-under-test.ts";
import { type CommandResult, execute } from "./execute.ts";
import { readCommands } from "./read-suite.ts";
import type { SuiteFile } from "./suite-file.ts";

export interface WorkerSettings {
  /** Module specifier of the engine. */
  readonly engine: string;
  readonly texts: readonly string[];
}

export type WorkerMessage = { readonly ready: true } | { readonly begin: number } | { readonly result: CommandResult } | { readonly done: true };

const { engine: specifier, texts } = workerData as WorkerSettings;
const engine = (await import(specifier)) as EngineUnderTest;
const stated = new Set(texts);
const strays: unknown[] = [];
process.on("unhandledRejection", (error) => strays.push(error));
process.on("uncaughtException", (error) => strays.push(error));

const post = (message: WorkerMessage): void => parentPort!.postMessage(message);

parentPort!.on("message", async (file: SuiteFile) => {
  strays.length = 0;
  await execute({
    engine,
    file,
    commands: readCommands(file),
    load: async (name) => new Uint8Array(await readFile(path.join(path.dirname(file.json), name))),
    texts: stated,
    strays,
    onBegin: (begin) => post({ begin }),
    onResult: (result) => post({ result }),
  });
  post({ done: true });
});
post({ ready: true });
