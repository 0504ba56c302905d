import type { Imports } from "@tenon/engine";
import { camelCase } from "@tenon/engine/wave";
import { serving } from "../document/names.ts";

/** The export of an instance that serves a name. Functions at the root of a component have JavaScript's names there. */
export function exportedBy(exports: Imports, name: string): unknown {
  const found = serving(Object.keys(exports), name);
  if (found !== undefined) return exports[found];
  return name.includes(":") ? undefined : exports[camelCase(name)];
}
