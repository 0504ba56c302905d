/** `npm run size`: what a page that uses the engine downloads, and whether that stays within its bound. */
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { ROOT } from "./source-files.ts";

const KB = 1000;
/** Nothing is written there. */
const OUT = join(ROOT, "dist/size");

/** Bundled, minified and gzipped; entries without a bound are told only. */
const ENTRIES: ReadonlyArray<[name: string, path: string, bound: number | undefined]> = [
  ["@tenon/engine", "packages/engine/src/index.ts", 90 * KB],
  ["@tenon/engine/wit", "packages/engine/src/text/wit.ts", undefined],
  ["@tenon/engine/dts", "packages/engine/src/text/dts.ts", undefined],
  ["@tenon/engine/wave", "packages/engine/src/text/wave.ts", undefined],
  ["@tenon/engine/inspect", "packages/engine/src/text/inspect.ts", undefined],
  ["@tenon/engine/rewind", "packages/engine/src/api/rewind.ts", undefined],
  ["@tenon/runtime (engine apart)", "packages/runtime/src/index.ts", undefined],
];

for (const [name, path, bound] of ENTRIES) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(ROOT, path)],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    target: "es2023",
    packages: "external",
    splitting: true,
    outdir: OUT,
    metafile: true,
    write: false,
  });
  const sizes = new Map(outputFiles.map(({ path, contents }) => [relative(ROOT, path), gzipSync(contents, { level: 9 }).length]));
  const { outputs } = metafile;
  const first = loadedWith(outputs, Object.keys(outputs).find((output) => outputs[output]!.entryPoint === path)!);
  const total = (paths: Iterable<string>) => [...paths].reduce((sum, path) => sum + sizes.get(path)!, 0);
  const size = total(first);
  const later = total(sizes.keys()) - size;
  const rest = later === 0 ? "" : `, and ${(later / KB).toFixed(1)} when components are joined`;
  process.stdout.write(`${name.padEnd(32)}${(size / KB).toFixed(1).padStart(7)} KB${bound === undefined ? "" : ` of ${bound / KB}`}${rest}\n`);
  if (process.argv.includes("--folders")) for (const path of Object.keys(outputs)) process.stdout.write(byFolder(outputs[path]!.inputs));
  if (bound !== undefined && size > bound) {
    process.stderr.write(`${name} is ${size - bound} bytes too large; \`npm run size -- --folders\` shows where they are\n`);
    process.exitCode = 1;
  }
}

/** An output and what it imports statically. */
function loadedWith(outputs: Metafile["outputs"], path: string, seen: Set<string> = new Set()): Set<string> {
  seen.add(path);
  for (const { path: imported, kind } of outputs[path]!.imports) {
    if (kind === "import-statement" && !seen.has(imported) && imported in outputs) loadedWith(outputs, imported, seen);
  }
  return seen;
}

/** Minified bytes of each folder, before compression. */
function byFolder(inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>): string {
  const folders = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const folder = path.replace(/^.*\/src\//, "").replace(/\/[^/]*$/, "");
    folders.set(folder, (folders.get(folder) ?? 0) + bytesInOutput);
  }
  return [...folders]
    .sort((a, b) => b[1] - a[1])
    .map(([folder, bytes]) => `  ${folder.padEnd(30)}${(bytes / KB).toFixed(1).padStart(7)} KB minified\n`)
    .join("");
}
