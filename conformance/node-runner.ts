/** Runs files in worker threads, with a watchdog: a worker that is silent for too long is ended and its file's other commands fail. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { CommandResult } from "./execute.ts";
import { readCommands } from "./read-suite.ts";
import type { SuiteFile } from "./suite-file.ts";
import type { WorkerMessage, WorkerSettings } from "./worker.ts";

/** A file that takes longer is ended. */
export const FILE_MS = 10_000;

export interface FileResult {
  readonly file: SuiteFile;
  readonly commands: readonly CommandResult[];
  readonly milliseconds: number;
}

export interface NodeRun extends WorkerSettings {
  readonly files: readonly SuiteFile[];
  readonly jobs: number;
}

export async function runInNode({ files, jobs, engine, texts }: NodeRun): Promise<FileResult[]> {
  const results: FileResult[] = new Array(files.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    let worker: Worker | undefined;
    for (let index = next++; index < files.length; index = next++) {
      worker ??= await startWorker({ engine, texts });
      const outcome = await runFile(worker, files[index]!);
      results[index] = outcome.result;
      if (outcome.alive) continue;
      await worker.terminate();
      worker = undefined;
    }
    await worker?.terminate();
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(jobs, files.length)) }, lane));
  return results;
}

/** A worker that has loaded the engine; an engine that does not load is no verdict on any file. */
async function startWorker(settings: WorkerSettings): Promise<Worker> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: settings });
  await once(worker, "message");
  return worker;
}

function runFile(worker: Worker, file: SuiteFile): Promise<{ result: FileResult; alive: boolean }> {
  const began = performance.now();
  const commands: CommandResult[] = [];
  return new Promise((resolve) => {
    const finish = (end?: string): void => {
      clearTimeout(watchdog);
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      if (end !== undefined) failTheRest(file, commands, end);
      resolve({ result: { file, commands, milliseconds: performance.now() - began }, alive: end === undefined });
    };
    const onMessage = (message: WorkerMessage): void => {
      if ("result" in message) commands.push(message.result);
      else if ("done" in message) finish();
    };
    const onError = (error: unknown): void => finish(`crash: ${String(error)}`);
    const onExit = (code: number): void => finish(`crash: exit ${code}`);
    const watchdog = setTimeout(() => finish("hang"), FILE_MS);
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    worker.postMessage(file);
  });
}

/** The commands of which nothing was heard: the first one is to blame. */
export function failTheRest(file: SuiteFile, commands: CommandResult[], end: string): void {
  const all = readCommands(file);
  const blamed = commands.length;
  for (let index = blamed; index < all.length; index++) {
    const { line, type } = all[index]!;
    commands.push({ line, type, status: "fail", reason: index === blamed ? end : "not reached" });
  }
}
