/**
 * `npm run conformance -- [folder or file.json]...` runs suites that `wasm-tools json-from-wast` converted. Without
 * paths: our own cases, and the official suites when they lie in ../shared. See README.md beside this file.
 */
import { existsSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { compareWithKnown, countListed, readKnownFailures, updateKnownFailures } from "./known-failures.ts";
import { type NodeRun, runInNode } from "./node-runner.ts";
import { readSuites, statedTexts } from "./read-suite.ts";
import { failures, summarize, tables, verdictLine } from "./report.ts";
import { runSeeds, seedTable } from "./seeds.ts";
import { fileId, isAsync, type SuiteFile } from "./suite-file.ts";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const OWN_CASES = path.join(HERE, "cases");
const OFFICIAL = path.resolve(HERE, "../../shared/conformance");

/** The files to run by the paths and options of a command line; shared with the browser's run. */
export function chooseFiles(paths: readonly string[], options: { filter?: string | undefined; excludeAsync?: boolean | undefined }): SuiteFile[] {
  const filter = options.filter === undefined ? undefined : new RegExp(options.filter);
  return readSuites(paths.length > 0 ? paths : defaultPaths()).filter(
    (file) => (filter === undefined || filter.test(fileId(file))) && !(options.excludeAsync && isAsync(file)),
  );
}

function defaultPaths(): string[] {
  if (existsSync(OFFICIAL)) return [OWN_CASES, OFFICIAL];
  console.log("The official suites are not here: running our own cases only. Give a folder of converted suites to run them.");
  return [OWN_CASES];
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "string" },
      filter: { type: "string" },
      verbose: { type: "boolean", short: "v" },
      "exclude-async": { type: "boolean" },
      "update-known": { type: "boolean" },
      reason: { type: "string" },
      seeds: { type: "string" },
      seed: { type: "string" },
      jobs: { type: "string", default: String(Math.min(4, availableParallelism())) },
      engine: { type: "string", default: path.join(HERE, "../packages/engine/src/index.ts") },
    },
  });
  const files = chooseFiles(positionals, { filter: values.filter, excludeAsync: values["exclude-async"] });
  if (files.length === 0) {
    console.error("no converted files there (JSON with `commands`, as `wasm-tools json-from-wast` writes it)");
    return 2;
  }
  const run = { files, jobs: Number(values.jobs), engine: pathToFileURL(path.resolve(values.engine)).href, texts: statedTexts(files) };
  if (values.seeds !== undefined || values.seed !== undefined) return underSeeds(run, Number(values.seed ?? 1), Number(values.seeds ?? 1));
  const results = await runInNode(run);
  const summary = summarize(results);
  const known = readKnownFailures("node");
  const comparison = compareWithKnown(results, known);
  const unlisted = new Set(comparison.unlisted);
  const shown = failures(results, values.verbose ? undefined : unlisted);
  if (shown !== "") console.log(`${shown}\n`);
  console.log(tables(summary));
  console.log(verdictLine(comparison, countListed(known, files)));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ summary, comparison, files: results }, null, 1)}\n`);
  if (values["update-known"]) updateKnownFailures(comparison, values.reason);
  return comparison.unlisted.length + comparison.stale.length > 0 ? 1 : 0;
}

async function underSeeds(run: NodeRun, first: number, count: number): Promise<number> {
  const reports = await runSeeds({ ...run, first, count });
  const findings = reports.flatMap(({ findings }) => findings);
  console.log(seedTable(reports));
  for (const finding of findings) console.log(finding);
  if (findings.length > 0) console.log("`--seed S --filter FILE` repeats one");
  console.log(`${reports.length} files under ${count} seeds from ${first}: ${findings.length} findings`);
  return findings.length > 0 || reports.length === 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main();
