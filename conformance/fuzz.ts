/**
 * `npm run fuzz -- [--count N] [--seed N] [--worst] [--random] [folder]...`: bad input gives a component, a `ComponentError` or a
 * `Trap`; never another exception, more than a second, or more than 300 MB. Two kinds: damaged components of the
 * suites and examples (seeded; the seed of a finding reproduces it), and the worst megabytes of worst-inputs.ts.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { corpusFiles } from "./corpus.ts";
import type { FuzzMessage, FuzzSettings } from "./fuzz-worker.ts";
import { mutant } from "./mutate.ts";
import type { WorstOutcome } from "./worst-child.ts";
import { WORST_INPUTS } from "./worst-inputs.ts";

const HERE = path.dirname(fileURLToPath(import.meta.url));

/** An input that is silent for longer is stuck; it may then take no more than MAX_MS, as the worker measures. */
const STUCK_MS = 5_000;

const MAX_MS = 1_000;
const MAX_MEGABYTES = 300;

const fileName = (name: string): string => `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.wasm`;

interface Finding {
  readonly seed: number;
  readonly bug: string;
}

/** Runs the seeds of [from, to); starts again beyond an input that hangs. */
async function fuzzRandomly(corpus: readonly string[], from: number, to: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  const outcomes = { refused: 0, accepted: 0, ran: 0 };
  for (let next = from; next < to; ) {
    const stop = await fuzzUntilStuck({ corpus, from: next, to }, (message) => {
      if ("bug" in message) findings.push(message);
      else if ("outcome" in message) outcomes[message.outcome]++;
    });
    // Damaged code of the guest's own may loop: that is no hang of the engine.
    if (stop !== undefined && stop.phase === "compile") findings.push({ seed: stop.seed, bug: `stuck for ${STUCK_MS} ms` });
    next = stop === undefined ? to : stop.seed + 1;
  }
  console.log(`${to - from} damaged components: ${outcomes.refused} refused, ${outcomes.accepted} valid but not instantiated, ${outcomes.ran} instantiated`);
  return findings;
}

type Stop = { readonly seed: number; readonly phase: "compile" | "instantiate" };

/** `undefined` when the worker came to its end. */
function fuzzUntilStuck(settings: FuzzSettings, tell: (message: FuzzMessage) => void): Promise<Stop | undefined> {
  return new Promise((resolve) => {
    let at: Stop = { seed: settings.from, phase: "compile" };
    const worker = new Worker(new URL("./fuzz-worker.ts", import.meta.url), { workerData: settings });
    const end = (stop?: Stop): void => {
      clearTimeout(watchdog);
      worker.removeAllListeners();
      void worker.terminate().then(() => resolve(stop));
    };
    const watchdog = setTimeout(() => end(at), STUCK_MS);
    worker.on("message", (message: FuzzMessage) => {
      watchdog.refresh();
      if ("phase" in message) at = message;
      else if ("done" in message) end();
      else tell(message);
    });
    worker.on("error", (error) => {
      tell({ seed: at.seed, bug: `the worker died: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` });
      end({ ...at, phase: "instantiate" });
    });
  });
}

/** Each worst input in a process of its own; returns the names of those that are too slow, too large or improper. */
async function measureWorst(filter: RegExp): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "tenon-worst-"));
  const bad: string[] = [];
  try {
    for (const [name, generate] of Object.entries(WORST_INPUTS)) {
      if (!filter.test(name)) continue;
      const file = path.join(folder, fileName(name));
      writeFileSync(file, Uint8Array.from(generate()));
      let measured = await measure(file);
      // A busy machine must not be mistaken for a slow engine: twice more, when only the time was too long.
      for (let again = 0; again < 2 && measured.proper && measured.milliseconds > MAX_MS; again++) measured = await measure(file);
      const fine = measured.proper && measured.milliseconds <= MAX_MS && measured.megabytes <= MAX_MEGABYTES;
      if (!fine) bad.push(name);
      const figures = `${measured.milliseconds.toFixed(0).padStart(6)} ms ${measured.megabytes.toFixed(0).padStart(5)} MB`;
      console.log(`${fine ? "ok  " : "BAD "} ${figures}  ${name}: ${measured.outcome}`);
      rmSync(file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return bad;
}

async function measure(file: string): Promise<WorstOutcome> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(HERE, "worst-child.ts"), file], { timeout: 30_000, killSignal: "SIGKILL" });
    return JSON.parse(stdout) as WorstOutcome;
  } catch (error) {
    return { milliseconds: Number.NaN, megabytes: Number.NaN, outcome: `the process died: ${String(error).slice(0, 300)}`, proper: false };
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      count: { type: "string", default: "2000" },
      seed: { type: "string", default: "1" },
      worst: { type: "boolean" },
      random: { type: "boolean" },
      filter: { type: "string", default: "" },
    },
  });
  let status = 0;
  if (!values.worst) {
    const corpus = corpusFiles(positionals);
    const from = Number(values.seed);
    const findings = await fuzzRandomly(corpus, from, from + Number(values.count));
    const folder = path.join(tmpdir(), "tenon-fuzz");
    for (const { seed, bug } of findings) {
      mkdirSync(folder, { recursive: true });
      const file = path.join(folder, `seed-${seed}.wasm`);
      writeFileSync(
        file,
        mutant(
          corpus.map((at) => new Uint8Array(readFileSync(at))),
          seed,
        ),
      );
      console.log(`seed ${seed} (${file}): ${bug}`);
      status = 1;
    }
  }
  if (!values.random && (await measureWorst(new RegExp(values.filter))).length > 0) status = 1;
  return status;
}

process.exitCode = await main();
