/** Runs the tests that are named after threats, `threat 13: ...`, wherever they lie. */
import { spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join, posix, sep } from "node:path";

export interface Outcome {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
  /** It took too long and was ended. */
  readonly hung: boolean;
  readonly output: string;
}

const LINE = /^\s*(not )?ok \d+ - (.*?)(?: # (SKIP|TODO).*)?$/gm;

const IMPORT = /from "(\.[^"]*\/test-[^"]+\.ts)"/g;

/** The text of a test file, and of the `test-*.ts` that it has tests from. */
export function textOf(root: string, path: string): string {
  const seen = new Set<string>();
  const queue = [path];
  for (const each of queue) {
    const text = readFileSync(join(root, each), "utf8");
    seen.add(text);
    for (const [, name] of text.matchAll(IMPORT)) {
      const imported = posix.join(posix.dirname(each), name!);
      if (!queue.includes(imported)) queue.push(imported);
    }
  }
  return [...seen].join("\n");
}

/** The test files that name a threat. */
export function attackFiles(root: string): string[] {
  return globSync(["packages/*/src/**/*.test.ts", "scripts/**/*.test.ts", "conformance/**/*.test.ts"], { cwd: root, exclude: ["**/node_modules/**"] })
    .map((path) => path.replaceAll(sep, "/"))
    .filter((path) => /["'`]threat \d+: /.test(textOf(root, path)))
    .sort();
}

export function threatOf(name: string): number | undefined {
  const found = /^threat (\d+): /.exec(name)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Runs those tests of `files` that are named after `threat`, or after any; of those, that begin with `name`. */
export async function runNamedTests(
  root: string,
  files: readonly string[],
  { threat, name = "", seconds, testSeconds }: { threat?: number | undefined; name?: string | undefined; seconds: number; testSeconds: number },
): Promise<Outcome> {
  const pattern = `^threat ${threat ?? "\\d+"}: ${RegExp.escape(name)}`;
  const args = ["--test", "--test-force-exit", "--test-reporter=tap", `--test-name-pattern=${pattern}`, `--test-timeout=${testSeconds * 1000}`, ...files];
  // A process of its own for one file would only be one more that may lose its last words when it is made to exit.
  if (files.length === 1) args.unshift("--test-isolation=none");
  // Whoever runs this may be a test itself, of which a child would take itself for a part.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"], detached: process.platform !== "win32" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    endWithChildren(child.pid!);
  }, seconds * 1000);
  await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  clearTimeout(timer);
  return { ...read(output), hung, output };
}

/** The process of `node --test` has one for each file. */
function endWithChildren(pid: number): void {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function read(output: string): Pick<Outcome, "passed" | "failed" | "skipped"> {
  const [passed, failed, skipped]: [string[], string[], string[]] = [[], [], []];
  for (const [, not, name, directive] of output.matchAll(LINE)) {
    // A file that can't be loaded stands for itself: that is a failure, too.
    const list = not !== undefined ? failed : directive !== undefined ? skipped : passed;
    list.push(name!.replace(/\\(.)/g, "$1"));
  }
  return { passed, failed, skipped };
}
