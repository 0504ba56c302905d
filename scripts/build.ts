/**
 * `npm run build`: makes the folders that are published, `dist/<package>`: JavaScript, declarations, WIT, README, LICENSE and a manifest
 * that points at them. In the workspace itself nothing is built: there Node runs the sources, as the `exports` of packages/ say.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build, type Plugin } from "esbuild";
import { ROOT } from "./source-files.ts";

interface SourceManifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly description?: string;
  readonly sideEffects?: boolean;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const PACKAGES = ["engine", "runtime", "cli"] as const;
/** The oldest Node that the built packages run on. Not in the manifests of the workspace: those are installed by any Node. */
const ENGINES = { node: ">=24" };
/** What both Node 24 and the browsers of 2025 understand. */
const TARGET = "es2023";

/** Builds all packages, each into the folder of its name in `out`, which is emptied first. */
export async function buildPackages(out: string): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  const declarations = join(out, "declarations");
  execFileSync("tsc", ["-p", "tsconfig.declarations.json", "--outDir", declarations], { cwd: ROOT, stdio: "inherit", shell: process.platform === "win32" });
  for (const name of PACKAGES) await buildPackage(name, join(out, name), join(declarations, name, "src"));
  rmSync(declarations, { recursive: true });
}

async function buildPackage(name: (typeof PACKAGES)[number], target: string, declarations: string): Promise<void> {
  const source = join(ROOT, "packages", name);
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as SourceManifest;
  mkdirSync(target, { recursive: true });
  // What editors read.
  if (existsSync(join(source, "schema"))) cpSync(join(source, "schema"), join(target, "schema"), { recursive: true });
  for (const file of ["LICENSE", "README.md"]) cpSync(existsSync(join(source, file)) ? join(source, file) : join(ROOT, file), join(target, file));
  // Interfaces that parts export or import, for those who write them.
  if (existsSync(join(source, "wit"))) cpSync(join(source, "wit"), join(target, "wit"), { recursive: true });
  const built = name === "cli" ? await bundleCommand(source, target) : await buildLibrary({ source, target, declarations, manifest });
  const { version, license, description, sideEffects } = manifest;
  const published = { name: manifest.name, version, description, license, type: "module", sideEffects, engines: ENGINES, ...built };
  writeFileSync(join(target, "package.json"), `${JSON.stringify(published, undefined, 2)}\n`);
}

interface Library {
  readonly source: string;
  readonly target: string;
  /** Where tsc put the package's declarations. */
  readonly declarations: string;
  readonly manifest: SourceManifest;
}

/** One JavaScript file for each entry of `exports`, what they share in chunks; declarations file by file, as tsc makes them. */
async function buildLibrary({ source, target, declarations, manifest }: Library): Promise<object> {
  const entries = Object.entries(manifest.exports ?? {});
  await build({
    entryPoints: entries.map(([, path]) => join(source, path)),
    outbase: join(source, "src"),
    outdir: join(target, "js"),
    bundle: true,
    splitting: true,
    format: "esm",
    // Names no host: platform code asks for its modules by `node:`, and they stay imports.
    platform: "neutral",
    target: TARGET,
    packages: "external",
    chunkNames: "shared/[hash]",
    logLevel: "warning",
  });
  for (const file of globSync("**/*.d.ts", { cwd: declarations })) {
    const to = join(target, "types", file);
    mkdirSync(join(to, ".."), { recursive: true });
    // Declarations keep the names of the sources in their imports.
    writeFileSync(to, readFileSync(join(declarations, file), "utf8").replace(/((?:from|import)\s*\(?")(\.{1,2}\/[^"]+)\.ts"/g, '$1$2.js"'));
  }
  const exports = Object.fromEntries(
    entries.map(([subpath, path]) => {
      const stem = path.replace(/^\.\/src\//, "").replace(/\.ts$/, "");
      return [subpath, { types: `./types/${stem}.d.ts`, default: `./js/${stem}.js` }];
    }),
  );
  const schemas = globSync("*.schema.json", { cwd: join(source, "schema") }).map((file) => [`./${file}`, `./schema/${file}`]);
  return { exports: { ...exports, ...Object.fromEntries(schemas), "./package.json": "./package.json" }, dependencies: manifest.dependencies };
}

/**
 * The command in few files, so that it starts fast and needs no other package: `main.js` finds the command, each command is a script
 * of its own with all that it uses, but for what is asked for rarely (help, traces).
 */
export async function bundleCommand(source: string, target: string): Promise<object> {
  const outbase = join(source, "src");
  const outdir = join(target, "js");
  // Of packages that come in two forms, the one of modules: the other loads its files by `require` at run time, in ways that no bundler follows.
  const mainFields = ["module", "main"];
  const options = { bundle: true, platform: "node", mainFields, target: "node24", minify: true, lineLimit: 160, logLevel: "warning", outbase, outdir } as const;
  const apart: Plugin = {
    name: "rarely-used-apart",
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
        const script = relative(outbase, join(resolveDir, path)).replace(/\.ts$/, ".cjs");
        // What the engine loads later is in the command from the start.
        if (kind !== "dynamic-import" || script.startsWith("..")) return undefined;
        return { path: `../${script.replaceAll("\\", "/")}`, external: true };
      }),
  };
  const scripts = globSync(["commands/*.ts", "help.ts", "show-grants.ts", "app/run-app.ts", "trace/describe-trap.ts"], { cwd: outbase });
  await build({
    ...options,
    entryPoints: scripts.map((file) => join(outbase, file)),
    format: "cjs",
    outExtension: { ".js": ".cjs" },
    plugins: [apart],
    supported: { "dynamic-import": false },
  });
  const id = createHash("sha256");
  for (const file of globSync("**/*.cjs", { cwd: outdir }).sort()) id.update(readFileSync(join(outdir, file)));
  const loader: Plugin = {
    name: "built-commands",
    setup: ({ onResolve }) => onResolve({ filter: /\/load-command\.ts$/ }, () => ({ path: join(outbase, "load-built-command.ts") })),
  };
  const define = { BUILD_ID: JSON.stringify(id.digest("hex").slice(0, 16)) };
  await build({ ...options, entryPoints: [join(outbase, "main.ts")], format: "esm", splitting: true, plugins: [loader], define });
  for (const file of globSync("*.js", { cwd: outdir })) writeFileSync(join(outdir, file), withPlainBuiltins(readFileSync(join(outdir, file), "utf8")));
  cpSync(join(source, "templates"), join(target, "templates"), { recursive: true });
  return { bin: { tenon: "js/main.js" } };
}

/** To import a built-in module runs all its lazy getters (`node:fs` loads streams and promises: 7 ms). Taken as an object it doesn't. */
function withPlainBuiltins(code: string): string {
  return code.replace(
    /\bimport\s*(?:\{([^}]*)\}|(\w+))\s*from\s*("node:[^"]+");/g,
    (_, names: string | undefined, whole: string | undefined, module: string) => {
      return `const ${whole ?? `{${names!.replace(/ as /g, ":")}}`}=process.getBuiltinModule(${module});`;
    },
  );
}

if (import.meta.main) await buildPackages(join(ROOT, "dist"));
