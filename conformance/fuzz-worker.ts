/** Compiles and instantiates mutants in a worker thread, and tells what came of each. */
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { compile } from "../packages/engine/src/index.ts";
import { mutant } from "./mutate.ts";
import { describe } from "./verdict.ts";

export interface FuzzSettings {
  readonly corpus: readonly string[];
  readonly from: number;
  readonly to: number;
}

export type FuzzMessage =
  | { readonly seed: number; readonly phase: "compile" | "instantiate" }
  | { readonly seed: number; readonly outcome: "refused" | "accepted" | "ran" }
  | { readonly seed: number; readonly bug: string }
  | { readonly done: true };

const post = (message: FuzzMessage): void => parentPort!.postMessage(message);
const { corpus, from, to } = workerData as FuzzSettings;
const files = corpus.map((file) => new Uint8Array(readFileSync(file)));

/** Memory that one input may take beyond what was taken before it. */
const MAX_GROWTH = 300 * 2 ** 20;
const MAX_MS = 1_000;

process.on("unhandledRejection", (error) => post({ seed: current, bug: `an error that nobody could catch: ${describe(error)}` }));

/** What may be thrown: an error of the engine's, with a code. */
const isOurs = (error: unknown): boolean => error instanceof Error && (error.name === "ComponentError" || error.name === "Trap") && "code" in error;

async function attempt(seed: number): Promise<FuzzMessage> {
  const bytes = mutant(files, seed);
  let outcome: "refused" | "accepted" | "ran" = "refused";
  try {
    post({ seed, phase: "compile" });
    const component = await compile(bytes);
    outcome = "accepted";
    post({ seed, phase: "instantiate" });
    await component.instantiate({});
    outcome = "ran";
  } catch (error) {
    if (!isOurs(error)) return { seed, bug: error instanceof Error ? (error.stack ?? error.message) : describe(error) };
  }
  return { seed, outcome };
}

let current = from;
for (; current < to; current++) {
  const before = process.memoryUsage.rss();
  const began = performance.now();
  const message = await attempt(current);
  const milliseconds = performance.now() - began;
  post(message);
  if (milliseconds > MAX_MS) post({ seed: current, bug: `took ${Math.round(milliseconds)} ms` });
  const growth = process.memoryUsage.rss() - before;
  if (growth > MAX_GROWTH) post({ seed: current, bug: `took ${Math.round(growth / 2 ** 20)} MB` });
}
await new Promise((resolve) => setTimeout(resolve, 0));
post({ done: true });
