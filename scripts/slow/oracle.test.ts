/** What `tenon run` prints is what `wasmtime run` prints: `WASMTIME` names it (48.0.2), else the one on the path. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { bundleCommand } from "../build.ts";
import { ROOT } from "../source-files.ts";

const WASMTIME = process.env.WASMTIME ?? "wasmtime";
const isThere = spawnSync(WASMTIME, ["--version"]).status === 0;
if (!isThere && process.env.CI !== undefined) throw new Error(`${WASMTIME} does not run: here nothing may be skipped`);
const skip = isThere ? false : "wasmtime is not here";

const folder = mkdtempSync(join(tmpdir(), "tenon-oracle-"));
const env = { ...process.env, XDG_CACHE_HOME: folder };
before(() => bundleCommand(join(ROOT, "packages/cli"), folder));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Case {
  readonly file: string;
  readonly options?: readonly string[];
  readonly args?: readonly string[];
  readonly input?: string;
}

const SCORES = ["rust", "c", "javascript"].map((language) => `examples/${language}/scoreboard.wasm`);
const CALLS = [
  'greet("Zoë ☃ \\u{1f600}")',
  "best([])",
  'best([{player: "a", points: 0}, {points: 4000000000, player: "b"}])',
  'rank([{player: "a", points: 1}, {player: "", points: 2}, {player: "c\\n\\t\\"", points: 1}])',
];
const GUESTS = "../shared/guests/wasm";
const POLY = ["c", "cpp", "rust", "zig", "nim", "java", "assemblyscript"].map((language) => `${GUESTS}/poly.${language}.wasm`);
const POLY_CALLS = [
  'greet("Ada")',
  "sum([1, 2, 4294967295])",
  "area(circle(0.5))",
  "area(rect((2.0, 3.0)))",
  "area(%none)",
  'best([{name: "x", tags: ["a", "ü"], score: -0.5}])',
  "best([])",
];

const cases: readonly Case[] = [
  ...["examples/hello/hello.rust.wasm", "examples/hello/hello.c.wasm", `${GUESTS}/hello.rust.wasm`, `${GUESTS}/hello.c.wasm`].flatMap((file): Case[] => [
    { file },
    { file, args: ["Ada", "", "-x", "--env", "☃"] },
    { file, args: ["-"], input: "Ada\nZoë\n" },
    { file, options: ["--env", "GREETING=Hej", "--env", "FOO="], args: ["Ada"], input: "x" },
  ]),
  ...SCORES.flatMap((file) => CALLS.map((call): Case => ({ file, options: ["--invoke", call] }))),
  ...POLY.flatMap((file) => POLY_CALLS.map((call): Case => ({ file, options: ["--invoke", call] }))),
  // These fail in both.
  { file: "examples/trap/faults.c.wasm", options: ["--invoke", "divide(1, 0)"] },
  { file: "examples/trap/faults.c.wasm", options: ["--invoke", "divide(-2147483648, -1)"] },
  { file: "examples/trap/faults.rust.wasm", options: ["--invoke", "peek(4294967295)"] },
  { file: "examples/trap/faults.c.wasm", options: ["--invoke", "nothing()"] },
  { file: "examples/rust/scoreboard.wasm", options: ["--invoke", "greet(1)"] },
  { file: "examples/rust/scoreboard.wasm" },
];

for (const { file, options = [], args = [], input = "" } of cases) {
  const missing = existsSync(join(ROOT, file)) ? false : "the file is not here";
  test(`${[...options, file, ...args].join(" ")}`, { skip: skip || missing }, () => {
    const run = (program: string, before: readonly string[]) =>
      spawnSync(program, [...before, "run", ...options, file, ...args], { cwd: ROOT, env, input, encoding: "utf8" });
    const theirs = run(WASMTIME, []);
    const ours = run(process.execPath, [join(folder, "js/main.js")]);
    assert.equal(ours.stdout, theirs.stdout, ours.stderr);
    assert.equal(ours.status === 0, theirs.status === 0, `${ours.stderr}\n${theirs.stderr}`);
    // A trap is 134 in both; of the kinds of bad input wasmtime knows only one.
    if (theirs.status === 134) assert.equal(ours.status, 134);
  });
}
