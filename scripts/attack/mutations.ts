/**
 * What `npm run attack -- --mutate` takes out of a copy of the project, one at a time, to see a test go red: each defence is one edit of
 * one file. The text is found exactly once, so that whoever rewrites a defence is led here.
 */
import { CAPABILITIES } from "./mutations/capabilities.ts";
import { DIRECTORIES } from "./mutations/directories.ts";
import { HTTP } from "./mutations/http.ts";
import { MACHINE_DIRECTORIES } from "./mutations/machine-directories.ts";
import { NAMES } from "./mutations/names.ts";
import { NETWORKS } from "./mutations/network.ts";

export interface Mutation {
  readonly threat: number;
  /** What is taken out. */
  readonly defence: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The file whose test of that threat must fail. */
  readonly test: string;
  /** The beginning of that test's name, where others of the threat would wait for ever. */
  readonly name?: string;
}

export const MUTATIONS: readonly Mutation[] = [...CAPABILITIES, ...DIRECTORIES, ...HTTP, ...NETWORKS, ...MACHINE_DIRECTORIES, ...NAMES];

/** The text with the defence taken out. */
export function mutated(text: string, { file, find, replace }: Mutation): string {
  const [before, after, ...more] = text.split(find);
  if (after === undefined || more.length > 0) throw new Error(`${file} has \`${find}\` ${after === undefined ? "nowhere" : "more than once"}`);
  return `${before}${replace}${after}`;
}
