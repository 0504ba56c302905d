/** What runs a component: ours in its two ways, and wasmtime. */

/** The WAVE text of a result, empty when there is none; or a trap, and what came of the call afterwards; or what no engine may do. */
export type Outcome =
  | { readonly value: string }
  | { readonly trap: string; readonly message: string; readonly afterwards?: string }
  | { readonly failure: string };

/** Components that are joined, as one component and apart. */
export interface Built {
  /** With the others nested in it. */
  readonly component: Uint8Array<ArrayBuffer>;
  /** Each imports from those before; the last has the same exports. */
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
}

export interface Call {
  /** A WAVE text such as `f0("a", 1)`. */
  readonly text: string;
  /** Made after a trap, of another component's function: whether it lives. */
  readonly afterwards: string;
}

export interface Engine {
  readonly name: string;
  /** Whether it is asked about cases that not every engine can do. */
  readonly standardOnly: boolean;
  /** Makes the calls, each in an instance that no trap has poisoned; with `fresh`, in one of its own. */
  run(built: Built, calls: readonly Call[], fresh: boolean): Promise<Outcome[]>;
  close(): Promise<void>;
}

export const describeOutcome = (outcome: Outcome): string =>
  "value" in outcome
    ? outcome.value
    : "trap" in outcome
      ? `${outcome.trap}: ${outcome.message}${outcome.afterwards === undefined ? "" : `; afterwards ${outcome.afterwards}`}`
      : `FAILURE ${outcome.failure}`;
