/**
 * Instances that swaps replaced, kept asleep for a while: nothing leads to them but handles and calls of before. To undo a swap is to swap
 * back, with the state of now; to wake the kept instance instead brings back the state of then, and what came since is lost. That choice
 * is a person's, and is put in words here. A part that fails its trial goes back to its kept instance by itself.
 */
import type { Part } from "@tenon/engine";
import { MAX_KEPT_MILLISECONDS, MAX_KEPT_PER_PART } from "../limits.ts";
import type { AppPlatform } from "./platform.ts";

/** One that was replaced. */
interface Kept<T> {
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
  readonly #end: (running: T) => void;
  readonly #clock: Pick<AppPlatform, "now" | "after">;
  /** By part; the oldest first. */
  #parts = new Map<string, Sleeping<T>[]>();

  /** `end` is told of each that won't be needed again. */
  constructor(end: (running: T) => void, clock: Pick<AppPlatform, "now" | "after">) {
    this.#end = end;
    this.#clock = clock;
  }

  /** Keeps the instance of a part that was replaced just now; one that trapped is of no use any more. */
  keep(part: string, digest: string, running: T): void {
    if (running.instance.poisonedBy !== undefined) return void this.#end(running);
    const all = this.#parts.get(part) ?? [];
    this.#parts.set(part, all);
    const since = this.#clock.now();
    const sleeping: Sleeping<T> = { running, digest, since, forget: this.#clock.after(MAX_KEPT_MILLISECONDS, () => this.#expire(sleeping)) };
    all.push(sleeping);
    if (all.length > MAX_KEPT_PER_PART) this.#expire(all[0]!);
  }

  /** The last one of the part with this code that still lives. */
  find(part: string, digest: string): Kept<T> | undefined {
    return this.#parts.get(part)?.findLast((each) => each.digest === digest && each.running.instance.poisonedBy === undefined);
  }

  /** Of the code of all that are kept. */
  get digests(): readonly string[] {
    return this.#all().map(({ digest }) => digest);
  }

  /** What waking it means, for who decides. */
  choice({ since }: Kept<T>): string {
    const seconds = Math.max(1, Math.round((this.#clock.now() - since) / 1000));
    const ago = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
    return `its instance of ${ago} ago is still there: \`tenon undo --wake\` brings back what it held then, and loses what it came to hold since`;
  }

  /** Takes over a change: paths that are others now, instances that run again. */
  adopt(moves: ReadonlyMap<string, string>, running: ReadonlySet<unknown>): void {
    this.#parts = new Map([...this.#parts].map(([part, kept]) => [moves.get(part) ?? part, kept]));
    for (const each of this.#all()) if (running.has(each.running)) this.#drop(each);
  }

  /** Gives all that were kept. */
  close(): readonly T[] {
    const all = this.#all();
    for (const each of all) this.#drop(each);
    return all.map(({ running }) => running);
  }

  has(running: T): boolean {
    return this.#all().some((each) => each.running === running);
  }

  #expire(sleeping: Sleeping<T>): void {
    this.#drop(sleeping);
    this.#end(sleeping.running);
  }

  #drop(sleeping: Sleeping<T>): void {
    sleeping.forget();
    for (const [part, kept] of this.#parts) {
      const left = kept.filter((each) => each !== sleeping);
      if (left.length === 0) this.#parts.delete(part);
      else this.#parts.set(part, left);
    }
  }

  #all(): readonly Sleeping<T>[] {
    return [...this.#parts.values()].flat();
  }
}
