/** What wasmtime made of the programs: recorded, so that the comparison needs no wasmtime. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Case, casesOf } from "./cases.ts";
import { RUNS, type Run } from "./runs.ts";

const FILE = path.join(import.meta.dirname, "wasmtime.txt");

export interface Recording {
  /** `wasmtime 49.0.3 (f96eabaa1 2026-10-14)` */
  readonly version: string;
  readonly cases: readonly Case[];
}

/** Each run is a paragraph: its name, then its lines. */
export function readRecording(): Recording {
  const [version, ...paragraphs] = readFileSync(FILE, "utf8").trimEnd().split("\n\n");
  return {
    version: version!,
    cases: paragraphs.flatMap((paragraph) => {
      const [run, ...lines] = paragraph.split("\n");
      return casesOf(run!, lines);
    }),
  };
}

export function writeRecording(version: string, transcripts: ReadonlyMap<string, readonly string[]>): void {
  const paragraphs = [...transcripts].map(([run, lines]) => [run, ...lines].join("\n"));
  writeFileSync(FILE, `${[version, ...paragraphs].join("\n\n")}\n`);
}

export const RECORDED: readonly Run[] = RUNS.filter(({ notInWasmtime }) => notInWasmtime === undefined);
