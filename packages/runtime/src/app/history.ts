/** Revisions in their order, and where undo and redo lead. */
import type { Revision } from "./operation.ts";

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

  byNumber(number: number): Revision | undefined {
    return this.#revisions.find((each) => each.number === number);
  }

  /** Whose document undo brings back; `undefined`: there is nothing to undo. */
  get before(): Revision | undefined {
    return this.#path().done.at(-2);
  }

  /** What undo takes back. */
  get undone(): Revision | undefined {
    return this.#path().done.at(-1);
  }

  /** Whose document redo brings back. */
  get ahead(): Revision | undefined {
    return this.#path().ahead.at(-1);
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
