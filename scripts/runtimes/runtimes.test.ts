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
import { expected, type Told } from "./async-chain.ts";
import { blocking, GUESTS } from "./guests.ts";

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
  const skip = program === undefined && process.env.CI === undefined ? `set ${name.toUpperCase()} to its program` : false;
  const run = (script: string, files: string, ...more: readonly string[]): string => {
    assert.ok(program !== undefined, `CI must have ${name}`);
    const command = [...args, join(ROOT, "scripts/runtimes", script), join(built, "engine/js/index.js"), join(ROOT, files), ...more];
    return execFileSync(program, command, { encoding: "utf8" });
  };

  test(`the engine in ${name}`, { skip }, () => {
    assert.equal(run("program.mjs", "examples"), EXPECTED);
  });

  test(`async parts in ${name}`, { skip }, () => {
    const told: Told = JSON.parse(run("async-program.mjs", GUESTS, JSON.stringify(blocking)));
    assert.deepEqual(told, expected(told.canSuspend));
    process.stdout.write(`${name} ${told.canSuspend ? "can" : "can't"} suspend WebAssembly\n`);
  });
}
