/**
 * Opens a composed component: its parts become files, its inner wires a document, whose wires can be led elsewhere. What it imports leads to `..`,
 * the app around it. One that Tenon froze brings its document along.
 */
import { decompose, type FoundPart, type FoundWire } from "@tenon/engine/compose";
import { editDocument } from "../document/edit.ts";
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
  const names = carried?.parts ?? namesOf(parts);
  const files = new Map(parts.map(({ bytes: its }, i) => [fileOf(names[i]!), its]));
  if (carried !== undefined) {
    const swaps = carried.parts.filter((path) => !path.includes("@")).map((path) => ({ op: "swap", name: path, component: `./${fileOf(path)}` }) as const);
    return { document: editDocument(carried.document, swaps).text, files, obstacles: [] };
  }
  const document = {
    tenon: 1,
    name,
    parts: Object.fromEntries(names.map((each) => [each, { component: `./${fileOf(each)}` }])),
    wires: wiresOf(wires, names),
    exports: Object.fromEntries(exports.map(({ name: outer, part, export: inner }) => [outer, outer === inner ? names[part]! : `${names[part]}#${inner}`])),
  };
  return { document: `${JSON.stringify(document, undefined, 2)}\n`, files, obstacles: [] };
}

function wiresOf(wires: readonly FoundWire[], names: readonly string[]): Record<string, Record<string, string>> {
  const all: Record<string, Record<string, string>> = {};
  for (const { from, import: name, to } of wires) {
    const own = (all[names[from]!] ??= {});
    const [end, wanted] = "import" in to ? ["..", to.import] : [names[to.part]!, to.export];
    own[name] = wanted === name ? end : `${end}#${wanted}`;
  }
  return all;
}

function carriedBy(section: Uint8Array | undefined, parts: number): CarriedApp | undefined {
  if (section === undefined) return undefined;
  try {
    const carried = JSON.parse(new TextDecoder().decode(section)) as CarriedApp;
    const isWhole =
      typeof carried.document === "string" &&
      Array.isArray(carried.parts) &&
      carried.parts.length === parts &&
      carried.parts.every((each) => typeof each === "string");
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

/** Paths of parts may hold anything. */
function fileOf(path: string): string {
  return `${path.replace(/[^\w.-]+/g, "-").replace(/^\.+/, "")}.wasm`;
}
