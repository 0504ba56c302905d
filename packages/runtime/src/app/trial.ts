/**
 * The trial of a part that was just swapped: for its first calls, or its first seconds, the wires into it are guarded, so that a trap ends
 * only the new instance, and the part goes back to the old one with the old state. Then it has proved itself.
 */
import type { Call, Interposer } from "@tenon/engine";
import { TRIAL_CALLS, TRIAL_MILLISECONDS } from "../limits.ts";
import type { AppPlatform } from "./platform.ts";

interface Tried {
  onPoisoned(act: (error: unknown) => void): void;
}

export interface Verdict {
  /** The guards can be taken off the wires, and what counts calls. Called by itself, not within a call. */
  passed(): void;
  /** It trapped, after so many calls. */
  failed(error: unknown, calls: number): void;
}

export class Trial {
  /** Counts calls: to lie on each wire into the part. */
  readonly interposer: Interposer = (call: Call) => {
    this.count();
    return call.next(...call.args);
  };
  readonly #verdict: Verdict;
  readonly #forget: () => void;
  #calls = 0;
  #isOver = false;

  constructor(instance: Tried, verdict: Verdict, { after }: Pick<AppPlatform, "after">) {
    this.#verdict = verdict;
    this.#forget = after(TRIAL_MILLISECONDS, () => this.#pass());
    instance.onPoisoned((error) => {
      if (this.#isOver) return;
      this.end();
      verdict.failed(error, this.#calls);
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** A call enters: for those that come by no wire. */
  count(): void {
    this.#calls += 1;
    // The last of them has still to end: a trap of it is told first.
    if (this.#calls === TRIAL_CALLS + 1) queueMicrotask(() => this.#pass());
  }

  /** Without a verdict: the part was swapped again, or is gone. */
  end(): void {
    this.#isOver = true;
    this.#forget();
  }

  #pass(): void {
    if (this.#isOver) return;
    this.end();
    this.#verdict.passed();
  }
}
