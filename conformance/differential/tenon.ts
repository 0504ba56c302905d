import { Worker } from "node:worker_threads";
import type { Engine, Outcome } from "./engine.ts";
import type { Way, Work } from "./tenon-worker.ts";

/** A call that takes longer is in an endless loop: the thread is ended, the next call gets another. */
const STUCK_MS = 20_000;

/** Our engine on a thread of its own. */
export function tenon(name: Way): Engine {
  const start = (): Worker => {
    const worker = new Worker(new URL("./tenon-worker.ts", import.meta.url), { workerData: { way: name } });
    worker.unref();
    return worker;
  };
  let worker = start();
  return {
    name,
    standardOnly: false,
    run: (built, calls, fresh) =>
      new Promise((resolve) => {
        const end = (outcomes: Outcome[]): void => {
          clearTimeout(watchdog);
          worker.off("message", end).off("error", died);
          resolve(outcomes);
        };
        const fail = (failure: string): void => {
          end(calls.map(() => ({ failure })));
          void worker.terminate();
          worker = start();
        };
        const died = (error: unknown): void => fail(`the thread died: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        const watchdog = setTimeout(() => fail(`silent for ${STUCK_MS} ms`), STUCK_MS);
        worker.on("message", end).on("error", died);
        worker.postMessage({ built, calls, fresh } satisfies Work);
      }),
    close: async () => void (await worker.terminate()),
  };
}
