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
  /** Default: that of the platform. */
  readonly time?: Time;
  /** The standard streams of the process. */
  readonly terminal?: () => TerminalStreams;
}

export interface PlatformFiles {
  /**
   * Where a path leads when links are followed, as far as it exists; whether that is inside the app's folder (which is followed, too), and whether
   * the app itself lies there: its document, what is known of it.
   */
  locate(path: string, folder: string): { readonly path: string; readonly inside: boolean; readonly holdsApp: boolean };
  /** `make`: whether it is made where there is none. @throws Error in words, if there is no such folder */
  directory(options: { readonly path: string; readonly name: string; readonly rights: "read" | "write"; readonly make: boolean }): Directory;
  /** A store in that file; `name` is for people. @throws StoreError if it can't be used */
  keyvalue(options: { readonly path: string; readonly name: string; readonly bytes?: number | undefined }): KeyValueBackend;
  /** What is kept for a part beside the app's document: a few bytes, over restarts. */
  kept(folder: string, part: string): Kept;
}

/** A text that is there again after a restart, or a crash. */
export interface Kept {
  read(): Promise<string | undefined>;
  /** Resolves when it lasts; until then, and when it fails, what was there before does. */
  write(text: string): Promise<void>;
}

/** The time for schedules: milliseconds since 1970, which may be set back. */
export interface Time {
  now(): number;
  /** The function returned forgets it. */
  after(milliseconds: number, act: () => void): () => void;
}

export const realTime: Time = {
  now: () => Date.now(),
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
};
