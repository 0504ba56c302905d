import type { Imports } from "@tenon/engine";

/** Interfaces under the names that a component imports them by: `cli/run` as `wasi:cli/run@0.2.12`, for each of the versions. */
export function versioned(versions: readonly string[], interfaces: Readonly<Record<string, object>>): Imports {
  const imports: Record<string, object> = Object.create(null);
  for (const version of versions) for (const [name, provided] of Object.entries(interfaces)) imports[`wasi:${name}@${version}`] = provided;
  return imports;
}
