/** A clock for tests: time passes when it is told to. */
import type { AppPlatform } from "./platform.ts";

export class TestClock implements Pick<AppPlatform, "now" | "after"> {
  #now = 0;
  readonly #timers: { readonly at: number; readonly act: () => void }[] = [];

  now = (): number => this.#now;

  after = (milliseconds: number, act: () => void): (() => void) => {
    const timer = { at: this.#now + milliseconds, act };
    this.#timers.push(timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  };

  /** How many wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Lets time pass, timer by timer; what they start gets its turn. */
  async pass(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds;
    for (;;) {
      await turn();
      const next = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.#now = Math.max(this.#now, next.at);
      next.act();
    }
    this.#now = until;
  }
}

/** Lets all go on that can. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}
