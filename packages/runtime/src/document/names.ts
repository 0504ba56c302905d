/** Names of imports and exports: which key of `wires` has an import, which export serves it. And paths of parts. */
import { trackOf } from "@tenon/engine";

/** The longest key that has the import: its name, the name without its version, or a prefix that ends in `*`. */
export function keyFor(keys: Iterable<string>, name: string): string | undefined {
  const all = [...keys];
  if (all.includes(name)) return name;
  const bare = withoutVersion(name);
  let best: string | undefined;
  for (const key of all) {
    if (!(key === bare || (key.endsWith("*") && name.startsWith(key.slice(0, -1))))) continue;
    if (best === undefined || lengthOf(key) > lengthOf(best)) best = key;
  }
  return best;
}

/** Without its star a key says how much of the name it fixes; a whole name fixes more than its prefix does. */
function lengthOf(key: string): number {
  return key.endsWith("*") ? 2 * (key.length - 1) : 2 * key.length + 1;
}

export function withoutVersion(name: string): string {
  const at = name.indexOf("@");
  return at < 0 ? name : name.slice(0, at);
}

/** The name among `offered` that serves `wanted`: itself, else one of its version track, else, where `wanted` has no version, the only one of that name. */
export function serving(offered: Iterable<string>, wanted: string): string | undefined {
  const all = [...offered];
  if (all.includes(wanted)) return wanted;
  const track = trackOf(wanted);
  const named: string[] = [];
  let found: string | undefined;
  for (const name of all) {
    if (track !== undefined && trackOf(name) === track) found ??= name;
    if (withoutVersion(name) === wanted) named.push(name);
  }
  return found ?? (named.length === 1 ? named[0] : undefined);
}

/** A part's path: its name, below those of the nested apps that it is in. `/` in a name is `~1`, `~` is `~0`. */
export function pathOf(scope: string, name: string): string {
  const escaped = name.replaceAll("~", "~0").replaceAll("/", "~1");
  return scope === "" ? escaped : `${scope}/${escaped}`;
}
