/**
 * Converts .wast suites to what run.ts reads: `node conformance/convert.ts --out folder suite=path/to/wasts...`, or without arguments
 * our own cases in place. Needs wasm-tools (`WASM_TOOLS`, else on the path). Writes a manifest.json with what each file says
 * of itself: wasmtime's `;;! component_model_async = true` and wasm-tools' `;; RUN: wast % -f cm-async`.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const WASM_TOOLS = process.env.WASM_TOOLS ?? "wasm-tools";

interface Converted {
  readonly suite: string;
  readonly rel: string;
  readonly json: string;
  readonly ok: boolean;
  readonly wasmtimeConfig?: Readonly<Record<string, boolean>>;
  readonly wasmToolsRun?: readonly string[];
}

function wastFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".wast"))
    .sort();
}

/** What the comments at the head of a file ask of its tools. */
function directives(text: string): Pick<Converted, "wasmtimeConfig" | "wasmToolsRun"> {
  const config = [...text.matchAll(/^;;! *(\w+) *= *(true|false)/gm)].map(([, name, value]) => [name!, value === "true"] as const);
  const runs = [...text.matchAll(/^;; RUN(?:\[[^\]]*\])?: *(.*)$/gm)].map(([, run]) => run!);
  return {
    ...(config.length === 0 ? {} : { wasmtimeConfig: Object.fromEntries(config) }),
    ...(runs.length === 0 ? {} : { wasmToolsRun: runs }),
  };
}

/** Converts one file into a folder of its own name; false when wasm-tools can't parse it. */
function convert(wast: string, folder: string, lenient: boolean): boolean {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const json = path.join(folder, `${path.basename(folder)}.json`);
  const env = lenient ? { ...process.env, WAST_STRICT_COMPONENT_INDICES: "0" } : process.env;
  try {
    // In its own folder, so that no path of this machine gets into the JSON.
    const args = ["json-from-wast", "--pretty", path.basename(wast), "-o", json, "--wasm-dir", folder];
    execFileSync(WASM_TOOLS, args, { cwd: path.dirname(wast), env, stdio: ["ignore", "ignore", "pipe"] });
    return true;
  } catch (error) {
    console.error(`${wast}: ${String((error as { stderr?: unknown }).stderr ?? error).slice(0, 300)}`);
    rmSync(folder, { recursive: true, force: true });
    return false;
  }
}

function convertSuite(suite: string, source: string, out: string): Converted[] {
  return wastFiles(source).map((name) => {
    const rel = name
      .replace(/\.wast$/, "")
      .split(path.sep)
      .join("/");
    const folder = path.join(out, suite, rel);
    const wast = path.resolve(source, name);
    const said = directives(readFileSync(wast, "utf8"));
    const strict = convert(wast, folder, false);
    const ok = strict || convert(wast, folder, true);
    return {
      suite,
      rel,
      json: path
        .relative(out, path.join(folder, `${path.basename(rel)}.json`))
        .split(path.sep)
        .join("/"),
      ok,
      ...said,
    };
  });
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: "string" } } });
if (values.out === undefined) {
  const cases = path.join(path.dirname(fileURLToPath(import.meta.url)), "cases");
  for (const name of wastFiles(cases)) if (!convert(path.join(cases, name), path.join(cases, name.replace(/\.wast$/, "")), false)) process.exitCode = 1;
} else {
  const out = path.resolve(values.out);
  const manifest = positionals.flatMap((given) => {
    const [suite, source] = given.split("=") as [string, string];
    return convertSuite(suite, source, out);
  });
  writeFileSync(path.join(out, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
  console.log(`${manifest.filter(({ ok }) => ok).length} of ${manifest.length} files converted`);
}
