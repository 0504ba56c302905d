import type { KeyValueBackend } from "../keyvalue/backend.ts";
import type { CapabilityKind } from "./kind.ts";

/** What capabilities stand on that only a platform has. What one lacks, a document can't name there. */
export interface PlatformMakers {
  /** Kinds that are the platform's own. */
  readonly kinds?: readonly CapabilityKind[];
  /** Where links of the longest part of a path that exists lead, and the rest of it: `read /home/ann/notes` is asked for by this name. */
  realPath?(path: string): string;
  /** Opens a store in that file. @throws StoreError in words, if it can't be */
  sqlite?(path: string, options: { readonly bytes?: number }): KeyValueBackend;
}
