import type { KeyValueBackend } from "../keyvalue/backend.ts";
import type { CapabilityKind } from "./kind.ts";

/** What capabilities stand on that only a platform has. What one lacks, a document can't have there. */
export interface PlatformMakers {
  /** Kinds that are the platform's own. */
  readonly kinds?: readonly CapabilityKind[];
  /** What lies on the machine's disk. */
  readonly files?: PlatformFiles;
}

export interface PlatformFiles {
  /** Where a path leads when links are followed, as far as it exists, and whether that is inside a folder (which is followed, too). */
  locate(path: string, folder: string): { readonly path: string; readonly inside: boolean };
  /** A store in that file; `name` is for people. @throws StoreError if it can't be used */
  keyvalue(options: { readonly path: string; readonly name: string; readonly bytes?: number | undefined }): KeyValueBackend;
}
