import { Alarm, type MonotonicClock } from "../../../clock/clock.ts";
import { Turn } from "../../../streams/turn.ts";
import { nextTurn, untilReady } from "../../../streams/waitable.ts";
import type { AsyncCall } from "../async-call.ts";

/** `wasi:clocks/monotonic-clock`. What has passed already is not waited for, but the event loop gets its turn. */
export function monotonicClock(clock: MonotonicClock) {
  const turn = new Turn();
  const wait = (when: bigint, call: AsyncCall): void | Promise<void> => {
    const alarm = new Alarm(clock, when);
    if (!alarm.ready()) return untilReady(alarm, call.signal);
    if (turn.isOver()) return nextTurn();
  };
  return {
    now: (): bigint => clock.now(),
    getResolution: (): bigint => clock.resolution,
    waitUntil: (when: bigint, call: AsyncCall = {}): void | Promise<void> => wait(when, call),
    waitFor: (howLong: bigint, call: AsyncCall = {}): void | Promise<void> => wait(clock.now() + howLong, call),
  };
}
