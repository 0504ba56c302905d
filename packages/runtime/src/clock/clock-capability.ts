import { type Audit, Authority } from "../capability/authority.ts";
import { MIN_CLOCK_RESOLUTION } from "../limits.ts";
import { coarse, coarseWall, type Datetime, type MonotonicClock, monotonicClock, nanosecondsOf, type WallClock, wallClock } from "./clock.ts";
import { frozen, StoppedTime } from "./stopped-time.ts";

/** One of them. */
export type ClockOptions =
  /** The real time in steps of that many nanoseconds; default: a millisecond. `1n`: as fine as the platform has it. */
  | { readonly resolution?: bigint }
  /** Time passes only while a guest waits for it; it begins now, or at that date. Nothing that a guest computes can be measured by it. */
  | { readonly frozen: true | Date }
  /** For tests: time passes when they say so; it begins at 1970, or at that date. */
  | { readonly fake: true | Date };

/** What time it is, as a capability: `WasiOptions.clock`. */
export class Clock {
  readonly authority: Authority;
  readonly monotonic: MonotonicClock;
  readonly wall: WallClock;
  /** The clocks themselves, which nobody revokes. */
  readonly #time: Pick<Clock, "monotonic" | "wall">;

  constructor(time: Pick<Clock, "monotonic" | "wall">, authority: Authority = new Authority("clock")) {
    this.#time = time;
    this.authority = authority;
    this.monotonic = new GrantedMonotonicClock(time.monotonic, authority);
    this.wall = new GrantedWallClock(time.wall, authority);
  }

  /** The same time in larger steps, as a capability of its own that ends with this one. */
  coarser(resolution: bigint): Clock {
    checkResolution(resolution);
    const { monotonic, wall } = this.#time;
    return new Clock({ monotonic: coarse(monotonic, resolution), wall: coarseWall(wall, resolution) }, new Authority(this.authority.name, this.authority));
  }

  revoke(): void {
    this.authority.revoke();
  }

  audit(audit: Audit | undefined): void {
    this.authority.audit = audit;
  }
}

/** A clock whose time is in the hands of a test. */
export class FakeClock extends Clock {
  readonly #time: StoppedTime;

  constructor(time: StoppedTime) {
    super(time);
    this.#time = time;
  }

  /** Lets so many nanoseconds pass, and wakes those who wait for an instant that has come. */
  advance(nanoseconds: bigint): void {
    this.#time.moveTo(this.#time.now + nanoseconds);
  }
}

/** Makes a clock that can be given to components: the real time, a frozen one, or one that a test moves. */
export function clock(options: { readonly fake: true | Date }): FakeClock;
export function clock(options?: ClockOptions): Clock;
export function clock(options: ClockOptions = {}): Clock {
  if ("fake" in options) return new FakeClock(new StoppedTime(options.fake === true ? 0n : since1970(options.fake)));
  if ("frozen" in options) {
    const start = options.frozen === true ? nanosecondsOf(wallClock.now()) : since1970(options.frozen);
    return new Clock(frozen(start, monotonicClock));
  }
  const { resolution = MIN_CLOCK_RESOLUTION } = options;
  checkResolution(resolution);
  return new Clock({ monotonic: coarse(monotonicClock, resolution), wall: coarseWall(wallClock, resolution) });
}

function since1970(date: Date): bigint {
  return BigInt(date.getTime()) * 1_000_000n;
}

function checkResolution(resolution: bigint): void {
  if (resolution < 1n) throw new TypeError(`a clock's resolution is at least 1 nanosecond, not ${resolution}`);
}

class GrantedMonotonicClock implements MonotonicClock {
  readonly #clock: MonotonicClock;
  readonly #authority: Authority;

  constructor(clock: MonotonicClock, authority: Authority) {
    this.#clock = clock;
    this.#authority = authority;
  }

  now(): bigint {
    this.#authority.use("now", "monotonic clock");
    return this.#clock.now();
  }

  get resolution(): bigint {
    this.#authority.use("resolution", "monotonic clock");
    return this.#clock.resolution;
  }

  /** Whoever waits is woken by the revocation too: their next look at the clock tells them. */
  wakeAt(instant: bigint, wake: () => void): () => void {
    const cancels: (() => void)[] = [];
    let over = false;
    const end = () => {
      over = true;
      for (const cancel of cancels) cancel();
    };
    const ring = () => {
      if (over) return;
      end();
      wake();
    };
    cancels.push(this.#clock.wakeAt(instant, ring));
    if (over) return end;
    cancels.push(this.#authority.onRevoked(ring));
    return end;
  }
}

class GrantedWallClock implements WallClock {
  readonly #clock: WallClock;
  readonly #authority: Authority;

  constructor(clock: WallClock, authority: Authority) {
    this.#clock = clock;
    this.#authority = authority;
  }

  now(): Datetime {
    this.#authority.use("now", "wall clock");
    return this.#clock.now();
  }

  get resolution(): Datetime {
    this.#authority.use("resolution", "wall clock");
    return this.#clock.resolution;
  }
}
