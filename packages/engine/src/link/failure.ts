import type { ValueType } from "../types/component-types.ts";

/** Cases of WASI's error types that say that something is not there, in the order in which they are looked for. */
const WASI_CASES = ["closed", "io", "other", "internal-error", "unknown", "upstream", "forbidden"];

/**
 * The error that a function of WASI answers with when the wire to it is broken; `undefined`: its type has none for that. `message` goes
 * where there is room for one.
 */
export function wasiFailure(type: ValueType, message: string): unknown {
  if (type.kind === "string") return message;
  if (type.kind === "enum") return WASI_CASES.find((label) => type.labels.includes(label));
  if (type.kind !== "variant") return undefined;
  for (const tag of WASI_CASES) {
    const found = type.cases.find(({ name }) => name === tag);
    if (found === undefined) continue;
    const payload = found.type;
    if (payload === undefined) return { tag };
    if (payload.kind === "option") return { tag, val: undefined };
    if (payload.kind === "string") return { tag, val: message };
  }
  return undefined;
}
