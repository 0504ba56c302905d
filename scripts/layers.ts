/**
 * Which folder may import which. `lib` maps a folder to all that it may import besides itself; what is not listed is forbidden.
 * The folders of the engine stand in the order in which bytes travel: each may use those before it, never those after it.
 */
import { codeOnly, isTest, type SourceFile } from "./source-files.ts";

const ENGINE_ORDER = ["diagnostics", "binary", "types", "validate", "plan", "store", "concurrency", "abi", "canon", "adapter", "link", "api"];
/** Stand on top, beside `api`. */
const ENGINE_TOP = { folders: ["text", "compose"], below: ENGINE_ORDER.slice(0, ENGINE_ORDER.indexOf("api")) };

/** Packages that a package may import. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  runtime: ["@tenon/engine", "croner", "jsonc-parser"],
  cli: ["@tenon/engine", "@tenon/runtime", "diff"],
};
/** Folders that know the platform: `node:*` may be imported there and nowhere else in the packages. */
const NODE_FOLDERS = ["packages/runtime/src/platform/node/", "packages/cli/src/"];

/** Where threads that only yield let the event loop turn: nothing but a timer does that everywhere. */
const TURN = "packages/engine/src/concurrency/scheduler.ts";

/** Host APIs that the engine must do without; what it may use is standard JavaScript, WebAssembly, TextEncoder, TextDecoder and web streams. */
const HOST_GLOBALS = [
  "Buffer",
  "process",
  "console",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "fetch",
  "window",
  "document",
  "performance",
  "crypto",
];

export interface Violation {
  readonly where: string;
  readonly rule: string;
}

const IMPORT = /(?:^(?:import|export)\b[^;"']*\bfrom\s*|^import\s*|(?<![.\w#])import\(\s*|\bnew URL\(\s*(?="\.))"([^"\n]+)"/gm;

/** Every rule that a source file breaks. */
export function layerViolations({ path, text }: SourceFile): Violation[] {
  const found: Violation[] = [];
  const report = (index: number, rule: string): void => {
    found.push({ where: `${path}:${text.slice(0, index).split("\n").length}`, rule });
  };
  const code = codeOnly(text);
  for (const match of code.matchAll(/\beval\s*\(|\bnew\s+Function\b/g)) report(match.index, "no generated JavaScript: eval and new Function are forbidden");
  const name = /^packages\/([^/]+)\/src\//.exec(path)?.[1];
  if (name === undefined || isTest(path)) return found;

  for (const match of text.matchAll(IMPORT)) {
    const rule = importRule(name, path, match[1]!);
    if (rule !== undefined) report(match.index, rule);
  }
  if (name !== "cli") for (const match of code.matchAll(/^(?:export )?(?:let|var) /gm)) report(match.index, "no mutable state at module level");
  if (name === "engine") {
    const hostGlobal = new RegExp(`(?<![.\\w"'#])(?:${HOST_GLOBALS.join("|")})(?=[.(\\[])`, "g");
    for (const match of code.matchAll(hostGlobal))
      if (match[0] !== "setTimeout" || path !== TURN) report(match.index, `the engine has no host API: ${match[0]}`);
  }
  return found;
}

function importRule(name: string, path: string, target: string): string | undefined {
  if (target.startsWith("node:"))
    return NODE_FOLDERS.some((folder) => path.startsWith(folder)) ? undefined : `${target} may only be imported in ${NODE_FOLDERS.join(" and ")}`;
  if (!target.startsWith(".")) {
    const allowed = PACKAGES[name] ?? [];
    return allowed.some((each) => target === each || target.startsWith(`${each}/`))
      ? undefined
      : `packages/${name} may import ${allowed.join(", ") || "no package"}, not ${target}`;
  }
  const resolved = new URL(target, `file:///${path}`).pathname.slice(1);
  if (!resolved.startsWith(`packages/${name}/`)) return `another package is imported by its name, not by ${target}`;
  return name === "engine" ? engineRule(folderOf(path), folderOf(resolved)) : undefined;
}

/** The engine's folder that a file lies in; `undefined` for the entries in `src/` itself, which may re-export anything. */
function folderOf(path: string): string | undefined {
  return /^packages\/engine\/src\/([^/]+)\//.exec(path)?.[1];
}

function engineRule(from: string | undefined, to: string | undefined): string | undefined {
  if (from === undefined) return undefined;
  if (to === undefined) return `${from}/ may not import an entry of its own package`;
  if (from === to) return undefined;
  const below = from !== undefined && ENGINE_TOP.folders.includes(from) ? ENGINE_TOP.below : ENGINE_ORDER.slice(0, Math.max(0, ENGINE_ORDER.indexOf(from)));
  return below.includes(to) ? undefined : `${from}/ may not import ${to}/`;
}

/** Paths of somebody's machine and package hosts have no place in a tracked file. */
export function placeViolations({ path, text }: SourceFile): Violation[] {
  if (path === "package-lock.json") return [...text.matchAll(/"resolved": "http/g)].map(() => ({ where: path, rule: "a lock file names no host" }));
  const place = new RegExp(
    ["(?<![.\\w])/(?:wor", "k|roo", "t|hom", "e)/\\w", "|https?://[a-z.-]*(?:regist", "ry|prox", "y|crat", "es|py", "pi)"].join(""),
    "g",
  );
  return [...text.matchAll(place)].map((match) => ({
    where: `${path}:${text.slice(0, match.index).split("\n").length}`,
    rule: `a machine's path or a package host: ${match[0]}`,
  }));
}
