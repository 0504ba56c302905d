import assert from "node:assert/strict";
import { test } from "node:test";
import { eventProbe } from "../../fixtures/events.ts";
import type { JsonObject } from "../document/document.ts";
import { describeProblem } from "../document/problem.ts";
import { cronKind } from "./cron.ts";
import type { Capability, EventTarget } from "./kind.ts";
import type { Kept, PlatformFiles, Time } from "./platform-makers.ts";
import { testContext } from "./test-context.ts";

const HANDLER = "tenon:events/cron-handler@0.1.0";
const HOUR = 3_600_000;
const START = Date.parse("2026-03-02T06:59:30.250Z");

/** A machine whose time is moved by hand, and whose disk has one file. */
class Machine {
  now = START;
  /** By how much the clock that people see has been set forward. */
  set = 0;
  disk: string | undefined;
  broken = false;
  readonly #timers = new Set<{ readonly at: number; readonly act: () => void }>();
  readonly time: Time = {
    now: () => this.now + this.set,
    after: (milliseconds, act) => {
      const timer = { at: this.now + milliseconds, act };
      this.#timers.add(timer);
      return () => void this.#timers.delete(timer);
    },
  };
  readonly kept: Kept = {
    read: async () => this.disk,
    write: async (text) => {
      if (this.broken) throw new Error("the disk is full");
      this.disk = text;
    },
  };

  make(config: JsonObject, context = testContext()): Promise<Capability> {
    const files = { kept: () => this.kept } as Partial<PlatformFiles> as PlatformFiles;
    return cronKind({ time: this.time, files }).make(config, context);
  }

  /** Time passes: who wanted to be woken is, each at its time. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    await settled();
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#timers.delete(next);
      this.now = Math.max(this.now, next.at);
      next.act();
      await settled();
    }
    this.now = end;
  }

  /** Time passes while nobody is awake. */
  sleep(milliseconds: number): void {
    this.now += milliseconds;
  }

