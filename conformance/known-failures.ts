/** The list of failures that are known, each with its reason. What is listed must fail; what fails must be listed. */
import { readFileSync, writeFileSync } from "node:fs";
import type { FileResult } from "./node-runner.ts";
import { fileId, type SuiteFile } from "./suite-file.ts";

export interface KnownFailure {
  /** `suite/path` of the file. */
  readonly file: string;
  readonly lines: readonly number[];
  readonly reason: string;
  /** Only there; both without it. */
  readonly where?: "node" | "browser";
}

export interface Comparison {
  /** `file:line` of failures that nobody listed. */
  readonly unlisted: readonly string[];
  /** `file:line` of cases that are listed but pass. */
  readonly stale: readonly string[];
}

const LIST = new URL("./known-failures.json", import.meta.url);

const readList = (): KnownFailure[] => JSON.parse(readFileSync(LIST, "utf8")) as KnownFailure[];

export function readKnownFailures(where: "node" | "browser"): KnownFailure[] {
  return readList().filter((known) => known.where === undefined || known.where === where);
}

/** Whether each failing line of the files that count is listed, and the other way round. */
export function compareWithKnown(results: readonly FileResult[], known: readonly KnownFailure[]): Comparison {
  const unlisted: string[] = [];
  const stale: string[] = [];
  for (const { file, commands } of results) {
    if (file.drift) continue;
    const id = fileId(file);
    const listed = new Set(known.filter((entry) => entry.file === id).flatMap((entry) => entry.lines));
    const failing = new Set(commands.filter(({ status }) => status === "fail").map(({ line }) => line));
    for (const line of failing) if (!listed.has(line)) unlisted.push(`${id}:${line}`);
    for (const line of listed) if (!failing.has(line)) stale.push(`${id}:${line}`);
  }
  return { unlisted, stale };
}

/** How many lines of the files are listed. */
export function countListed(known: readonly KnownFailure[], files: readonly SuiteFile[]): number {
  const here = new Set(files.map(fileId));
  return known.filter(({ file }) => here.has(file)).reduce((sum, { lines }) => sum + lines.length, 0);
}

/** Takes what passes off the list, and puts what fails on it when a reason is given. */
export function updateKnownFailures({ unlisted, stale }: Comparison, reason: string | undefined): void {
  const gone = new Set(stale);
  const kept = readList().map((known) => ({ ...known, lines: known.lines.filter((line) => !gone.has(`${known.file}:${line}`)) }));
  const added = Map.groupBy(reason === undefined ? [] : unlisted, (place) => place.slice(0, place.lastIndexOf(":")));
  const more = [...added].map(([file, places]) => ({ file, lines: places.map((place) => Number(place.slice(file.length + 1))), reason: reason! }));
  const list = [...kept.filter(({ lines }) => lines.length > 0), ...more];
  const entries = list.map(({ file, lines, ...rest }) => `  ${JSON.stringify({ file, lines, ...rest })}`);
  writeFileSync(LIST, `[\n${entries.join(",\n")}\n]\n`);
}
