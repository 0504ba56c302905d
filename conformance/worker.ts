/** A worker thread that runs one file at a time; the parent ends it when a file hangs. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";
import type { EngineUnderTest } from "./engine-under-test.ts";
import { type CommandResult, type Ending, execute } from "./execute.ts";
import { readCommands } from "./read-suite.ts";
import type { SuiteFile } from "./suite-file.ts";

export interface WorkerSettings {
  /** Module specifier of the engine. */
  readonly engine: string;
  readonly texts: readonly string[];
}

export interface WorkerRequest {
  readonly file: SuiteFile;
  readonly seed?: number | undefined;
  /** Whether to say how much the control memory holds when all is dropped. */
  readonly collect?: boolean | undefined;
}

/** `held`: bytes of the control memory. */
export type WorkerEnding = Ending & { readonly held?: number | undefined };
export type WorkerMessage = { readonly ready: true } | { readonly begin: number } | { readonly result: CommandResult } | { readonly ending: WorkerEnding };

const { engine: specifier, texts } = workerData as WorkerSettings;
const engine = (await import(specifier)) as EngineUnderTest;
const stated = new Set(texts);
const strays: unknown[] = [];
process.on("unhandledRejection", (error) => strays.push(error));
process.on("uncaughtException", (error) => strays.push(error));

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

const post = (message: WorkerMessage): void => parentPort!.postMessage(message);

parentPort!.on("message", async ({ file, seed, collect }: WorkerRequest) => {
  strays.length = 0;
  let ending: Ending | undefined;
  await execute({
    engine,
    file,
    commands: readCommands(file),
    // At once: what waits meanwhile must not depend on the disk.
    load: async (name) => new Uint8Array(readFileSync(path.join(path.dirname(file.json), name))),
    texts: stated,
    strays,
    seed,
    onBegin: (begin) => post({ begin }),
    onResult: (result) => post({ result }),
    onEnd: (all) => {
      ending = all;
    },
  });
  post({ ending: { ...ending!, held: collect ? await held() : undefined } });
});

/** Garbage is collected until the control memory has stayed as it is for so many rounds. */
const QUIET_ROUNDS = 6;

/** What the control memory of the thread holds when nobody holds what was made: records are given back by finalizers. */
async function held(): Promise<number | undefined> {
  const { control } = new engine.Store({ closed: true });
  let used: number | undefined;
  for (let quiet = 0; quiet < QUIET_ROUNDS; quiet++) {
    await setImmediate();
    gc();
    if (control?.used !== used) quiet = 0;
    used = control?.used;
  }
  return used;
}

post({ ready: true });
