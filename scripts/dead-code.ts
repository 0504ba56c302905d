/**
 * Finds code that nothing uses: exports that no other file names, and files that no other file mentions. Works on names, not on
 * types, so it can miss something, but what it reports is dead. Unused locals and imports are tsc's and biome's to find.
 */
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { codeOnly, isTest, ROOT, type SourceFile, sourceFiles, trackedTextFiles } from "./source-files.ts";

const EXPORT = /^export (?:declare )?(?:abstract )?(?:async )?(const|let|function\*?|class|type|interface) ([A-Za-z_$][\w$]*)/gm;

/** One line for each dead export or file. `entries` are files that are used from outside: their exports are the public API. */
export function deadCode(files: readonly SourceFile[], entries: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const sources = files.filter(({ path }) => !isTest(path));
  const words = new Map(files.map(({ path, text }) => [path, new Set(codeOnly(text).match(/[A-Za-z_$][\w$]*/g))]));
  for (const { path, text } of sources) {
    if (entries.has(path)) continue;
    // The checks in scripts/ are run by their tests; elsewhere what only a test uses is dead.
    const others = (path.startsWith("scripts/") ? files : sources).filter((other) => other.path !== path);
    if (!others.some(({ text }) => mentions(text, path))) {
      found.push(`${path}: no file mentions it`);
      continue;
    }
    for (const [, kind, name] of codeOnly(text).matchAll(EXPORT)) {
      if (others.some((other) => words.get(other.path)!.has(name!))) continue;
      const usedHere = codeOnly(text).split(new RegExp(`\\b${name}\\b`)).length > 2;
      // A type or class that the file's own exports use is part of what they promise; a function may be exported for its test.
      const isType = kind === "type" || kind === "interface" || kind === "class";
      if (usedHere && (isType || files.some((other) => other.path !== path && words.get(other.path)!.has(name!)))) continue;
      found.push(`${path}: nothing uses \`${name}\``);
    }
  }
  return found;
}

/** By its name in a path, or as one of a folder that is imported by a computed name. */
function mentions(text: string, path: string): boolean {
  return new RegExp(`["'\`/]${basename(path)}["'\`]`).test(text) || text.includes(`./${basename(dirname(path))}/\${`);
}

/** Files that a person, a package manifest or a script calls by their path. */
function entryFiles(files: readonly SourceFile[]): Set<string> {
  const callers = trackedTextFiles().filter(({ path }) => /package\.json$|^\.ci\/|\.ya?ml$|\.sh$/.test(path));
  callers.push({ path: "package.json", text: readFileSync(join(ROOT, "package.json"), "utf8") });
  const entries = new Set<string>();
  for (const { path } of files) {
    const workspace = /^(?:packages\/[^/]+|benchmarks)\//.exec(path)?.[0];
    const named = callers.some(
      ({ path: caller, text }) =>
        text.includes(path) || (workspace !== undefined && caller === `${workspace}package.json` && text.includes(path.slice(workspace.length))),
    );
    if (named) entries.add(path);
  }
  return entries;
}

if (import.meta.main) {
  const files = sourceFiles();
  const found = deadCode(files, entryFiles(files));
  if (found.length > 0) {
    process.stderr.write(`${found.join("\n")}\n${found.length} dead: remove it, use it, or drop the \`export\`.\n`);
    process.exitCode = 1;
  }
}
