/**
 * Calls every function of WASI by programs from a real toolchain and compares what they print with what they print in wasmtime.
 *
 *   node conformance/wasi/functions.ts            compares with the recording, and docs/wasi.md with what was found
 *   node conformance/wasi/functions.ts --write    writes docs/wasi.md
 *   WASMTIME=… node conformance/wasi/functions.ts --record   records what that wasmtime prints
 *   WASMTIME=… node conformance/wasi/functions.ts --live     compares the recording with what that wasmtime prints now
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { type Case, casesOf, disagreements, exercised, missing, unexplained } from "./functions/cases.ts";
import { type Host, tenon, wasmtime } from "./functions/hosts.ts";
import { CANNOT_FAIL, DIFFERENCES, OTHER_WASMTIMES } from "./functions/known.ts";
import { functionsOf, interfacesOf, TRACKS } from "./functions/listing.ts";
import { startPeers } from "./functions/peers.ts";
import { RECORDED, readRecording, writeRecording } from "./functions/record.ts";
import { RUNS, type Run } from "./functions/runs.ts";
import { table } from "./functions/table.ts";
import { transcriptOf } from "./functions/transcript.ts";

const PAGE = path.join(import.meta.dirname, "../../docs/wasi.md");

/** The lines of each run, by its name. */
export async function transcripts(runs: readonly Run[], host: Host): Promise<Map<string, readonly string[]>> {
  await using peers = await startPeers();
  const found = new Map<string, readonly string[]>(runs.map(({ name }) => [name, []]));
  const left = [...runs];
  const work = async () => {
    for (let run = left.shift(); run !== undefined; run = left.shift()) found.set(run.name, (await transcriptOf(run, host, peers)).lines);
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
  return found;
}

export function allCases(found: ReadonlyMap<string, readonly string[]>): Case[] {
  return [...found].flatMap(([run, lines]) => casesOf(run, lines));
}

export interface Verdict {
  readonly problems: readonly string[];
  readonly page: string;
  readonly summary: string;
}

/** What is not as it should be with Tenon's cases, and the page that they make. */
export async function judge(ours: readonly Case[]): Promise<Verdict> {
  const functions = (await Promise.all(TRACKS.map(functionsOf))).flat();
  const interfaces = new Map(await Promise.all(TRACKS.map(async (track) => [track, await interfacesOf(track)] as const)));
  const recording = readRecording();
  const recorded = new Set(RECORDED.map(({ name }) => name));
  const compared = ours.filter(({ run }) => recorded.has(run));
  const all = exercised(functions, ours);
  const excused = new Map(CANNOT_FAIL.flatMap(({ reason, functions }) => functions.map((one) => [one, reason] as const)));
  const known = new Set(functions.map(({ interface: name, name: own }) => `${name} ${own}`));
  const strangers = [...new Set(ours.map(({ subject }) => subject))].filter((one) => one.startsWith("wasi:") && !known.has(one));
  const found = disagreements(recording.cases, compared);
  return {
    problems: [
      ...unexplained(
        found,
        DIFFERENCES.flatMap(({ cases }) => cases),
      ),
      ...missing(all, excused),
      ...strangers.map((one) => `${one}: WASI has no such function`),
    ],
    page: table({ exercised: all, interfaces, wasmtime: recording, tenon: ours, differences: DIFFERENCES, excuses: CANNOT_FAIL, runs: RUNS }),
    summary: `${functions.length} functions, ${compared.length} cases compared with ${recording.version}, ${found.length} differ`,
  };
}

export function pageOnDisk(): string {
  return readFileSync(PAGE, "utf8");
}

/** Where this wasmtime does not do what the recorded one did, and it is not known of its version. */
export async function live(program: string): Promise<string[]> {
  const version = versionOf(program);
  const [, known] = [...OTHER_WASMTIMES].find(([start]) => version.startsWith(start)) ?? ["", []];
  const now = allCases(await transcripts(RECORDED, wasmtime(program)));
  return unexplained(disagreements(readRecording().cases, now), known);
}

function versionOf(program: string): string {
  return execFileSync(program, ["--version"], { encoding: "utf8" }).trim();
}

async function main(flags: ReadonlySet<string>): Promise<number> {
  const oracle = process.env.WASMTIME;
  if ((flags.has("--record") || flags.has("--live")) && oracle === undefined) {
    process.stderr.write("WASMTIME names no wasmtime\n");
    return 2;
  }
  if (flags.has("--record")) {
    writeRecording(versionOf(oracle!), await transcripts(RECORDED, wasmtime(oracle!)));
    return 0;
  }
  if (flags.has("--live")) return tell(await live(oracle!), "wasmtime does what was recorded");
  const { problems, page, summary } = await judge(allCases(await transcripts(RUNS, tenon)));
  if (flags.has("--write")) writeFileSync(PAGE, page);
  const outdated = page === pageOnDisk() ? [] : ["docs/wasi.md is out of date: `node conformance/wasi/functions.ts --write`"];
  return tell([...problems, ...outdated], summary);
}

function tell(problems: readonly string[], otherwise: string): number {
  process.stdout.write(`${[...problems, problems.length > 0 ? `${problems.length} problems` : otherwise].join("\n")}\n`);
  return problems.length > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main(new Set(process.argv.slice(2)));
