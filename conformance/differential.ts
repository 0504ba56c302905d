/**
 * `node conformance/differential.ts [--count N] [--seed N] [folder]...`: accepts and refuses what wasm-tools accepts and refuses? For
 * each file and each mutant of one, our verdict beside that of `wasm-tools validate --features all` (`WASM_TOOLS`, else on the
 * path). Differences are printed to be judged by a person: both tools follow the specification, each at its own date.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { compile } from "../packages/engine/src/index.ts";
import { corpusFiles } from "./corpus.ts";
import { mutant } from "./mutate.ts";
import { describe } from "./verdict.ts";

const WASM_TOOLS = process.env.WASM_TOOLS ?? "wasm-tools";

/** Why the bytes are refused; `undefined` when they are valid. */
type Refusal = string | undefined;

async function ours(bytes: Uint8Array<ArrayBuffer>): Promise<Refusal> {
  try {
    await compile(bytes);
    return undefined;
  } catch (error) {
    return describe(error);
  }
}

function theirs(file: string): Refusal {
  const { status, stderr, error } = spawnSync(WASM_TOOLS, ["validate", "--features", "all", file], { encoding: "utf8" });
  if (error !== undefined) throw error;
  const lines = stderr.split("\n").filter((line) => line !== "" && !line.includes("WARN"));
  return status === 0 ? undefined : lines.join(" ").replace(/^error: /, "");
}

/** A component by its preamble: core modules and text are not ours to judge. */
const isComponent = (bytes: Uint8Array): boolean => bytes[4] === 0x0d && bytes[6] === 0x01;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: "string", default: "500" }, seed: { type: "string", default: "1" } },
});
const folder = mkdtempSync(path.join(tmpdir(), "tenon-differential-"));
const file = path.join(folder, "input.wasm");
const sums = { both: 0, neither: 0, onlyWe: 0, onlyThey: 0 };

async function compare(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  if (!isComponent(bytes)) return;
  writeFileSync(file, bytes);
  const [we, they] = [await ours(bytes), theirs(file)];
  if (we === undefined && they === undefined) sums.both++;
  else if (we !== undefined && they !== undefined) sums.neither++;
  else if (we === undefined) {
    sums.onlyWe++;
    console.log(`ACCEPTED  ${name}: ${they!.slice(0, 200)}`);
  } else {
    sums.onlyThey++;
    console.log(`REFUSED   ${name}: ${we.slice(0, 200)}`);
  }
}

const corpus = corpusFiles(positionals).map((name) => ({ name, bytes: new Uint8Array(readFileSync(name)) }));
const valid = corpus.filter(({ bytes }) => isComponent(bytes));
try {
  for (const { name, bytes } of valid) await compare(name, bytes);
  const from = Number(values.seed);
  for (let seed = from; seed < from + Number(values.count); seed++) {
    const bytes = mutant(
      valid.map((entry) => entry.bytes),
      seed,
      "in place",
    );
    await compare(`seed ${seed}`, bytes);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`accepted by both ${sums.both}, refused by both ${sums.neither}, accepted by us alone ${sums.onlyWe}, refused by us alone ${sums.onlyThey}`);
