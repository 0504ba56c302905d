import assert from "node:assert/strict";
import { test } from "node:test";
import { compileProbe } from "../../fixtures/probe.ts";
import type { Use } from "../capability/authority.ts";
import { run } from "../command/run.ts";
import { MIN_CLOCK_RESOLUTION } from "../limits.ts";
import { untilReady } from "../streams/waitable.ts";
import { wasi } from "../wasi/imports.ts";
import { Alarm, monotonicClock } from "./clock.ts";
import { clock } from "./clock-capability.ts";

const isRevoked = (error: Error) => error.name === "Trap" && error.message.includes("capability `clock` has been revoked");

/** What the guest calls of the clocks of both versions. */
function guestClocks(options?: Parameters<typeof wasi>[0]) {
  const imports = wasi(options) as Record<string, Record<string, () => unknown>>;
  return {
    monotonic02: imports["wasi:clocks/monotonic-clock@0.2.12"]!,
    monotonic03: imports["wasi:clocks/monotonic-clock@0.3.0"]!,
    wall: imports["wasi:clocks/wall-clock@0.2.12"]!,
    system: imports["wasi:clocks/system-clock@0.3.0"]!,
  };
}

for (const [name, options] of [
  ["a component that is given no clock", undefined],
  ["a component that is given `clock()`", { clock: clock() }],
] as const) {
  test(`threat 23: ${name} sees time in steps of a millisecond`, () => {
    const { monotonic02, monotonic03, wall, system } = guestClocks(options);
    for (const clock of [monotonic02, monotonic03]) for (let i = 0; i < 50; i++) assert.equal((clock.now!() as bigint) % MIN_CLOCK_RESOLUTION, 0n);
    assert.deepEqual([monotonic02.resolution!(), monotonic03.getResolution!()], [MIN_CLOCK_RESOLUTION, MIN_CLOCK_RESOLUTION]);
    assert.equal((wall.now!() as { nanoseconds: number }).nanoseconds % 1_000_000, 0);
    assert.equal(system.getResolution!(), MIN_CLOCK_RESOLUTION);
  });
}

test("threat 23: larger steps, of both clocks, and no wait ends between two", async () => {
  const second = clock({ resolution: 1_000_000_000n });
  assert.equal(second.monotonic.now() % 1_000_000_000n, 0n);
  assert.deepEqual(second.wall.resolution, { seconds: 1n, nanoseconds: 0 });
  assert.equal(second.wall.now().nanoseconds, 0);
  const steps = clock({ resolution: 20_000_000n }).monotonic;
  const instant = steps.now() + 1n;
  await untilReady(new Alarm(steps, instant));
  assert.ok(steps.now() >= instant);
  assert.equal(monotonicClock.now() >= instant + 19_999_999n, true);
});

test("threat 23: a frozen clock stands still while a guest computes, whatever the real time does", async () => {
  const frozen = clock({ frozen: new Date(5_000) });
  const before = [frozen.monotonic.now(), frozen.wall.now()];
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual([frozen.monotonic.now(), frozen.wall.now()], before);
  assert.deepEqual(before, [0n, { seconds: 5n, nanoseconds: 0 }]);
  // The wait takes its time, counted from when it began, and shows just what was asked for.
  const start = monotonicClock.now();
  await untilReady(new Alarm(frozen.monotonic, 3_000_000n));
  assert.ok(monotonicClock.now() - start >= 3_000_000n);
  assert.deepEqual([frozen.monotonic.now(), frozen.wall.now()], [3_000_000n, { seconds: 5n, nanoseconds: 3_000_000 }]);
});

test("a frozen clock begins now; a resolution is at least a nanosecond", () => {
  assert.ok(Math.abs(Number(clock({ frozen: true }).wall.now().seconds) - Date.now() / 1000) < 5);
  for (const wrong of [0n, -1n]) assert.throws(() => clock({ resolution: wrong }), TypeError);
});

test("`resolution: 1n` is as fine as the platform has it", () => {
  const fine = clock({ resolution: 1n });
  assert.equal(fine.monotonic.resolution, monotonicClock.resolution);
  assert.throws(() => fine.coarser(0n), TypeError);
});

