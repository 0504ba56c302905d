/**
 * Finds the converted files of a folder and what is said about them in `manifest.json`, `exclusions.json` and `drift.json`,
 * which lie in the folder or above it. A file that no manifest lists runs with all features on.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { Features } from "./engine-under-test.ts";
import { type Command, fileId, type SuiteFile } from "./suite-file.ts";
import { camelCase } from "./values.ts";

/** Where a known suite's name is in the path, it names the suite. `wasm-tools` keeps its files in a folder `component-model`, hence the order. */
const KNOWN_SUITES = ["wasm-tools", "wasmtime", "component-model"] as const;

/** How far above the given folder a manifest may lie. */
const LEVELS_UP = 5;

interface ManifestEntry {
  readonly suite: string;
  readonly rel: string;
  readonly json: string;
  readonly ok?: boolean;
  readonly wasmtimeConfig?: Readonly<Record<string, boolean>>;
  readonly wasmToolsRun?: readonly string[];
}

interface Sidecar {
  readonly entries: ReadonlyMap<string, ManifestEntry>;
  readonly excluded: Readonly<Record<string, { readonly lines: readonly number[] }>>;
  readonly drift: ReadonlySet<string>;
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));

export function readCommands(file: SuiteFile): readonly Command[] {
  return (readJson(file.json) as { commands: Command[] }).commands;
}

/** The files of the given folders and JSON files, each once. */
export function readSuites(paths: readonly string[]): SuiteFile[] {
  const files = new Map<string, SuiteFile>();
  for (const given of paths) {
    const root = path.resolve(given);
    const isFolder = statSync(root).isDirectory();
    const folder = isFolder ? root : path.dirname(root);
    const sidecar = readSidecar(folder);
    for (const json of isFolder ? convertedFiles(root) : [root]) {
      const entry = sidecar.entries.get(json);
      if (entry?.ok === false) continue;
      const named = entry ?? nameByPath(json, folder);
      const id = fileId(named);
      files.set(json, {
        suite: named.suite,
        rel: named.rel,
        json,
        features: featuresOf(entry),
        validateOnly: named.suite === "wasm-tools",
        excluded: sidecar.excluded[id]?.lines ?? [],
        drift: sidecar.drift.has(id),
      });
    }
  }
  return [...files.values()].sort((a, b) => (fileId(a) < fileId(b) ? -1 : 1));
}

/** A converted file lies in a folder of its own name, or is at least the only kind of JSON that has commands. */
function convertedFiles(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== "node_modules") found.push(...convertedFiles(full));
    } else if (entry.name.endsWith(".json") && isConverted(full)) found.push(full);
  }
  return found;
}

function isConverted(file: string): boolean {
  const content = readJson(file);
  return typeof content === "object" && content !== null && "commands" in content && Array.isArray(content.commands);
}

/** The nearest manifest, exclusions and drift list, each searched upwards from the folder. */
function readSidecar(folder: string): Sidecar {
  const find = (name: string): string | undefined => {
    let at = folder;
    for (let level = 0; level < LEVELS_UP; level++, at = path.dirname(at)) {
      if (existsSync(path.join(at, name))) return path.join(at, name);
    }
    return undefined;
  };
  const manifest = find("manifest.json");
  const listed = manifest === undefined ? [] : readJson(manifest);
  const entries = Array.isArray(listed) ? (listed as ManifestEntry[]) : [];
  const exclusions = find("exclusions.json");
  const drift = find("drift.json");
  return {
    entries: new Map(entries.map((entry) => [path.resolve(path.dirname(manifest!), entry.json), entry])),
    excluded: exclusions === undefined ? {} : (readJson(exclusions) as Sidecar["excluded"]),
    drift: new Set(drift === undefined ? [] : (readJson(drift) as string[])),
  };
}

function nameByPath(json: string, folder: string): { suite: string; rel: string } {
  const stem = path.basename(json, ".json");
  const home = path.basename(path.dirname(json)) === stem ? path.dirname(json) : path.join(path.dirname(json), stem);
  const segments = home.split(path.sep);
  for (const suite of KNOWN_SUITES) {
    const at = segments.lastIndexOf(suite);
    if (at >= 0 && at < segments.length - 1) return { suite, rel: segments.slice(at + 1).join("/") };
  }
  return { suite: path.basename(folder), rel: path.relative(folder, home).split(path.sep).join("/") };
}

/** What the manifest says is off for the file, as the engine names it: `cm-async` of wasm-tools is `cmAsync`. */
function featuresOf(entry: ManifestEntry | undefined): Features {
  const off: string[] = [];
  for (const [name, on] of Object.entries(entry?.wasmtimeConfig ?? {})) if (!on) off.push(wasmToolsName(name));
  for (const run of entry?.wasmToolsRun ?? []) {
    for (const [, list] of run.matchAll(/(?:-f|--features=?)\s*(\S+)/g)) {
      for (const name of list!.split(",")) if (name.startsWith("-")) off.push(name.slice(1));
    }
  }
  return Object.fromEntries(off.map((name) => [camelCase(name), false]));
}

/** `component_model_memory64` is `cm64`, `component_model_gc` is `cm-gc`. */
function wasmToolsName(wasmtime: string): string {
  const name = wasmtime.replace(/^component_model_/, "cm-").replaceAll("_", "-");
  return name === "cm-memory64" ? "cm64" : name;
}

/** Every text that the files' commands state. */
export function statedTexts(files: readonly SuiteFile[]): string[] {
  const texts = files.flatMap((file) => readCommands(file).map(({ text }) => text ?? ""));
  return [...new Set(texts)].filter((text) => text !== "");
}
