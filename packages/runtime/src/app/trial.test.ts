import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call } from "@tenon/engine";
import { TestClock, turn } from "./test-clock.ts";
import { Trial } from "./trial.ts";

class Court {
  readonly clock = new TestClock();
  readonly told: unknown[] = [];
  poison: (error: unknown) => void = () => {};
  readonly trial = new Trial(
    { onPoisoned: (act) => (this.poison = act) },
    { passed: () => this.told.push("passed"), failed: (error, calls) => this.told.push(["failed", (error as Error).message, calls]) },
    this.clock,
  );

  async call(times: number): Promise<void> {
    for (let i = 0; i < times; i++) assert.equal(this.trial.interposer({ args: [i], next: (given: unknown) => given } as unknown as Call), i);
    await turn();
  }
}

const trap = new Error("out of luck");
const courts: readonly (readonly [name: string, act: (court: Court) => Promise<void>, told: unknown[]])[] = [
  ["a hundred calls that end well prove it", (court) => court.call(101), ["passed"]],
  ["the hundredth has still to end", (court) => court.call(100), []],
  ["so do ten seconds", (court) => court.clock.pass(10_000), ["passed"]],
  ["not less", (court) => court.clock.pass(9_999), []],
  ["a trap before that fails it", async (court) => { await court.call(3); court.poison(trap); await court.clock.pass(10_000); }, [["failed", "out of luck", 3]]],
  ["a trap after it does not", async (court) => { await court.clock.pass(10_000); court.poison(trap); await court.call(200); }, ["passed"]],
  ["more calls do not prove it again", (court) => court.call(500), ["passed"]],
  ["ended, it says nothing", async (court) => { court.trial.end(); court.poison(trap); await court.call(200); await court.clock.pass(20_000); }, []],
]; // biome-ignore format: a table
for (const [name, act, told] of courts) {
  test(name, async () => {
    const court = new Court();
    await act(court);
    assert.deepEqual(court.told, told);
    assert.equal(court.trial.isOver, told.length > 0 || name.startsWith("ended"));
    assert.equal(court.clock.pending, court.trial.isOver ? 0 : 1);
  });
}
