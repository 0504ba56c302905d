import type { Datetime, WallClock } from "../../../clock/clock.ts";

/** `wasi:clocks/wall-clock`. */
export function wallClock(clock: WallClock) {
  return { now: (): Datetime => clock.now(), resolution: (): Datetime => clock.resolution };
}
