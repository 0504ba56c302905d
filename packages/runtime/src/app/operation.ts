/**
 * What can be done to an app, running or not: the one list that the command, programs and the studio use. An operation is an edit of the
 * document (`document/edit.ts`); the app then becomes what the document says (`app.ts`). Paths of parts within nested apps are
 * `app/part`; a `/` within a name is written `~1`, a `~` `~0`, as in JSON Pointer.
 */
import type { InterposerDocument, Json, JsonObject } from "../document/document.ts";

export type Operation =
  /** `part`: as the document has it, `{ component: "./a.wasm" }`. */
  | { readonly op: "add"; readonly name: string; readonly part: JsonObject }
  /** Wires to it are cut, its own go. */
  | { readonly op: "remove"; readonly name: string }
  | { readonly op: "rename"; readonly name: string; readonly to: string }
  /** `import`: a key of wires. `to`: `part` or `part#export`. What lies on the wire stays. */
  | { readonly op: "wire"; readonly from: string; readonly import: string; readonly to: string; readonly deadline?: string; readonly onFailure?: Json }
  | { readonly op: "cut"; readonly from: string; readonly import: string }
  /** The wire goes back to what a wildcard says, or to nothing. */
  | { readonly op: "unwire"; readonly from: string; readonly import: string }
  /** `at`: place among those that are there; default: the last. */
  | { readonly op: "interpose"; readonly from: string; readonly import: string; readonly interposer: string | InterposerDocument; readonly at?: number }
  /** `kind`, or the place among those of the wire. */
  | { readonly op: "uninterpose"; readonly from: string; readonly import: string; readonly interposer: string | number }
  /** Other code for a part; its wires stay. */
  | { readonly op: "swap"; readonly name: string; readonly component: string }
  /** One more test for a part: another part, or a recording, as a path that begins with `./`. */
  | { readonly op: "test"; readonly name: string; readonly test: string }
  /** A capability's `with`, as a merge patch (RFC 7396). */
  | { readonly op: "configure"; readonly name: string; readonly with: JsonObject }
  /** Parts become a nested app of that name, written in place; wires between them go inside, the others pass its border. */
  | { readonly op: "group"; readonly parts: readonly string[]; readonly name: string }
  /** A nested app's parts come to stand beside it. */
  | { readonly op: "ungroup"; readonly name: string };

/** Who changes the app, and why. */
export interface Change {
  readonly author: string;
  readonly reason?: string;
  /** The revision that the author saw: another one by now refuses the change. */
  readonly base?: number;
  /** Parts that get back code which they had not long ago run on as they were then: what they came to hold since is lost. Default: they are swapped. */
  readonly wake?: boolean;
  /** Grants what the change asks of the machine. Without it, a change that asks for more than was granted is refused. */
  readonly grant?: boolean;
}

/** One change of the document that was made. */
export interface Revision {
  /** From 1: the document as it was first run. */
  readonly number: number;
  /** What was done, in the words of `describeOperation`; an edit of the file, an undo, a restart say so. */
  readonly what: string;
  readonly author: string;
  readonly reason?: string;
  /** ISO 8601. */
  readonly at: string;
  readonly operations: readonly Operation[];
  /** The document, byte for byte. */
  readonly text: string;
  /** Of an undo or redo: the revision whose document it brought back. */
  readonly restores?: number;
}
