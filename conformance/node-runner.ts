/** Runs files in worker threads, with a watchdog: a worker that is silent for too long is ended and its file's other commands fail. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { CommandResult } from "./execute.ts";
import { readCommands } from "./read-suite.ts";
import type { SuiteFile } from "./suite-file.ts";
import type { WorkerEnding, WorkerMessage, WorkerRequest, WorkerSettings } from "./worker.ts";

/** A file that takes longer is ended. */
export const FILE_MS = 10_000;

/** One run of a file: with a seed its scheduler chooses at random. */
export interface FileResult {
  readonly file: SuiteFile;
  readonly commands: readonly CommandResult[];
  readonly milliseconds: number;
  readonly seed?: number | undefined;
  /** `undefined`: it was cut off. */
  readonly ending?: WorkerEnding | undefined;
}

export interface NodeRun extends WorkerSettings {
  readonly files: readonly SuiteFile[];
  readonly jobs: number;
}

export async function runInNode(run: NodeRun): Promise<FileResult[]> {
  return (await runAll({ ...run, requests: run.files.map((file) => [{ file }]) })).flat();
}

/** Requests in lists: those of one list run one after another in one worker. */
export async function runAll({
  requests,
  jobs,
  engine,
  texts,
}: WorkerSettings & { readonly requests: readonly (readonly WorkerRequest[])[]; readonly jobs: number }): Promise<FileResult[][]> {
  const results: FileResult[][] = requests.map(() => []);
  let next = 0;
  const lane = async (): Promise<void> => {
    let worker: Worker | undefined;
    for (let index = next++; index < requests.length; index = next++) {
      for (const request of requests[index]!) {
        worker ??= await startWorker({ engine, texts });
        const outcome = await runFile(worker, request);
        results[index]!.push(outcome.result);
        if (outcome.alive) continue;
        await worker.terminate();
        worker = undefined;
      }
    }
    await worker?.terminate();
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(jobs, requests.length)) }, lane));
  return results;
}

/** A worker that has loaded the engine; an engine that does not load is no verdict on any file. */
async function startWorker(settings: WorkerSettings): Promise<Worker> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: settings });
  await once(worker, "message");
  return worker;
}

function runFile(worker: Worker, request: WorkerRequest): Promise<{ result: FileResult; alive: boolean }> {
  const { file, seed } = request;
  const began = performance.now();
  const commands: CommandResult[] = [];
  return new Promise((resolve) => {
    const finish = (end: string | undefined, ending?: WorkerEnding): void => {
      clearTimeout(watchdog);
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      if (end !== undefined) failTheRest(file, commands, end);
      resolve({ result: { file, commands, milliseconds: performance.now() - began, seed, ending }, alive: end === undefined });
    };
    const onMessage = (message: WorkerMessage): void => {
      if ("result" in message) commands.push(message.result);
      else if ("ending" in message) finish(undefined, message.ending);
    };
    const onError = (error: unknown): void => finish(`crash: ${String(error)}`);
    const onExit = (code: number): void => finish(`crash: exit ${code}`);
    const watchdog = setTimeout(() => finish("hang"), FILE_MS);
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    worker.postMessage(request);
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
