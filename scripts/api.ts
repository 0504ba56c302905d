/**
 * `npm run api`: compares the public API, as the built declarations have it, with docs/api.txt, so that no change of it goes unnoticed.
 * `npm run api -- --write` accepts the present one.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { buildPackages } from "./build.ts";
import { ROOT } from "./source-files.ts";

const RECORD = join(ROOT, "docs/api.txt");

/** Every export of a declaration file, each with its declaration, comments and private members left out. */
function exportsOf(file: string): Map<string, string> {
  const text = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  const found = new Map<string, string>();
  for (const [, names, from] of text.matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)";/gm)) {
    const declared = exportsOf(declarationFile(file, from!));
    for (const part of names!.split(",")) {
      const [, own, name = own] = /^\s*(?:type\s+)?(\w+)(?:\s+as\s+(\w+))?/.exec(part) ?? [];
      if (own !== undefined) found.set(name!, declared.get(own) ?? "");
    }
  }
  for (const [, from] of text.matchAll(/^export (?:type )?\* from "([^"]+)";/gm))
    for (const [name, declaration] of exportsOf(declarationFile(file, from!))) found.set(name, declaration);
  for (const [declaration, kind, name] of text.matchAll(
    /^export (?:declare )?(?:abstract )?(class|const|function|interface|type) (\w+)[\s\S]*?(?=^(?:export|import|declare|type|interface)\b|(?![\s\S]))/gm,
  )) {
    const shown = declaration
      .replace(/^export (?:declare )?/, "")
      .replace(/^\s*#private;\n/gm, "")
      .replace(/^\s*private .*\n/gm, "")
      .replace(/\n\s*\n/g, "\n")
      .trimEnd();
    // An overload adds to its function; a constant and a type of one name are one thing.
    found.set(name!, found.has(name!) ? `${found.get(name!)}\n${shown}` : shown);
    if (kind === undefined) throw new Error("no declaration");
  }
  return found;
}

function declarationFile(from: string, specifier: string): string {
  return normalize(join(dirname(from), specifier.replace(/\.js$/, ".d.ts")));
}

function publicApi(): string {
  const lines: string[] = [];
  for (const name of ["engine", "runtime"]) {
    const folder = join(built, name);
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string; exports: Record<string, string | { types: string }> };
    for (const [subpath, target] of Object.entries(manifest.exports)) {
      if (typeof target === "string") continue;
      lines.push(`==== ${manifest.name}${subpath.slice(1)}`);
      const sorted = [...exportsOf(join(folder, target.types))].sort(([a], [b]) => (a < b ? -1 : 1));
      for (const [, declaration] of sorted) lines.push(declaration, "");
    }
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

const built = mkdtempSync(join(tmpdir(), "tenon-api-"));
process.on("exit", () => rmSync(built, { recursive: true, force: true }));
await buildPackages(built);
const now = publicApi();
if (process.argv.includes("--write")) {
  writeFileSync(RECORD, now);
} else if (now !== (existsSync(RECORD) ? readFileSync(RECORD, "utf8") : "")) {
  const before = new Set(existsSync(RECORD) ? readFileSync(RECORD, "utf8").split("\n") : []);
  const after = new Set(now.split("\n"));
  for (const line of before) if (!after.has(line)) process.stderr.write(`- ${line}\n`);
  for (const line of after) if (!before.has(line)) process.stderr.write(`+ ${line}\n`);
  process.stderr.write("The public API is not that of docs/api.txt. If it should change: say so in CHANGELOG.md, then `npm run api -- --write`.\n");
  process.exitCode = 1;
}
