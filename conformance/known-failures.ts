/** The list of failures that are known, each with its reason. What is listed must fail; what fails must be listed. */
import { readFileSync } from "node:fs";
import type { FileResult } from "./node-runner.ts";
import { fileId } from "./suite-file.ts";

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

export function readKnownFailures(where: "node" | "browser"): KnownFailure[] {
  const all = JSON.parse(readFileSync(new URL("./known-failures.json", import.meta.url), "utf8")) as KnownFailure[];
  return all.filter((known) => known.where === undefined || known.where === where);
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