test("a fake clock passes when it is advanced, and wakes whose instant has come, in order", () => {
  const fake = clock({ fake: new Date(Date.UTC(2030, 0, 1)) });
  assert.deepEqual([fake.monotonic.now(), fake.wall.now().seconds], [0n, 1_893_456_000n]);
  const rung: string[] = [];
  fake.monotonic.wakeAt(30n, () => rung.push("30"));
  fake.monotonic.wakeAt(20n, () => rung.push("20"));
  fake.monotonic.wakeAt(31n, () => rung.push("31"));
  fake.monotonic.wakeAt(10n, () => rung.push("cancelled"))();
  fake.advance(30n);
  assert.deepEqual([rung, fake.monotonic.now(), fake.wall.now().nanoseconds], [["20", "30"], 30n, 30]);
  fake.advance(1_000_000_000n);
  assert.deepEqual([rung, fake.wall.now()], [["20", "30", "31"], { seconds: 1_893_456_001n, nanoseconds: 30 }]);
});

test("time before 1970 has nanoseconds that count up", () => {
  assert.deepEqual(clock({ fake: new Date(-1) }).wall.now(), { seconds: -1n, nanoseconds: 999_000_000 });
});

for (const version of ["probe", "probe-p3"] as const) {
  test(`a guest sleeps an hour of a fake clock (${version})`, async () => {
    const fake = clock({ fake: true });
    const running = run(await compileProbe(version), { args: ["probe", "sleep", "3600000"], clock: fake });
    let ended = false;
    void running.then(() => {
      ended = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 1));
    assert.equal(ended, false);
    for (; !ended; await new Promise((resolve) => setTimeout(resolve, 0))) fake.advance(3_600_000_000_000n);
    assert.deepEqual(await running, { exitCode: 0 });
  });

  test(`threat 25: a guest that waits by a clock traps when it is revoked (${version})`, async () => {
    const real = clock();
    const running = run(await compileProbe(version), { args: ["probe", "sleep", "3600000"], clock: real });
    setTimeout(() => real.revoke(), 5);
    await assert.rejects(running, isRevoked);
  });
}

test("threat 25: every use of a revoked clock traps and names it, of what was derived too, and no timer is left", () => {
  const fake = clock({ fake: true });
  const derived = fake.coarser(1_000n);
  const woken: string[] = [];
  fake.monotonic.wakeAt(10n, () => woken.push("wait"));
  derived.monotonic.wakeAt(10n, () => woken.push("derived"));
  fake.revoke();
  assert.deepEqual(woken.sort(), ["derived", "wait"]);
  fake.advance(100n);
  assert.equal(woken.length, 2);
  for (const { monotonic, wall } of [fake, derived]) {
    for (const use of [() => monotonic.now(), () => monotonic.resolution, () => wall.now(), () => wall.resolution]) assert.throws(use, isRevoked);
  }
  for (const { now } of Object.values(guestClocks({ clock: fake }))) assert.throws(now!, isRevoked);
});

test("a derived clock is revoked alone", () => {
  const fake = clock({ fake: true });
  const derived = fake.coarser(1_000n);
  fake.advance(1_999n);
  assert.deepEqual([derived.monotonic.now(), derived.wall.now().nanoseconds], [1_000n, 1_000]);
  derived.revoke();
  assert.throws(() => derived.monotonic.now(), isRevoked);
  assert.equal(fake.monotonic.now(), 1_999n);
});

test("an audit hears of every look at the clock, the refused one too", () => {
  const uses: Use[] = [];
  const fake = clock({ fake: true });
  fake.audit((use) => uses.push(use));
  fake.coarser(5n).wall.now();
  fake.monotonic.now();
  fake.revoke();
  assert.throws(() => fake.monotonic.now());
  assert.deepEqual(
    uses.map(({ capability, operation, target, outcome }) => [capability, operation, target, outcome]),
    [
      ["clock", "now", "wall clock", "ok"],
      ["clock", "now", "monotonic clock", "ok"],
      ["clock", "now", "monotonic clock", "trap"],
    ],
  );
});
