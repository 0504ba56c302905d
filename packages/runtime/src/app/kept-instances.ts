/**
 * Instances that swaps replaced, kept asleep for a while: nothing leads to them but handles and calls of before. To undo a swap is to swap
 * back, with the state of now; to wake the kept instance instead brings back the state of then, and what came since is lost. That choice
 * is a person's, and is put in words here. A part that fails its trial goes back to its kept instance by itself.
 */
import type { Part } from "@tenon/engine";
import { MAX_KEPT_MILLISECONDS, MAX_KEPT_PER_PART } from "../limits.ts";
import type { AppPlatform } from "./platform.ts";

/** One that was replaced. */
export interface Kept<T> {
  readonly running: T;
  readonly digest: string;
  /** In milliseconds of the platform's clock. */
  readonly since: number;
}

interface Sleeping<T> extends Kept<T> {
  readonly forget: () => void;
}

/** `T`: what the app knows an instance by. */
export class KeptInstances<T extends { readonly instance: Pick<Part, "poisonedBy"> }> {
  readonly #clock: Pick<AppPlatform, "now" | "after">;
  readonly #end: (running: T) => void;
  /** By part; the oldest first. */
  readonly #parts = new Map<string, Sleeping<T>[]>();

  /** `end` disposes of one that is kept no more. */
  constructor(end: (running: T) => void, clock: Pick<AppPlatform, "now" | "after">) {
    this.#end = end;
    this.#clock = clock;
  }

  /** Keeps the instance of a part that was replaced just now. */
  keep(part: string, digest: string, running: T): void {
    const all = this.#parts.get(part) ?? [];
    this.#parts.set(part, all);
    const sleeping: Sleeping<T> = {
      running,
      digest,
      since: this.#clock.now(),
      forget: this.#clock.after(MAX_KEPT_MILLISECONDS, () => this.#drop(part, sleeping)),
    };
    all.push(sleeping);
    if (all.length > MAX_KEPT_PER_PART) this.#drop(part, all[0]!);
  }

  /** The last one of the part with this code that still lives. */
  find(part: string, digest: string): Kept<T> | undefined {
    return this.#parts.get(part)?.findLast((each) => each.digest === digest && each.running.instance.poisonedBy === undefined);
  }

  /** Takes one out: it runs again. */
  wake(part: string, { running }: Kept<T>): T {
    const all = this.#parts.get(part) ?? [];
    const at = all.findIndex((each) => each.running === running);
    if (at >= 0) all.splice(at, 1)[0]!.forget();
    return running;
  }

  /** What waking it means, for who decides. */
  choice(part: string, { since }: Kept<T>): string {
    const seconds = Math.max(1, Math.round((this.#clock.now() - since) / 1000));
    const ago = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
    return `wake \`${part}\` as it was ${ago} ago: what it came to hold since then is lost`;
  }

  /** How many of a part are kept. */
  count(part: string): number {
    return this.#parts.get(part)?.length ?? 0;
  }

  rename(moves: ReadonlyMap<string, string>): void {
    const all = [...this.#parts];
    this.#parts.clear();
    for (const [part, kept] of all) this.#parts.set(moves.get(part) ?? part, kept);
  }

  close(): void {
    for (const [part, all] of this.#parts) for (const each of [...all]) this.#drop(part, each);
  }

  #drop(part: string, sleeping: Sleeping<T>): void {
    this.wake(part, sleeping);
    this.#end(sleeping.running);
  }
}
