/**
 * The app document: parts, and the wires between them, as `tenon.jsonc` has them. What is here is read and checked for its form; whether
 * the parts fit one another is found out by `app/plan.ts`, which has their types.
 *
 * Names come from people and may hold anything: they are keys of maps, never of objects.
 */

/** JSON as it is in the document. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Where something stands in the document: keys and indices from the top. */
export type Place = readonly (string | number)[];

export interface AppDocument {
  readonly name: string;
  readonly purpose?: string;
  readonly parts: ReadonlyMap<string, PartDocument>;
  /** By part, then by key as it is written: an import's name, or a prefix with `*` at its end. */
  readonly wires: ReadonlyMap<string, ReadonlyMap<string, WireDocument>>;
  /** What the app offers from outside: by the name it has there. */
  readonly exports: ReadonlyMap<string, Reference>;
  readonly people: ReadonlyMap<string, string>;
  /** The glossary. */
  readonly words: ReadonlyMap<string, string>;
  readonly needs: readonly NeedDocument[];
}

interface PartCommon {
  readonly purpose?: string;
  /** What the document says of it, without `purpose`: equal for equal parts. */
  readonly definition: string;
}

/** A component: a file beside the document, or `npm:package/file.wasm`. */
export interface ComponentPart extends PartCommon {
  readonly kind: "component";
  readonly component: string;
  /** The folder with its source, and the command that builds `component` from it. */
  readonly source?: { readonly folder: string; readonly build?: string };
  readonly restart: RestartDocument;
  /** Tests: parts that import what this one exports. */
  readonly tests: readonly string[];
  readonly limits: LimitsDocument;
}

export interface CapabilityPart extends PartCommon {
  readonly kind: "capability";
  readonly capability: string;
  readonly with: JsonObject;
}

/** An app within the app: a document of its own, or written in place. */
export interface NestedPart extends PartCommon {
  readonly kind: "app";
  readonly app: string | AppDocument;
}

export type PartDocument = ComponentPart | CapabilityPart | NestedPart;

/** What becomes of a part that trapped. */
export interface RestartDocument {
  /** Who starts anew with it: itself; every part of its app; those that stand after it in the document. */
  readonly strategy: "one-for-one" | "one-for-all" | "rest-for-one" | "never";
  /** More restarts than `most` `within` so many milliseconds: it stays down, until a person or a change of it starts it. */
  readonly most: number;
  readonly within: number;
}

export interface LimitsDocument {
  /** Calls that wait for the part at one time. */
  readonly queue?: number;
  /** Bytes of log a second. */
  readonly log?: number;
}

/** `part`, or `part#export`; `..` is the app around: what it wires to this one under the same name, or under the name after `#`. */
export interface Reference {
  readonly part: string;
  readonly export?: string;
}

export interface WireDocument {
  /** `null`: cut. */
  readonly to: Reference | null;
  /** In the order in which a call passes them. */
  readonly through: readonly InterposerDocument[];
  /** Milliseconds. */
  readonly deadline?: number;
  /** JSON of the payload (as `@tenon/engine` has values in JavaScript) that a call gets as its `err` when the wire is broken. */
  readonly onFailure?: Json;
  readonly guard: boolean;
}

/** `"log"` is `{ "log": {} }`; `{ "part": "name" }` is a component of the app with the same interface on both sides. */
export interface InterposerDocument {
  readonly kind: string;
  readonly with: Json;
}

export interface NeedDocument {
  readonly who: string;
  readonly want: string;
  /** The part that checks it: a name of `parts`, or a component's file. */
  readonly check?: string;
}
