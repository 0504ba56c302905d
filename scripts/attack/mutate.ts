/** Takes each defence out of a copy of the project, and asks whether a test of its threat notices. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Mutation, mutated } from "./mutations.ts";
import { type Outcome, runNamedTests, threatOf } from "./named-tests.ts";

const COPIED = ["packages", "scripts", "package.json", "tsconfig.json"];
/** Read, never written by a test. */
const LINKED = ["examples", "docs", "conformance", "benchmarks"];
const SECONDS = 40;
/** Of one test: who waits for what a defence would have woken waits for ever without it. */
const TEST_SECONDS = 6;

/** A process of tests that is made to exit now and then loses its last words, which are those of the test that failed. */
const TRIES = 3;

export interface Survivor {
  readonly mutation: Mutation;
  readonly why: string;
}

/** The mutations that no test noticed. */
export async function survivors(root: string, mutations: readonly Mutation[], tell: (line: string) => void): Promise<Survivor[]> {
  const found: Survivor[] = [];
  const queue = [...mutations];
  const folder = mkdtempSync(join(tmpdir(), "tenon-attack-"));
  const workers = Math.min(availableParallelism(), 4, queue.length);
  try {
    await Promise.all(
      Array.from({ length: workers }, async (_, index) => {
        const copy = join(folder, String(index));
        copyProject(root, copy);
        for (let mutation = queue.shift(); mutation !== undefined; mutation = queue.shift()) {
          const started = performance.now();
          const why = await whyUnnoticed(copy, mutation);
          const seconds = ((performance.now() - started) / 1000).toFixed(1);
          tell(`${why === undefined ? "✔" : "✖"} threat ${mutation.threat} without ${mutation.defence} (${seconds} s)`);
          if (why !== undefined) found.push({ mutation, why });
        }
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return found;
}

async function whyUnnoticed(copy: string, mutation: Mutation): Promise<string | undefined> {
  const path = join(copy, mutation.file);
  const original = readFileSync(path, "utf8");
  writeFileSync(path, mutated(original, mutation));
  const { threat, name, test } = mutation;
  try {
    for (let tries = 1; ; tries++) {
      const why = verdict(mutation, await runNamedTests(copy, [test], { threat, name, seconds: SECONDS, testSeconds: TEST_SECONDS }));
      if (why === undefined || tries === TRIES) return why;
    }
  } finally {
    writeFileSync(path, original);
  }
}

function verdict({ threat, test }: Mutation, { passed, failed, hung, output }: Outcome): string | undefined {
  if (hung || failed.some((name) => threatOf(name) === threat)) return undefined;
  if (failed.length > 0) return `${test} did not run:\n${output}`;
  return passed.length === 0 ? `${test} has no test that is named \`threat ${threat}: ...\` and runs here` : `all pass: ${passed.join("; ")}`;
}

/** With packages of its own: what they import from each other is the copy, the rest is the original's. */
function copyProject(root: string, copy: string): void {
  mkdirSync(copy, { recursive: true });
  for (const name of COPIED) cpSync(join(root, name), join(copy, name), { recursive: true, filter: (path) => !/^(?:node_modules|dist)$/.test(basename(path)) });
  for (const name of LINKED) symlinkSync(join(root, name), join(copy, name), "junction");
  const modules = join(copy, "node_modules");
  mkdirSync(join(modules, "@tenon"), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name !== "@tenon" && name !== "tenon") symlinkSync(join(root, "node_modules", name), join(modules, name), "junction");
  }
  for (const name of ["engine", "runtime"]) symlinkSync(join(copy, "packages", name), join(modules, "@tenon", name), "junction");
  symlinkSync(join(copy, "packages/cli"), join(modules, "tenon"), "junction");
}
