/** The project's files, as the checks in this folder read them. */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("..", import.meta.url));

export interface SourceFile {
  /** From the root, with `/` on every system. */
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file of the project. */
export function sourceFiles(): SourceFile[] {
  return globSync(["packages/*/src/**/*.ts", "conformance/**/*.ts", "benchmarks/**/*.ts", "examples/**/*.ts", "scripts/**/*.ts"], {
    cwd: ROOT,
    exclude: ["**/node_modules/**", "**/dist/**", "examples/build/**"],
  })
    .map((path) => ({ path: path.replaceAll(sep, "/"), text: readFileSync(join(ROOT, path), "utf8") }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Every tracked file that is text. Nothing when this is no git work tree. */
export function trackedTextFiles(): SourceFile[] {
  if (!existsSync(join(ROOT, ".git"))) return [];
  const paths = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 26 }).split("\0");
  const files: SourceFile[] = [];
  for (const path of paths) {
    if (path === "" || !existsSync(join(ROOT, path))) continue;
    const bytes = readFileSync(join(ROOT, path));
    if (!bytes.includes(0)) files.push({ path, text: bytes.toString("utf8") });
  }
  return files;
}

/** Tests, and what only tests use (`test-*.ts`). */
export function isTest(path: string): boolean {
  return /\.test\.ts$|\/test-[^/]+\.ts$/.test(path);
}

/** The text with comments and the contents of strings blanked out; line numbers stay. */
export function codeOnly(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, (match) => match.replace(/[^\n]/g, " "));
}
