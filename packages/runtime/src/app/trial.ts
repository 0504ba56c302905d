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
  /** Gone when the trial is over: it knows the instance of before, which nobody may need any more. */
  #verdict: Verdict | undefined;
  readonly #forget: () => void;
  #calls = 0;

  constructor(instance: Tried, verdict: Verdict, { after }: Pick<AppPlatform, "after">) {
    this.#verdict = verdict;
    this.#forget = after(TRIAL_MILLISECONDS, () => this.#pass());
    // Whoever keeps the instance keeps this.
    instance.onPoisoned((error) => this.#end()?.failed(error, this.#calls));
  }

  get isOver(): boolean {
    return this.#verdict === undefined;
  }

  /** A call enters: for those that come by no wire. */
  count(): void {
    this.#calls += 1;
    // The last of them has still to end: a trap of it is told first.
    if (this.#calls === TRIAL_CALLS + 1) queueMicrotask(() => this.#pass());
  }

  /** Without a verdict: the part was swapped again, or is gone. */
  end(): void {
    this.#end();
  }

  /** Whom to tell, the first time. */
  #end(): Verdict | undefined {
    const verdict = this.#verdict;
    this.#verdict = undefined;
    this.#forget();
    return verdict;
  }

  #pass(): void {
    this.#end()?.passed();
  }
}
