import assert from "node:assert/strict";
import { test } from "node:test";
import { KeptInstances } from "./kept-instances.ts";
import { TestClock } from "./test-clock.ts";

interface Instance {
  readonly name: string;
  readonly instance: { poisonedBy: unknown };
}

const instanceOf = (name: string): Instance => ({ name, instance: { poisonedBy: undefined } });

function kept(): { clock: TestClock; ended: string[]; instances: KeptInstances<Instance> } {
  const clock = new TestClock();
  const ended: string[] = [];
  return { clock, ended, instances: new KeptInstances(({ name }) => ended.push(name), clock) };
}

test("an instance is kept for ten minutes, and then ends", async () => {
  const { clock, ended, instances } = kept();
  instances.keep("a", "d1", instanceOf("one"));
  await clock.pass(599_999);
  assert.equal(instances.find("a", "d1")!.running.name, "one");
  assert.equal(instances.find("a", "d2"), undefined);
  assert.equal(instances.find("b", "d1"), undefined);
  await clock.pass(1);
  assert.deepEqual([instances.find("a", "d1"), ended, clock.pending], [undefined, ["one"], 0]);
});

test("the last one of a code is found, unless it trapped", () => {
  const { instances } = kept();
  const [one, two] = [instanceOf("one"), instanceOf("two")];
  instances.keep("a", "d1", one);
  instances.keep("a", "d1", two);
  assert.equal(instances.find("a", "d1")!.running, two);
  two.instance.poisonedBy = new Error("trapped");
  assert.equal(instances.find("a", "d1")!.running, one);
});

test("woken, it does not end, and the choice says what that costs", async () => {
  const { clock, ended, instances } = kept();
  instances.keep("a", "d1", instanceOf("one"));
  await clock.pass(90_000);
  const found = instances.find("a", "d1")!;
  assert.equal(instances.choice("a", found), "wake `a` as it was 90 s ago: what it came to hold since then is lost");
  await clock.pass(90_000);
  assert.equal(instances.choice("a", found), "wake `a` as it was 3 min ago: what it came to hold since then is lost");
  assert.equal(instances.wake("a", found).name, "one");
  await clock.pass(600_000);
  assert.deepEqual([instances.count("a"), ended], [0, []]);
});

test("of one part, four are kept", () => {
  const { clock, ended, instances } = kept();
  for (let i = 0; i < 6; i++) instances.keep("a", `d${i}`, instanceOf(String(i)));
  instances.keep("b", "d0", instanceOf("other"));
  assert.deepEqual([instances.count("a"), instances.count("b"), ended, clock.pending], [4, 1, ["0", "1"], 5]);
});

test("a part that is renamed keeps them, and all end with the app", () => {
  const { clock, ended, instances } = kept();
  instances.keep("a", "d1", instanceOf("one"));
  instances.keep("b", "d2", instanceOf("two"));
  instances.rename(new Map([["a", "b"], ["b", "a"]])); // biome-ignore format: a table
  assert.equal(instances.find("b", "d1")!.running.name, "one");
  instances.close();
  assert.deepEqual([ended.sort(), clock.pending], [["one", "two"], 0]);
});
