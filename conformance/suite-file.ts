/** The files of a suite as `wasm-tools json-from-wast` writes them, and what is said about each beside it. */
import type { Features } from "./engine-under-test.ts";
import type { TaggedValue } from "./values.ts";

export interface Action {
  readonly type: "invoke" | "get";
  /** The instance's name; without one the newest instance is meant. */
  readonly module?: string;
  readonly field: string;
  readonly args?: readonly TaggedValue[];
}

/** One command. Which fields are there depends on `type`. */
export interface Command {
  readonly type: string;
  readonly line: number;
  readonly name?: string;
  readonly filename?: string;
  readonly binary_filename?: string;
  readonly module_type?: "binary" | "text";
  readonly text?: string;
  readonly action?: Action;
  readonly expected?: readonly TaggedValue[];
  readonly instance?: string;
  readonly module?: string;
  readonly as?: string;
}

/** One converted .wast file, and how to run it. Plain data: it is sent to workers and pages. */
export interface SuiteFile {
  readonly suite: string;
  /** Path of the .wast within its suite, without the ending. */
  readonly rel: string;
  /** The JSON file, absolute; its binaries lie beside it. */
  readonly json: string;
  readonly features: Features;
  /** The suite's own tool only validates: nothing is instantiated there, and imports have no providers. */
  readonly validateOnly: boolean;
  /** Lines of commands that need not hold. */
  readonly excluded: readonly number[];
  /** The suites and their tools disagree on this file: reported apart, not counted. */
  readonly drift: boolean;
}

export const fileId = (file: { readonly suite: string; readonly rel: string }): string => `${file.suite}/${file.rel}`;

/** Files of `async/` folders are reported apart. */
export const isAsync = (file: { readonly rel: string }): boolean => file.rel.split("/").slice(0, -1).includes("async");

/** The folder of a file within its suite, `.` for the top. */
export const folderOf = (file: { readonly rel: string }): string => file.rel.split("/").slice(0, -1).join("/") || ".";
