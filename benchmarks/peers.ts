/** Programs that are compared with when they are there: from a variable, or from PATH. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
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

/** The same, its stdin a file and its stdout let go; or each a pipe to a process of its own. */
export function timeWith({ program, arguments: args }: Command, input: string, pipes: boolean): number {
  if (pipes) return time({ program: "sh", arguments: ["-c", 'input=$1; shift; cat "$input" | "$@" | cat >/dev/null', "sh", input, program, ...args] });
  const file = openSync(input, "r");
  try {
    const start = performance.now();
    const { status, stderr } = spawnSync(program, args, { stdio: [file, "ignore", "pipe"], timeout: TIMEOUT });
    if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr.toString().slice(0, 2000)}`);
    return performance.now() - start;
  } finally {
    closeSync(file);
  }
}

/** The most resident memory of a process with this for its stdin. On Linux; elsewhere unknown. */
export async function peakMegabytes({ program, arguments: args }: Command, input: string): Promise<number | undefined> {
  const file = openSync(input, "r");
  try {
    const child = spawn(program, args, { stdio: [file, "ignore", "ignore"] });
    let peak: number | undefined;
    while (child.exitCode === null && child.signalCode === null) {
      peak = megabytes(child, "VmHWM") ?? peak;
      await sleep(2);
    }
    return peak;
  } finally {
    closeSync(file);
  }
}

/** What the system says of a process's memory: `VmRSS` now, `VmHWM` at most. On Linux; elsewhere unknown. */
export function megabytes({ pid }: ChildProcess, field: "VmRSS" | "VmHWM"): number | undefined {
  try {
    const kilobytes = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
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

/** What a script of this folder prints, in a process of its own. */
export function printed<T>(script: URL, ...args: string[]): T {
  return JSON.parse(run({ program: process.execPath, arguments: ["--expose-gc", fileURLToPath(script), ...args] })) as T;
}

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The command `tenon`: TENON (its JavaScript file, as installed), else built anew from the sources. */
export function tenon(): string {
  if (process.env.TENON !== undefined) return process.env.TENON;
  time({ program: process.execPath, arguments: [file("../scripts/build.ts")] });
  return file("../dist/cli/js/main.js");
}
