import assert from "node:assert/strict";
import { test } from "node:test";
import { untilReady } from "../streams/waitable.ts";
import { Alarm, coarse, type MonotonicClock, monotonicClock, wallClock } from "./clock.ts";

test("the monotonic clock goes on, in nanoseconds", async () => {
  const start = monotonicClock.now();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const passed = monotonicClock.now() - start;
  assert.ok(passed >= 4_000_000n && passed < 5_000_000_000n, `${passed}`);
});

test("the wall clock tells seconds and nanoseconds since 1970", () => {
  const { seconds, nanoseconds } = wallClock.now();
  assert.ok(Math.abs(Number(seconds) - Date.now() / 1000) < 2);
  assert.ok(nanoseconds >= 0 && nanoseconds < 1_000_000_000);
});

test("an alarm never rings early", async () => {
  for (const delay of [1n, 100_000n, 1_500_000n, 3_000_000n]) {
    const instant = monotonicClock.now() + delay;
    await untilReady(new Alarm(monotonicClock, instant));
    assert.ok(monotonicClock.now() >= instant);
  }
});

test("an alarm in the past is ready", () => {
  assert.equal(new Alarm(monotonicClock, 0n).ready(), true);
});

test("an alarm in 584 years waits, and its timer goes when nobody waits", () => {
  let woken = false;
  const cancel = new Alarm(monotonicClock, 2n ** 64n - 1n).onReady(() => {
    woken = true;
  });
  cancel();
  assert.equal(woken, false);
});

test("no timer before somebody waits", () => {
  let timers = 0;
  const clock: MonotonicClock = {
    now: () => 5n,
    resolution: 1n,
    wakeAt: () => {
      timers += 1;
      return () => {
        timers -= 1;
      };
    },
  };
  const alarm = new Alarm(clock, 10n);
  assert.deepEqual([alarm.ready(), timers], [false, 0]);
  const cancel = alarm.onReady(() => {});
  assert.equal(timers, 1);
  cancel();
  assert.equal(timers, 0);
});

test("threat 23: a coarse clock shows steps and wakes at steps", () => {
  let at: bigint | undefined;
  const fine: MonotonicClock = {
    now: () => 1_234_567n,
    resolution: 1n,
    wakeAt: (instant) => {
      at = instant;
      return () => {};
    },
  };
  const clock = coarse(fine, 1_000_000n);
  assert.deepEqual([clock.now(), clock.resolution], [1_000_000n, 1_000_000n]);
  clock.wakeAt(2_000_001n, () => {});
  assert.equal(at, 3_000_000n);
});
