/**
 * `npm run runtimes`: the built engine in other JavaScript runtimes, and the built command in an early Node 24, which suspends WebAssembly only
 * when it is asked to. `NODE24`, `DENO` and `BUN` name them; one that is not there is skipped, but in CI it must be.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { buildPackages } from "../build.ts";
import { ROOT } from "../source-files.ts";
import { expected, type Told } from "./async-chain.ts";
import { blocking, GUESTS } from "./guests.ts";

interface Runtime {
  readonly name: string;
  readonly program: string | undefined;
  readonly args: readonly string[];
  /** Without it an early Node 24 can't suspend. */
  readonly option?: string;
}

const RUNTIMES: readonly Runtime[] = [
  { name: "Node", program: process.execPath, args: [] },
  { name: "Node24", program: process.env.NODE24, args: [], option: "--experimental-wasm-jspi" },
  { name: "Deno", program: process.env.DENO, args: ["run", "--allow-read"] },
  { name: "Bun", program: process.env.BUN, args: ["run"] },
];
const EXPECTED = ["Rust", "C", "JavaScript"]
  .map((language, i) => `Hello Ada, this is ${language}! You have ${10 * (i + 1)}.\n`)
  .join("")
  .concat("103 111\n");

const built = mkdtempSync(join(tmpdir(), "tenon-runtimes-"));
await buildPackages(built);

for (const { name, program, args, option } of RUNTIMES) {
  const skip = program === undefined && process.env.CI === undefined ? `set ${name.toUpperCase()} to its program` : false;
  const run = (options: readonly string[], script: string, files: string, ...more: readonly string[]): string => {
    assert.ok(program !== undefined, `CI must have ${name}`);
    const command = [...options, ...args, join(ROOT, "scripts/runtimes", script), join(built, "engine/js/index.js"), join(ROOT, files), ...more];
    return execFileSync(program, command, { encoding: "utf8" });
  };
  const options = option === undefined ? [] : [option];

  test(`the engine in ${name}`, { skip }, () => {
    assert.equal(run(options, "program.mjs", "examples"), EXPECTED);
  });

  for (const given of option === undefined ? [options] : [options, []]) {
    test(`async parts in ${[name, ...given].join(" ")}`, { skip }, () => {
      const told: Told = JSON.parse(run(given, "async-program.mjs", GUESTS, JSON.stringify(blocking)));
      assert.deepEqual(told, expected(option === undefined ? told.canSuspend : given.length > 0));
      process.stdout.write(`${[name, ...given].join(" ")} ${told.canSuspend ? "can" : "can't"} suspend WebAssembly\n`);
    });
  }

  if (!name.startsWith("Node")) continue;
  test(`a command that waits for its input, in ${name}`, { skip }, async () => {
    assert.ok(program !== undefined, `CI must have ${name}`);
    const command = [join(built, "cli/js/main.js"), "run", join(ROOT, "examples/hello/hello.rust.wasm"), "-"];
    const child = spawn(program, command, { stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(child, "close");
    // It has answered one when it is given the next.
    for (const who of ["Ada", "Eve"]) {
      child.stdin.write(`${who}\n`);
      assert.equal(String(await Promise.race([once(child.stdout, "data"), ended])), `Hello ${who}, from Rust\n`);
    }
    child.stdin.end();
    assert.deepEqual(await ended, [0, null]);
  });
}
