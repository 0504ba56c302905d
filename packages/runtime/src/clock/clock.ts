/** Clocks as a host gives them: what time it is, and being woken. Nothing here starts a timer before somebody waits. */
import { type Waitable, wakeSoon } from "../streams/waitable.ts";

/** Nanoseconds from an arbitrary point; never goes back. */
export interface MonotonicClock {
  now(): bigint;
  readonly resolution: bigint;
  /** Calls `wake` at `instant` or soon after, never before. The function returned cancels. */
  wakeAt(instant: bigint, wake: () => void): () => void;
}

/** Time since 1970-01-01T00:00:00Z; may go back. */
export interface WallClock {
  now(): Datetime;
  readonly resolution: Datetime;
}

export interface Datetime {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
const NANOSECONDS_PER_SECOND = 1_000_000_000n;
/** `setTimeout` takes no longer delay; a later instant takes several. */
const MAX_TIMEOUT = 2 ** 31 - 1;

export const monotonicClock: MonotonicClock = {
  now: () => BigInt(Math.round(performance.now() * 1e6)),
  // What engines give when they don't blur time; some pages get 5 to 100 microseconds.
  resolution: 1_000n,
  wakeAt(instant, wake) {
    let timer: ReturnType<typeof setTimeout>;
    const arm = () => {
      const left = instant - monotonicClock.now();
      if (left <= 0n) wake();
      else timer = setTimeout(arm, Math.min(MAX_TIMEOUT, Number((left + NANOSECONDS_PER_MILLISECOND - 1n) / NANOSECONDS_PER_MILLISECOND)));
    };
    arm();
    return () => clearTimeout(timer);
  },
};

export const wallClock: WallClock = {
  now: () => datetime(Date.now()),
  resolution: { seconds: 0n, nanoseconds: 1_000_000 },
};

function datetime(milliseconds: number): Datetime {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds: BigInt(seconds), nanoseconds: Math.round(milliseconds - seconds * 1000) * 1_000_000 };
}

/** A clock that shows time in steps: against guests that measure what they should not (Spectre, other tenants). */
export function coarse(clock: MonotonicClock, resolution: bigint): MonotonicClock {
  if (resolution <= clock.resolution) return clock;
  const now = () => {
    const fine = clock.now();
    return fine - (fine % resolution);
  };
  return { now, resolution, wakeAt: (instant, wake) => clock.wakeAt(roundUp(instant, resolution), wake) };
}

function roundUp(instant: bigint, resolution: bigint): bigint {
  return ((instant + resolution - 1n) / resolution) * resolution;
}

/** The same for time since 1970. */
export function coarseWall(clock: WallClock, resolution: bigint): WallClock {
  if (resolution <= nanosecondsOf(clock.resolution)) return clock;
  const now = () => {
    const fine = nanosecondsOf(clock.now());
    return datetimeOf(fine - (fine % resolution));
  };
  return { now, resolution: datetimeOf(resolution) };
}

export function nanosecondsOf({ seconds, nanoseconds }: Datetime): bigint {
  return seconds * NANOSECONDS_PER_SECOND + BigInt(nanoseconds);
}

/** Of nanoseconds since 1970. Before that, seconds are negative and nanoseconds are not, as WASI has it. */
export function datetimeOf(time: bigint): Datetime {
  const nanoseconds = ((time % NANOSECONDS_PER_SECOND) + NANOSECONDS_PER_SECOND) % NANOSECONDS_PER_SECOND;
  return { seconds: (time - nanoseconds) / NANOSECONDS_PER_SECOND, nanoseconds: Number(nanoseconds) };
}

/** An instant to wait for. */
export class Alarm implements Waitable {
  readonly #clock: MonotonicClock;
  readonly #instant: bigint;

  constructor(clock: MonotonicClock, instant: bigint) {
    this.#clock = clock;
    this.#instant = instant;
  }

  ready(): boolean {
    return this.#clock.now() >= this.#instant;
  }

  onReady(wake: () => void): () => void {
    return this.ready() ? wakeSoon(wake) : this.#clock.wakeAt(this.#instant, wake);
  }
}
