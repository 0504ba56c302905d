/** What an app needs of the machine that runs it; `platform/node/app/` has it for Node, tests have it in memory. */
import type { InterposerKind } from "../interposers/kind.ts";
import type { Ask, CapabilityKind } from "../kinds/kind.ts";
import type { Revision } from "./operation.ts";

export interface AppPlatform {
  /** Where the document lies, as a host path or URL: relative paths start from its folder. */
  readonly file: string;
  /** The host's path of the folder that the app may use without being granted it: that of the document. */
  readonly folder: string;
  readonly kinds: ReadonlyMap<string, CapabilityKind>;
  readonly interposers: ReadonlyMap<string, InterposerKind>;
  readonly journal: Journal;
  readonly grants: Grants;
  /** A path of the document, from the folder of `from` (a document): what `read` takes. `npm:` references are found here, too. */
  resolve(path: string, from: string): string;
  /** @throws when there is nothing, or nothing that can be read. */
  read(path: string): Promise<Uint8Array>;
  /** The value of `{ "env": "NAME" }`. */
  secret(name: string): string | undefined;
  digest(bytes: Uint8Array): Promise<string>;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Calls `act` after so many milliseconds; the function returned forgets it. Keeps no process alive. */
  after(milliseconds: number, act: () => void): () => void;
  /** Asks the person at the app. Absent where there is none. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
}

/** Where revisions are kept. */
export interface Journal {
  /** All that are on record, oldest first. */
  readonly revisions: readonly Revision[];
  /** Puts a revision on record, and then the document's file in its state: both last when it resolves. Written ahead of the change itself. */
  append(revision: Revision): Promise<void>;
  /** Takes the last one back: the change turned out not to be possible. */
  retract(): Promise<void>;
}

export interface OwnChange {
  /** The app's identity before and after. */
  readonly from: string;
  readonly to: string;
  /** Parts that have other paths now. */
  readonly moves: ReadonlyMap<string, string>;
}

/** The owner's leave, kept outside the app. */
export interface Grants {
  /** Whether the part may have what it asks for, in an app of this identity (`identity.ts`). What is its `own` is never asked about. */
  allows(ask: Ask, part: string, identity: string): boolean;
  /** Whether nothing is granted to any part of the app. */
  readonly isEmpty?: boolean;
  /** The owner gives the part what it asks for. */
  grant?(ask: Ask, part: string, identity: string): void;
  /** The owner has changed the app by operations: what it was granted as it was it keeps. Its document or a file that another has edited is no such change. */
  changed?(change: OwnChange): void;
}
