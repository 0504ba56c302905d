/** Programs that are compared with when they are there: from a variable, or from PATH. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The path of a program, from the variable of its name or from PATH. */
export function find(name: string): string | undefined {
  const given = process.env[name.toUpperCase()];
  if (given !== undefined) return given;
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
}

/** No measured process takes anywhere near as long. */
const TIMEOUT = 300_000;

/** Milliseconds for the whole process. */
export function time(command: Command): number {
  const start = performance.now();
  run(command);
  return performance.now() - start;
}

function run({ program, arguments: args }: Command): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { stdio: ["ignore", "pipe", "pipe"], timeout: TIMEOUT });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr.toString().slice(0, 2000)}`);
  return stdout.toString();
}

export class Wasmtime {
  readonly program: string;

  constructor(program: string) {
    this.program = program;
  }

  static find(): Wasmtime | undefined {
    const program = find("wasmtime");
    return program === undefined ? undefined : new Wasmtime(program);
  }

  time(args: readonly string[]): number {
    return time({ program: this.program, arguments: args });
  }

  output(args: readonly string[]): string {
    return run({ program: this.program, arguments: args });
  }
}

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The command `tenon`: TENON (its JavaScript file, as installed), else built anew from the sources. */
export function tenon(): string {
  if (process.env.TENON !== undefined) return process.env.TENON;
  time({ program: process.execPath, arguments: [file("../scripts/build.ts")] });
  return file("../dist/cli/js/main.js");
}
