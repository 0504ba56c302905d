/** wasmtime as an engine: each component compiled once, each call a process (`wasmtime run --invoke`). */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import type { Engine, Outcome } from "./engine.ts";

const WASMTIME = process.env.WASMTIME ?? "wasmtime";
/** What it has off by default. */
const FEATURES = ["-W", "memory64=y,component-model-map=y,component-model-fixed-length-lists=y,component-model-memory64=y,component-model-async=y"];
/** Of the text that a process is given: Linux has 128 KiB for an argument. */
const MAX_CALL = 100_000;

/** Its version; `undefined`: it is not here. */
export function wasmtimeVersion(): string | undefined {
  const { status, stdout } = spawnSync(WASMTIME, ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

export function wasmtime(jobs = availableParallelism()): Engine {
  const folder = mkdtempSync(path.join(tmpdir(), "tenon-differential-"));
  let count = 0;
  return {
    name: "wasmtime",
    standardOnly: true,
    async run({ component }, calls) {
      const file = path.join(folder, `${count++}.wasm`);
      const compiled = `${file}.cwasm`;
      writeFileSync(file, component);
      try {
        const { failed, stderr } = await spawn(["compile", ...FEATURES, file, "-o", compiled]);
        if (failed !== undefined) return calls.map(() => ({ failure: stderr || failed }));
        const outcomes: Outcome[] = [];
        let next = 0;
        const work = async (): Promise<void> => {
          for (let i = next++; i < calls.length; i = next++) outcomes[i] = await invoke(compiled, calls[i]!.text);
        };
        await Promise.all(Array.from({ length: jobs }, work));
        return outcomes;
      } finally {
        for (const each of [file, compiled]) rmSync(each, { force: true });
      }
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function invoke(compiled: string, call: string): Promise<Outcome> {
  if (call.length > MAX_CALL) return { failure: "the call is too long for a command line" };
  const { failed, stdout, stderr } = await spawn(["run", ...FEATURES, "--allow-precompiled", "--invoke", call, compiled]);
  if (failed === undefined) return { value: stdout.replace(/\n$/, "").replace(/^\(\)$/, "") };
  const reason = causeOf(stderr);
  // Its other errors are of arguments and files.
  return /error while executing at wasm backtrace|wasm trap/.test(stderr) || TRAPS.test(reason)
    ? { trap: "trap", message: reason }
    : { failure: stderr || failed };
}

/** Traps that it raises while it lifts or lowers the host's values, outside of all wasm. */
const TRAPS = /out of bounds|not aligned|invalid|incomplete|discriminant|realloc|unknown handle|converted integer|too long|overflow|size/;

/** The innermost cause: `wasm trap: ...`. */
function causeOf(stderr: string): string {
  const [, causes = stderr] = stderr.split("Caused by:\n");
  return causes
    .split(/\n\s*(?=\d+: )/)
    .at(-1)!
    .replace(/^\s*\d+: /, "")
    .trim();
}

function spawn(args: readonly string[]): Promise<{ readonly failed: string | undefined; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, RUST_BACKTRACE: "0" }, encoding: "utf8", timeout: 30_000, killSignal: "SIGKILL", maxBuffer: 2 ** 26 } as const;
    execFile(WASMTIME, args, options, (error, stdout, stderr) => resolve({ failed: error?.message, stdout, stderr }));
  });
}
