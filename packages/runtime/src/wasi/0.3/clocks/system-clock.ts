import type { Datetime, WallClock } from "../../../clock/clock.ts";

const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/** `wasi:clocks/system-clock`. */
export function systemClock(clock: WallClock) {
  return {
    now: (): Datetime => clock.now(),
    getResolution: (): bigint => clock.resolution.seconds * NANOSECONDS_PER_SECOND + BigInt(clock.resolution.nanoseconds),
  };
}
