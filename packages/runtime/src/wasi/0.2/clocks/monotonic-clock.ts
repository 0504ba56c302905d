import { Alarm, type MonotonicClock } from "../../../clock/clock.ts";
import { Pollable } from "../io/poll.ts";

/** `wasi:clocks/monotonic-clock`. A pollable starts a timer only when somebody waits for it. */
export function monotonicClock(clock: MonotonicClock) {
  return {
    now: (): bigint => clock.now(),
    resolution: (): bigint => clock.resolution,
    subscribeInstant: (when: bigint): Pollable => Pollable.of(new Alarm(clock, when)),
    subscribeDuration: (when: bigint): Pollable => Pollable.of(new Alarm(clock, clock.now() + when)),
  };
}