  get timers(): number {
    return this.#timers.size;
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise(setImmediate);
}

const due = (text: string, missed = 0) => `due ${Date.parse(text)} missed ${missed}`;

test("cron: calls when the pattern says, with what it was due", async () => {
  const machine = new Machine();
  const probe = await eventProbe();
  const cron = await machine.make({ at: "0 7-9 * * *" });
  cron.connect!("handler", probe.target(HANDLER));
  await machine.pass(29_749);
  assert.deepEqual(probe.told(), []);
  await machine.pass(1);
  assert.deepEqual(probe.told(), [due("2026-03-02T07:00Z")]);
  await machine.pass(2 * HOUR);
  assert.deepEqual(probe.told(), [due("2026-03-02T08:00Z"), due("2026-03-02T09:00Z")]);
  await machine.pass(22 * HOUR);
  assert.deepEqual(probe.told(), [due("2026-03-03T07:00Z")]);
  await cron.close();
  await machine.pass(24 * HOUR);
  assert.deepEqual([probe.told(), machine.timers], [[], 0]);
});

test("cron: seconds, names of days, a time zone with its summer time", async () => {
  const machine = new Machine();
  const probe = await eventProbe();
  machine.now = Date.parse("2026-03-28T00:00Z");
  const each: readonly [JsonObject, string[]][] = [
    [{ at: "30 0 12 * * SUN" }, [due("2026-03-29T12:00:30Z")]],
    [{ at: "0 7 * * *", zone: "Europe/Stockholm" }, [due("2026-03-28T06:00Z"), due("2026-03-29T05:00Z")]],
    // 02:30 is not there on that day.
    [{ at: "30 2 * * *", zone: "Europe/Stockholm" }, [due("2026-03-28T01:30Z"), due("2026-03-29T01:00Z")]],
  ];
  const crons = await Promise.all(each.map(async ([config]) => ({ cron: await machine.make(config), probe: await eventProbe() })));
  for (const { cron, probe } of crons) cron.connect!("handler", probe.target(HANDLER));
  await machine.pass(48 * HOUR);
  assert.deepEqual(
    crons.map(({ probe }) => probe.told()),
    each.map(([, told]) => told),
  );
  assert.deepEqual(probe.told(), []);
});

test("cron: a restart neither repeats a firing nor forgets one: all that were missed are made up for by one", async () => {
  const machine = new Machine();
  const first = await eventProbe();
  let cron = await machine.make({ at: "0 * * * *" });
  cron.connect!("handler", first.target(HANDLER));
  await machine.pass(HOUR);
  assert.deepEqual(first.told(), [due("2026-03-02T07:00Z")]);
  await cron.close();

  const probe = await eventProbe();
  cron = await machine.make({ at: "0 * * * *" });
  cron.connect!("handler", probe.target(HANDLER));
  await machine.pass(1000);
  assert.deepEqual(probe.told(), []);
  await cron.close();

  machine.sleep(5 * HOUR);
  cron = await machine.make({ at: "0 * * * *" });
  cron.connect!("handler", probe.target(HANDLER));
  await machine.pass(0);
  assert.deepEqual(probe.told(), [due("2026-03-02T12:00Z", 4)]);
  await machine.pass(HOUR);
  assert.deepEqual(probe.told(), [due("2026-03-02T13:00Z")]);
  await cron.close();
});

test("cron: with `skip` what was missed is left out, said, and told with the next; a moment's delay is none", async () => {
  const machine = new Machine();
  const context = testContext();
  const probe = await eventProbe();
  const config = { at: "0 * * * *", missed: "skip" };
  let cron = await machine.make(config, context);
  cron.connect!("handler", probe.target(HANDLER));
  await machine.pass(1000);
  await cron.close();
  machine.sleep(2 * HOUR + 60_000);
  cron = await machine.make(config, context);
  cron.connect!("handler", probe.target(HANDLER));
  await machine.pass(0);
  assert.deepEqual([probe.told(), context.lines], [[due("2026-03-02T09:00Z", 2)], []]);
  await cron.close();
  machine.sleep(2 * HOUR + 60_000);
  cron = await machine.make(config, context);
  cron.connect!("handler", probe.target(HANDLER));
  await machine.pass(0);
  assert.deepEqual([probe.told(), context.lines], [[], ["capability: the firing of 2026-03-02T11:00:00.000Z was missed and is left out"]]);
  await machine.pass(HOUR);
  assert.deepEqual(probe.told(), [due("2026-03-02T12:00Z", 2)]);
  await cron.close();
});

test("cron: before the first firing nothing was missed, and from then on what is missed counts", async () => {
  const machine = new Machine();
  let cron = await machine.make({ at: "0 * * * *" });
  const probe = await eventProbe();
  cron.connect!("handler", probe.target(HANDLER));
  await machine.pass(0);
  await cron.close();
  machine.sleep(60_000);
  cron = await machine.make({ at: "0 * * * *" });
  cron.connect!("handler", probe.target(HANDLER));
  await machine.pass(0);
  assert.deepEqual(probe.told(), [due("2026-03-02T07:00Z")]);
});

test("cron: a machine that sleeps, and a clock that is set back", async () => {
  const machine = new Machine();
  const probe = await eventProbe();
  const cron = await machine.make({ at: "*/10 * * * *" });
  cron.connect!("handler", probe.target(HANDLER));
  await machine.pass(30_000);
  machine.sleep(35 * 60_000);
  await machine.pass(60_000);
  assert.deepEqual(probe.told(), [due("2026-03-02T07:00Z"), due("2026-03-02T07:30Z", 2)]);
  machine.now -= 20 * 60_000;
  await machine.pass(20 * 60_000);
  assert.deepEqual(probe.told(), []);
  await machine.pass(10 * 60_000);
  assert.deepEqual(probe.told(), [due("2026-03-02T07:40Z")]);
});

test("cron: a clock that is set forward is noticed within a minute", async () => {
  const machine = new Machine();
  const probe = await eventProbe();
  const cron = await machine.make({ at: "0 12 * * *" });
  cron.connect!("handler", probe.target(HANDLER));
  await machine.pass(1000);
  machine.set = 6 * HOUR;
  await machine.pass(61_000);
  assert.deepEqual(probe.told(), [due("2026-03-02T12:00Z")]);
  await cron.close();
});

test("cron: firings without end are counted no further than a thousand", async () => {
  const machine = new Machine();
  const probe = await eventProbe();
  const cron = await machine.make({ at: "* * * * * *" });
  cron.connect!("handler", probe.target(HANDLER));
  await machine.pass(0);
  machine.sleep(30 * 24 * HOUR);
  await machine.pass(1);
  const late = machine.now - (machine.now % 1000);
  assert.deepEqual(probe.told(), [`due ${late} missed 1000`]);
  await cron.close();
});

test("cron: one that was under way when the app ended is not repeated; the next begins only when it has ended", async () => {
  const machine = new Machine();
  const context = testContext();
  const cron = await machine.make({ at: "0 * * * *" }, context);
  const calls: unknown[] = [];
  let finish = () => {};
  const handle = (firing: unknown) =>
    new Promise<void>((resolve) => {
      calls.push(firing);
      finish = resolve;
    });
  const target: EventTarget = { name: HANDLER, exports: { handle }, ends: new Map(), poisonedBy: undefined, failed: assert.fail };
  cron.connect!("handler", target);
  await machine.pass(3 * HOUR);
  assert.deepEqual(calls.splice(0), [{ due: BigInt(Date.parse("2026-03-02T07:00Z")), missed: 0 }]);
  const recorded = machine.disk;
  finish();
  await machine.pass(HOUR);
  assert.deepEqual(calls, [{ due: BigInt(Date.parse("2026-03-02T10:00Z")), missed: 2 }]);
  assert.deepEqual(context.lines.splice(0), [
    "capability: the firing of 2026-03-02T08:00:00.000Z is left out: the one before it is still under way",
    "capability: the firing of 2026-03-02T09:00:00.000Z is left out: the one before it is still under way",
  ]);
  assert.deepEqual(JSON.parse(recorded!), { last: "2026-03-02T09:00:00.000Z", missed: 2, underWay: true });
  await cron.close();

  const after = new Machine();
  after.disk = recorded;
  after.now = Date.parse("2026-03-02T09:30Z");
  const probe = await eventProbe();
  const again = await after.make({ at: "0 * * * *" }, context);
  again.connect!("handler", probe.target(HANDLER));
  await after.pass(HOUR);
  assert.deepEqual(probe.told(), [due("2026-03-02T10:00Z", 2)]);
  assert.deepEqual(context.lines, ["capability: the firing of 2026-03-02T09:00:00.000Z was under way when the app stopped: it is not repeated"]);
});

test("cron: a wire that led nowhere for a while brings nothing up again", async () => {
  const machine = new Machine();
  const [first, second] = [await eventProbe(), await eventProbe()];
  const cron = await machine.make({ at: "0 * * * *" });
  cron.connect!("handler", first.target(HANDLER));
  await machine.pass(HOUR);
  cron.connect!("handler", undefined);
  await machine.pass(3 * HOUR);
  cron.connect!("handler", second.target(HANDLER));
  await machine.pass(0);
  assert.deepEqual([first.told(), second.told()], [[due("2026-03-02T07:00Z")], []]);
  await machine.pass(HOUR);
  assert.deepEqual([first.told(), second.told()], [[], [due("2026-03-02T11:00Z")]]);
});

test("cron: errors are told in words, traps to the part's supervisor; a part that is down is waited for", async () => {
  const machine = new Machine();
  const context = testContext();
  const [probe, restarted] = [await eventProbe(), await eventProbe()];
  const cron = await machine.make({ at: "0 * * * *" }, context);
  cron.connect!("handler", probe.target(HANDLER));
  probe.fail("no ink");
  await machine.pass(HOUR);
  assert.deepEqual(context.lines, ["capability: the firing of 2026-03-02T07:00:00.000Z failed: no ink"]);
  probe.fail(undefined);
  await machine.pass(HOUR);
  assert.deepEqual([probe.failures.map((error) => (error as Error).name), context.lines.length], [["Trap"], 1]);
  await machine.pass(40_000);
  cron.connect!("handler", restarted.target(HANDLER));
  await machine.pass(2000);
  assert.deepEqual(restarted.told(), [due("2026-03-02T09:00Z")]);
});

test("cron: a program that can be run is told nothing", async () => {
  const machine = new Machine();
  let runs = 0;
  const target: EventTarget = { name: "wasi:cli/run@0.2.3", exports: { run: () => void runs++ }, ends: new Map(), poisonedBy: undefined, failed: assert.fail };
  const cron = await machine.make({ at: "0 * * * *" });
  cron.connect!("handler", target);
  await machine.pass(2 * HOUR);
  assert.equal(runs, 2);
});

test("cron: a record that can't be written is trouble, and no reason not to call; one that can't be read is said", async () => {
  const machine = new Machine();
  const context = testContext();
  const probe = await eventProbe();
  machine.disk = "{";
  machine.broken = true;
  const cron = await machine.make({ at: "0 * * * *" }, context);
  cron.connect!("handler", probe.target(HANDLER));
  await machine.pass(HOUR);
  assert.deepEqual(probe.told(), [due("2026-03-02T07:00Z")]);
  assert.equal(cron.trouble, "the last firing can't be put on record, and may be repeated when the app starts again: the disk is full");
  assert.deepEqual(context.lines, ["capability: what is on record of the last firing can't be read: the schedule begins anew"]);
  machine.broken = false;
  await machine.pass(HOUR);
  assert.equal(cron.trouble, undefined);
});

test("cron: what it can be wired to, and what is wrong", () => {
  const kind = cronKind({ time: new Machine().time });
  assert.deepEqual(kind.imports!({}, ["handler", "other"]), [{ name: "handler", accepts: [HANDLER, "wasi:cli/run@0.3.0", "wasi:cli/run@0.2.0"] }]);
  const told = (config: JsonObject) => kind.check(config, []).map(describeProblem);
  assert.deepEqual(told({}), [
    '`cron` needs `at`: when: minute, hour, day of the month, month, day of the week; with a sixth in front of them, second\n  "with": { "at": "0 7 * * MON-FRI" }',
  ]);
  assert.deepEqual(told({ at: "0 7 * * *", zone: "Mars/Olympus" }), ['there is no time zone "Mars/Olympus"\n  "zone": "Europe/Stockholm"']);
  assert.deepEqual(told({ at: "0 0 30 2 *" }), ['the pattern "0 0 30 2 *" never comes\n  "at": "0 7 * * *"']);
  for (const at of ["soon", "61 * * * *", "* * *", "* * * * * * *"])
    assert.match(told({ at })[0]!, /^the pattern ".*" can't be read: (?!CronPattern|.*Error).+\n {2}"at": "0 7 \* \* \*"$/, at);
  assert.deepEqual(told({ at: "@daily", zone: "Europe/Stockholm", missed: "skip" }), []);
});
