import type { Directory } from "../directory/directory.ts";
import type { HttpClient, HttpRules } from "../http/client/http-client.ts";
import type { KeyValueBackend } from "../keyvalue/backend.ts";
import type { Network, NetworkRules } from "../network/network.ts";
import type { CapabilityKind } from "./kind.ts";
import type { TerminalStreams } from "./terminal.ts";

/** What capabilities stand on that only a platform has. What one lacks, a document can't have there. */
export interface PlatformMakers {
  /** Kinds that are the platform's own. */
  readonly kinds?: readonly CapabilityKind[];
  /** What lies on the machine's disk. */
  readonly files?: PlatformFiles;
  /** `name`: in audits. */
  readonly httpClient?: (rules: HttpRules, name: string) => HttpClient;
  readonly network?: (rules: NetworkRules, name: string) => Network;
  /** The standard streams of the process. */
  readonly terminal?: () => TerminalStreams;
}

export interface PlatformFiles {
  /** Where a path leads when links are followed, as far as it exists, and whether that is inside a folder (which is followed, too). */
  locate(path: string, folder: string): { readonly path: string; readonly inside: boolean };
  /** `make`: whether it is made where there is none. @throws Error in words, if there is no such folder */
  directory(options: { readonly path: string; readonly name: string; readonly rights: "read" | "write"; readonly make: boolean }): Directory;
  /** A store in that file; `name` is for people. @throws StoreError if it can't be used */
  keyvalue(options: { readonly path: string; readonly name: string; readonly bytes?: number | undefined }): KeyValueBackend;
}
