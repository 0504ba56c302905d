import { basicsKind } from "./basics.ts";
import { keyvalueKind } from "./keyvalue.ts";
import type { CapabilityKind } from "./kind.ts";
import type { PlatformMakers } from "./platform-makers.ts";

/** The kinds of capabilities that a document can name on this platform, by name. */
export function standardKinds(makers: PlatformMakers = {}): ReadonlyMap<string, CapabilityKind> {
  const kinds: CapabilityKind[] = [basicsKind(), keyvalueKind(makers), ...(makers.kinds ?? [])];
  return new Map(kinds.map((kind) => [kind.name, kind]));
}
