/**
 * Opens a composed component: its parts become files, its inner wires a document, whose wires can be led elsewhere. What it imports leads to `..`,
 * the app around it. One that Tenon froze brings its document along.
 */
import { decompose, type FoundPart, type FoundWire } from "@tenon/engine/compose";
import type { AppDocument, Json } from "../document/document.ts";
import { editDocument } from "../document/edit.ts";
import { pathOf } from "../document/names.ts";
import { parseDocument } from "../document/parse.ts";
import { AppError } from "../document/problem.ts";
import { APP_SECTION, type CarriedApp } from "./compose-app.ts";

export interface OpenedApp {
  /** The text of `tenon.jsonc`. */
  readonly document: string;
  /** By the name of the file beside it. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Why it can't be opened; then there are no files. */
  readonly obstacles: readonly string[];
}

/** `name`: of the app, where the component brings none. @throws ComponentError when the bytes are no valid component */
export function openComposed(bytes: Uint8Array, name: string): OpenedApp {
  const { parts, wires, exports, sections, obstacles } = decompose(bytes);
  if (obstacles.length > 0) return { document: "", files: new Map(), obstacles };
  const carried = carriedBy(sections.get(APP_SECTION), parts.length);
  const names = carried?.parts.map(({ path }) => path) ?? namesOf(parts);
  const fileNames = filesOf(names);
  const files = new Map(parts.map(({ bytes: its }, i) => [fileNames[i]!, its]));
  const brought = carried && broughtDocument(carried, fileNames);
  if (brought !== undefined) return { document: brought, files, obstacles: [] };
  const document = {
    tenon: 1,
    name,
    parts: Object.fromEntries(names.map((each, i) => [each, { component: `./${fileNames[i]}` }])),
    wires: wiresOf(wires, names),
    exports: Object.fromEntries(exports.map(({ name: outer, part, export: inner }) => [outer, outer === inner ? names[part]! : `${names[part]}#${inner}`])),
  };
  return { document: `${JSON.stringify(document, undefined, 2)}\n`, files, obstacles: [] };
}

/** The document that came along, with the parts' new files. `undefined`: it does not tell of the parts that are there, or is none. */
function broughtDocument({ document, parts }: CarriedApp, fileNames: readonly string[]): string | undefined {
  if (document === undefined) return undefined;
  const named = new Map(parts.flatMap(({ path, named }, i) => (named ? [[path, fileNames[i]!] as const] : [])));
  try {
    const paths = componentsOf(parseDocument(document, "").document);
    // A component that isn't among the frozen ones would be some file of whoever opens it.
    if (!paths.every((path) => named.has(path)) || paths.length !== named.size) return undefined;
    const swaps = [...named].map(([path, file]) => ({ op: "swap", name: path, component: `./${file}` }) as const);
    return editDocument(document, swaps).text;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** Paths of a document's components; of other documents it must not name any. */
function componentsOf(document: AppDocument, scope = ""): string[] {
  return [...document.parts].flatMap(([name, part]): string[] => {
    const path = pathOf(scope, name);
    if (part.kind === "component") return [path];
    if (part.kind === "capability") return [];
    return typeof part.app === "string" ? [`${path}/`] : componentsOf(part.app, path);
  });
}

/** Names come from the component: keys of maps until they are JSON. */
function wiresOf(wires: readonly FoundWire[], names: readonly string[]): Json {
  const all = new Map<string, [string, string][]>();
  for (const { from, import: name, to } of wires) {
    const own = all.get(names[from]!) ?? [];
    all.set(names[from]!, own);
    const [end, wanted] = "import" in to ? ["..", to.import] : [names[to.part]!, to.export];
    own.push([name, wanted === name ? end : `${end}#${wanted}`]);
  }
  return Object.fromEntries([...all].map(([part, own]) => [part, Object.fromEntries(own)]));
}

function carriedBy(section: Uint8Array | undefined, parts: number): CarriedApp | undefined {
  if (section === undefined) return undefined;
  try {
    const carried = JSON.parse(new TextDecoder().decode(section)) as CarriedApp;
    const isWhole =
      (carried.document === undefined || typeof carried.document === "string") &&
      carried.parts.length === parts &&
      new Set(carried.parts.map(({ path }) => path)).size === parts &&
      carried.parts.every(({ path }) => typeof path === "string" && path !== "" && !path.includes("#"));
    return isWhole ? carried : undefined;
  } catch {
    return undefined;
  }
}

/** Named by what they are good for: the first interface that they export, or import. */
function namesOf(parts: readonly FoundPart[]): string[] {
  const taken = new Set<string>();
  return parts.map(({ type }) => {
    const [first = "part"] = [...type.exports.keys(), ...type.imports.keys()];
    const stem = /(?:^|[/:])([\w-]+)(?:@.*)?$/.exec(first)?.[1] ?? "part";
    let name = stem;
    for (let i = 2; taken.has(name); i++) name = `${stem}-${i}`;
    taken.add(name);
    return name;
  });
}

/** Paths of parts may hold anything; names of files differ by more than their case. */
function filesOf(paths: readonly string[]): string[] {
  const taken = new Set<string>();
  return paths.map((path) => {
    const stem = path.replace(/[^\w.-]+/g, "-").replace(/^[.-]+/, "") || "part";
    let name = stem;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${stem}-${i}`;
    taken.add(name.toLowerCase());
    return `${name}.wasm`;
  });
}
