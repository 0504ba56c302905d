/** Operations drawn at random, for an app of `fixtures/swap`. Many can't be done: they are refused, and change nothing. */
import type { AppDocument, Json } from "../document/document.ts";
import { pathOf } from "../document/names.ts";
import { parseDocument } from "../document/parse.ts";
import type { Operation } from "./operation.ts";

/** Gives a whole number from 0 that is less than the limit. */
export type Below = (limit: number) => number;

export const CALLING = "test:keeper/calling@1.0.0";
export const FIXTURES: readonly string[] = ["caller", "keeper-1", "keeper-2", "keeper-3", "forgetful"];

export const KEPT = `{
  // What is drawn at random starts here.
  "tenon": 1, "name": "kept",
  "parts": {
    "caller": { "component": "./caller.wasm" }, // calls
    "keeper": { "component": "./keeper-1.wasm" },
    "store": { "capability": "keyvalue" }
  },
  "wires": {
    "caller": { "test:keeper/*": "keeper" },
    "keeper": { "*": null }
  },
  "exports": { "${CALLING}": "caller" }
}
`;

const NAMES = ["a", "b", "d/e", 'quo"ted', "__proto__", "dots.and", "😀", "toString"];
const KEYS = ["test:keeper/keeping@1.0.0", "test:keeper/keeping", "test:keeper/*", "test:keeper/pausing", "*"];
const INTERPOSERS: readonly Json[] = ["log", { limit: { calls: 1000, per: "1s" } }];

/** One to three operations, to be done as one. */
export function randomOperations(text: string, below: Below): readonly Operation[] {
  const { document } = parseDocument(text, "");
  return Array.from({ length: below(4) === 0 ? 2 + below(2) : 1 }, () => randomOperation(document, below)).flat();
}

function randomOperation(document: AppDocument, below: Below): readonly Operation[] {
  const of = <T>(items: readonly T[]): T => items[below(items.length)]!;
  // One that is not there, too.
  const paths = [...pathsOf(document, ""), "nobody"];
  const [part, other, name, key] = [of(paths), of(paths), of(NAMES), of(KEYS)];
  const component = `./${of(FIXTURES.slice(1))}.wasm`;
  const wire = { from: below(2) === 0 ? "caller" : part, import: key };
  switch (below(14)) {
    case 0:
      // Nothing that a keeper imports has to lead anywhere.
      return [{ op: "add", name: pathOf("", name), part: { component } }, { op: "cut", from: pathOf("", name), import: "*" }]; // biome-ignore format: one beside the other
    case 1:
      return [{ op: "add", name: pathOf("", name), part: { capability: "keyvalue", purpose: "is there" } }];
    case 2:
      // Calls go on being made.
      return part === document.exports.get(CALLING)?.part ? [] : [{ op: "remove", name: part }];
    case 3:
      return [{ op: "rename", name: part, to: name }];
    case 4:
    case 5:
      return [{ op: "wire", ...wire, to: other }];
    case 6:
      return [{ op: "cut", ...wire }];
    case 7:
      return [{ op: "unwire", ...wire }];
    case 8:
      return [{ op: "interpose", ...wire, interposer: interposerOf(of(INTERPOSERS)) }];
    case 9:
      return [{ op: "uninterpose", ...wire, interposer: below(2) }];
    case 10:
    case 11:
      return [{ op: "swap", name: part, component }];
    case 12:
      return [{ op: "configure", name: part, with: { bytes: below(3) === 0 ? null : 1000 + below(1000) } }];
    default:
      return below(2) === 0 ? [{ op: "group", parts: [...new Set([part, other])], name }] : [{ op: "ungroup", name: part }];
  }
}

function pathsOf(document: AppDocument, scope: string): readonly string[] {
  return [...document.parts].flatMap(([name, part]) => {
    const path = pathOf(scope, name);
    return part.kind === "app" && typeof part.app !== "string" ? [path, ...pathsOf(part.app, path)] : [path];
  });
}

function interposerOf(json: Json): string | { readonly kind: string; readonly with: Json } {
  if (typeof json === "string") return json;
  const [[kind, config]] = Object.entries(json as Readonly<Record<string, Json>>) as [[string, Json]];
  return { kind, with: config };
}
