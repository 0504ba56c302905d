/** `npm run size`: what a page that uses the engine downloads, and whether that stays within its bound. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { ROOT } from "./source-files.ts";

const KB = 1000;

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
    metafile: true,
    write: false,
  });
  const [output] = outputFiles;
  const size = gzipSync(output!.contents, { level: 9 }).length;
  process.stdout.write(`${name.padEnd(32)}${(size / KB).toFixed(1).padStart(7)} KB${bound === undefined ? "" : ` of ${bound / KB}`}\n`);
  if (process.argv.includes("--folders")) process.stdout.write(byFolder(Object.values(metafile.outputs)[0]!.inputs));
  if (bound !== undefined && size > bound) {
    process.stderr.write(`${name} is ${size - bound} bytes too large; \`npm run size -- --folders\` shows where they are\n`);
    process.exitCode = 1;
  }
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
