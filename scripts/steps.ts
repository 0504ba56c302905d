/** Runs commands one after another, says how long each took, and stops at the first that fails. */
import { spawnSync } from "node:child_process";
import { performance } from "node:perf_hooks";
import { ROOT } from "./source-files.ts";

export interface Step {
  readonly name: string;
  /** Program and arguments; `node` is the one that runs this. */
  readonly command: readonly string[];
}

export function runSteps(title: string, steps: readonly Step[]): void {
  const started = performance.now();
  const times: string[] = [];
  for (const { name, command } of steps) {
    const before = performance.now();
    const [program, ...args] = command as readonly [string, ...string[]];
    process.stdout.write(`── ${name}\n`);
    const { status, error } = spawnSync(program === "node" ? process.execPath : program, args, {
      cwd: ROOT,
      stdio: "inherit",
      shell: process.platform === "win32",
    });
    const seconds = `${((performance.now() - before) / 1000).toFixed(1)} s`;
    if (status !== 0) {
      process.stderr.write(`✖ ${title}: ${name} failed after ${seconds}${error === undefined ? "" : ` (${error.message})`}\n`);
      process.exit(1);
    }
    times.push(`${name} ${seconds}`);
  }
  process.stdout.write(`✔ ${title}: ${((performance.now() - started) / 1000).toFixed(0)} s (${times.join(", ")})\n`);
}
