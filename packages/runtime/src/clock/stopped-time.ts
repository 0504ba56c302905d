/** Time that stands still until somebody moves it: the owner of a fake clock, or those who wait by a frozen one. */
import { type Datetime, datetimeOf, type MonotonicClock, type WallClock } from "./clock.ts";

interface Waiting {
  readonly instant: bigint;
  readonly wake: () => void;
}

export class StoppedTime {
  readonly monotonic: MonotonicClock;
  readonly wall: WallClock;
  readonly #waiting = new Set<Waiting>();
  #now = 0n;

  /** `start`: nanoseconds since 1970 at the beginning. */
  constructor(start: bigint) {
    this.monotonic = { now: () => this.#now, resolution: 1n, wakeAt: (instant, wake) => this.#wakeAt(instant, wake) };
    this.wall = { now: (): Datetime => datetimeOf(start + this.#now), resolution: { seconds: 0n, nanoseconds: 1 } };
  }

  get now(): bigint {
    return this.#now;
  }

  /** The first instant that somebody waits for. */
  get next(): bigint | undefined {
    let first: bigint | undefined;
    for (const { instant } of this.#waiting) if (first === undefined || instant < first) first = instant;
    return first;
  }

  /** Time never goes back: an earlier instant changes nothing. Wakes those whose instant has come, the earliest first. */
  moveTo(instant: bigint): void {
    if (instant > this.#now) this.#now = instant;
    const due = [...this.#waiting].filter((each) => each.instant <= this.#now).sort((a, b) => (a.instant < b.instant ? -1 : 1));
    for (const each of due) if (this.#waiting.delete(each)) each.wake();
  }

  #wakeAt(instant: bigint, wake: () => void): () => void {
    const entry = { instant, wake };
    this.#waiting.add(entry);
    return () => {
      this.#waiting.delete(entry);
    };
  }
}

/**
 * Time that passes only while somebody waits for it, by as much as was waited for: what happens between two waits can't be measured. A
 * wait takes as long as it would by the clock `real`.
 */
export function frozen(start: bigint, real: MonotonicClock): { readonly monotonic: MonotonicClock; readonly wall: WallClock } {
  const time = new StoppedTime(start);
  const wakeAt = (instant: bigint, wake: () => void): (() => void) =>
    real.wakeAt(real.now() + instant - time.now, () => {
      time.moveTo(instant);
      wake();
    });
  return { monotonic: { ...time.monotonic, wakeAt }, wall: time.wall };
}

/**
 * Time that jumps to the next instant that somebody waits for, as soon as the event loop has nothing else to do: a wait of an hour takes no
 * time. `whenIdle` calls back then.
 */
export function jumping(start: bigint, whenIdle: () => Promise<void>): { readonly monotonic: MonotonicClock; readonly wall: WallClock } {
  const time = new StoppedTime(start);
  const jump = (): void => {
    if (time.next !== undefined) time.moveTo(time.next);
  };
  const wakeAt = (instant: bigint, wake: () => void): (() => void) => {
    void whenIdle().then(jump);
    return time.monotonic.wakeAt(instant, wake);
  };
  return { monotonic: { ...time.monotonic, wakeAt }, wall: time.wall };
}
