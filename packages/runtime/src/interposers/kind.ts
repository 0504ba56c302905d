/**
 * Kinds of interposers that need no code: `"through": ["log", { "limit": { "calls": 10, "per": "1s" } }]`. Any interface, any language:
 * values as JavaScript has them, resources as objects that keep their home.
 */
import type { FuncType, Interposer } from "@tenon/engine";
import type { Json, Place } from "../document/document.ts";
import type { Problem } from "../document/problem.ts";
import type { LogEntry } from "../log/log.ts";

/** What an interposer can do to a wire: see which function is called; see values; change or refuse; answer itself. */
export type Power = "name" | "observe" | "transform" | "replace";

export interface InterposerKind {
  readonly name: string;
  readonly about: string;
  readonly power: Power;
  /** What is wrong with its configuration. */
  check(config: Json, place: Place): readonly Problem[];
  make(config: Json, context: InterposerContext): MadeInterposer;
}

export interface InterposerContext {
  /** `visitors/counter → wasi:keyvalue/store@0.2.0-draft`. */
  readonly wire: string;
  /** By WIT name (`increment`, `[method]bucket.get`), for those who need to know types. */
  readonly functions: ReadonlyMap<string, FuncType>;
  /** Texts that are told nowhere; they become more while the app runs. */
  readonly secrets: ReadonlySet<string>;
  log(entry: LogEntry): void;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Calls `act` after so many milliseconds; the function returned forgets it. */
  after(milliseconds: number, act: () => void): () => void;
  /** Asks the person at the app: resolves to whether it may pass. Absent where nobody can be asked. */
  ask?(question: string): Promise<boolean>;
  /** Finds a path of the document. */
  resolve(path: string): string;
  read(path: string): Promise<Uint8Array>;
}

export interface MadeInterposer {
  readonly intercept: Interposer;
  /** Told when it is taken off. */
  close?(): void;
}
