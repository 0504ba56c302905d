/** Revisions in their order: what the next one is, where undo and redo lead, and whether a change knows the last. */

import { refusal } from "../document/refusal.ts";
import type { Change, Operation, Revision } from "./operation.ts";

/** How a document is to come about. */
export interface Step {
  readonly text: string;
  readonly what: string;
  readonly operations: readonly Operation[];
  /** Parts that have moved: old path → new path. */
  readonly moves: ReadonlyMap<string, string>;
  /** Number of the revision whose document comes back. */
  readonly restores?: number;
}

export class History {
  readonly #revisions: Revision[];

  constructor(revisions: readonly Revision[]) {
    this.#revisions = [...revisions];
  }

  get revisions(): readonly Revision[] {
    return this.#revisions;
  }

  get last(): Revision | undefined {
    return this.#revisions.at(-1);
  }

  add(revision: Revision): void {
    this.#revisions.push(revision);
  }

  /** The revision that a step would be, now. */
  next({ text, what, operations, restores }: Step, { author, reason }: Change): Revision {
    const number = (this.last?.number ?? 0) + 1;
    const at = new Date().toISOString();
    return { number, what, author, at, operations, text, ...(reason === undefined ? {} : { reason }), ...(restores === undefined ? {} : { restores }) };
  }

  /** @throws AppError `app/old-base`, which tells what has changed since. */
  checkBase({ base }: Change): void {
    const now = this.last?.number ?? 0;
    if (base === undefined || base === now) return;
    const since = this.#revisions.filter(({ number }) => number > base).map(({ number, what, author }) => `${number}: ${what} (${author})`);
    throw refusal("app/old-base", `the app has changed since revision ${base}: it is at ${now} now`, since.join("\n"));
  }

  /**
   * The step by which the document has come to be another while the app did not run. That before the last change, or after one that was
   * undone, is an undo or a redo: so it is, too, when a crash came after a revision was put on record and before the document was written.
   */
  found(text: string): Step {
    const { done, ahead } = this.#path();
    if (done.length === 0) return { text, what: "first run", operations: [], moves: new Map() };
    if (done.at(-2)?.text === text) return { ...this.undo(), what: `found as it was before: ${done.at(-1)!.what}` };
    if (ahead.at(-1)?.text === text) return { ...this.redo(), what: `found as it was after: ${ahead.at(-1)!.what}` };
    return { text, what: "edited while it did not run", operations: [], moves: new Map() };
  }

  /** Back to the document before the last change. @throws AppError `app/nothing-to-undo` */
  undo(): Step {
    const { done } = this.#path();
    const [before, undone] = [done.at(-2), done.at(-1)];
    if (before === undefined) throw refusal("app/nothing-to-undo", "there is nothing to undo: this is how the app began");
    return { text: before.text, moves: new Map(), operations: [], what: `undo: ${undone!.what}`, restores: before.number };
  }

  /** What makes a step to this text an undo, if that is where undo leads. */
  undoTo(text: string): Pick<Step, "restores"> {
    const before = this.#path().done.at(-2);
    return before?.text === text ? { restores: before.number } : {};
  }

  /** Forward to what was undone last. @throws AppError `app/nothing-to-redo` */
  redo(): Step {
    const ahead = this.#path().ahead.at(-1);
    if (ahead === undefined) throw refusal("app/nothing-to-redo", "there is nothing to redo: nothing was undone since the last change");
    return { text: ahead.text, moves: new Map(), operations: [], what: `redo: ${ahead.what}`, restores: ahead.number };
  }

  /** The revisions that led to the document as it is, and those that were undone since the last change. */
  #path(): { readonly done: readonly Revision[]; readonly ahead: readonly Revision[] } {
    const done: Revision[] = [];
    let ahead: Revision[] = [];
    for (const revision of this.#revisions) {
      const { restores } = revision;
      if (restores !== undefined && done.at(-2)?.number === restores) ahead.push(done.pop()!);
      else if (restores !== undefined && ahead.at(-1)?.number === restores) done.push(ahead.pop()!);
      else {
        done.push(revision);
        ahead = [];
      }
    }
    return { done, ahead };
  }
}
