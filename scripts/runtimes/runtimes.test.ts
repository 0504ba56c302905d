/**
 * `npm run runtimes`: the built engine in other JavaScript runtimes. `DENO` and `BUN` name them; one that is not there is skipped,
 * but in CI it must be.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { buildPackages } from "../build.ts";
import { ROOT } from "../source-files.ts";

const RUNTIMES: readonly (readonly [name: string, program: string | undefined, args: readonly string[]])[] = [
  ["Node", process.execPath, []],
  ["Deno", process.env.DENO, ["run", "--allow-read"]],
  ["Bun", process.env.BUN, ["run"]],
];
const EXPECTED = ["Rust", "C", "JavaScript"]
  .map((language, i) => `Hello Ada, this is ${language}! You have ${10 * (i + 1)}.\n`)
  .join("")
  .concat("103 111\n");

const built = mkdtempSync(join(tmpdir(), "tenon-runtimes-"));
await buildPackages(built);

for (const [name, program, args] of RUNTIMES) {
  test(`the engine in ${name}`, { skip: program === undefined && process.env.CI === undefined ? `set ${name.toUpperCase()} to its program` : false }, () => {
    assert.ok(program !== undefined, `CI must have ${name}`);
    const command = [...args, join(ROOT, "scripts/runtimes/program.mjs"), join(built, "engine/js/index.js"), join(ROOT, "examples")];
    assert.equal(execFileSync(program, command, { encoding: "utf8" }), EXPECTED);
  });
}
