import { type Component, ComponentError, ErrorCode } from "@tenon/engine";
import { WASI_03_CANDIDATES } from "../wasi/0.3/imports.ts";

/**
 * The name under which a component exports one of these interfaces, given with their tracks: `wasi:cli/run@0.3`. Any patch version will do,
 * and a release candidate whose interfaces are those of the release. Of several the one that is given first.
 */
export function findExport(component: Component, wanted: readonly string[]): string {
  for (const interfaceName of wanted) for (const { name } of component.exports) if (isOfTrack(name, interfaceName)) return name;
  const others = component.exports.map(({ name }) => `\`${name}\``).join(", ");
  throw new ComponentError(ErrorCode.TypeMismatch, `the component does not export ${wanted.map((name) => `\`${name}\``).join(" or ")}`, {
    hint: others === "" ? "it exports nothing" : `it exports ${others}`,
  });
}

function isOfTrack(name: string, wanted: string): boolean {
  if (!name.startsWith(wanted)) return false;
  const version = name.slice(name.indexOf("@") + 1);
  return /^\.\d+$/.test(name.slice(wanted.length)) || WASI_03_CANDIDATES.includes(version);
}
