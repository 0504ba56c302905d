/**
 * `npm run conformance:browser -- [folder or file.json]...`: the run of run.ts inside headless Chromium, under a Content
 * Security Policy without `eval`, and beside it the run in Node: what passes there must pass here, and what fails must be listed.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
import { findChromium, launchChromium, serveSuites } from "./chromium.ts";
import type { CommandResult } from "./execute.ts";
import { compareWithKnown, countListed, readKnownFailures } from "./known-failures.ts";
import { FILE_MS, type FileResult, failTheRest, runInNode } from "./node-runner.ts";
import type { PageGlobals, PageRequest } from "./page.ts";
import { readCommands, statedTexts } from "./read-suite.ts";
import { failures, summarize, tables, verdictLine } from "./report.ts";
import { chooseFiles } from "./run.ts";
import { fileId, type SuiteFile } from "./suite-file.ts";

const ENGINE = path.join(path.dirname(fileURLToPath(import.meta.url)), "../packages/engine/src/index.ts");

/** One page, loaded anew for each file: a renderer has room for some 125 memories. */
class BrowserLane {
  readonly #executable: string;
  readonly #origin: string;
  #browser: Browser | undefined;
  #page: Page | undefined;
  #commands: CommandResult[] = [];

  constructor(executable: string, origin: string) {
    this.#executable = executable;
    this.#origin = origin;
  }

  async run(file: SuiteFile, index: number, texts: readonly string[]): Promise<FileResult> {
    const began = performance.now();
    const commands: CommandResult[] = [];
    this.#commands = commands;
    const page = await this.#open();
    const request: PageRequest = { file, commands: readCommands(file), texts, base: `${this.#origin}/files/${index}` };
    const end = await within(FILE_MS, runInPage(page, this.#origin, request));
    if (end !== undefined) {
      failTheRest(file, commands, end);
      // A page that never yields can't be closed or left: its browser is.
      await this.close();
    }
    return { file, commands, milliseconds: performance.now() - began };
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    this.#browser = this.#page = undefined;
  }

  async #open(): Promise<Page> {
    if (this.#page !== undefined) return this.#page;
    this.#browser = await launchChromium(this.#executable);
    this.#page = await this.#browser.newPage();
    await this.#page.exposeFunction("reportResult", (result: CommandResult) => void this.#commands.push(result));
    return this.#page;
  }
}

async function runInPage(page: Page, origin: string, request: PageRequest): Promise<void> {
  await page.goto(origin);
  await page.waitForFunction(() => "runFile" in globalThis);
  await page.evaluate((given) => (globalThis as unknown as PageGlobals).runFile(given), request);
}

/** `undefined` when the work ends in time, else why it did not. */
async function within(milliseconds: number, work: Promise<void>): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("hang"), milliseconds);
  });
  const done = work.then(
    () => undefined,
    (error: unknown) => `crash: ${String(error)}`,
  );
  return Promise.race([done, limit]).finally(() => clearTimeout(timer));
}

async function runInBrowser(executable: string, files: readonly SuiteFile[], texts: readonly string[]): Promise<FileResult[]> {
  const server = await serveSuites(files);
  const lane = new BrowserLane(executable, server.origin);
  const results: FileResult[] = [];
  try {
    for (const [index, file] of files.entries()) results.push(await lane.run(file, index, texts));
  } finally {
    await lane.close();
    server.close();
  }
  return results;
}

/** `file:line` of the commands that pass in Node and fail in the browser. */
function differences(node: readonly FileResult[], browser: readonly FileResult[]): Set<string> {
  const places = new Set<string>();
  for (const [index, { file, commands }] of browser.entries()) {
    for (const [at, command] of commands.entries()) {
      const inNode = node[index]!.commands[at];
      if (command.status === "fail" && inNode?.status !== "fail") places.add(`${fileId(file)}:${command.line}`);
    }
  }
  return places;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "string" }, filter: { type: "string" }, "exclude-async": { type: "boolean" }, verbose: { type: "boolean", short: "v" } },
  });
  const executable = findChromium();
  if (executable === undefined) {
    console.log("Chromium is not here (CHROMIUM_PATH names it): the run in the browser is skipped.");
    return process.env.CI === undefined ? 0 : 1;
  }
  const files = chooseFiles(positionals, { filter: values.filter, excludeAsync: values["exclude-async"] });
  const texts = statedTexts(files);
  const node = await runInNode({ files, jobs: 2, engine: pathToFileURL(ENGINE).href, texts });
  const browser = await runInBrowser(executable, files, texts);
  const summary = summarize(browser);
  const known = readKnownFailures("browser");
  const comparison = compareWithKnown(browser, known);
  const worse = differences(node, browser);
  console.log(tables(summary));
  console.log(failures(browser, values.verbose ? undefined : new Set([...worse, ...comparison.unlisted])));
  console.log(verdictLine(comparison, countListed(known, files)));
  console.log(`${worse.size} commands pass in Node and fail in Chromium`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ summary, comparison, differences: [...worse], files: browser }, null, 1)}\n`);
  return comparison.unlisted.length + comparison.stale.length + worse.size === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main();
