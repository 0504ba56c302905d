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

test("an instance is kept for ten minutes", async () => {
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
  const { clock, ended, instances } = kept();
  const [one, two, three] = [instanceOf("one"), instanceOf("two"), instanceOf("three")];
  three.instance.poisonedBy = new Error("trapped");
  for (const each of [one, two, three]) instances.keep("a", "d1", each);
  assert.deepEqual([instances.find("a", "d1")!.running, ended, clock.pending], [two, ["three"], 2]);
  two.instance.poisonedBy = new Error("trapped");
  assert.equal(instances.find("a", "d1")!.running, one);
});

test("waking one is a choice, which says what it costs; then it is asleep no more", async () => {
  const { clock, ended, instances } = kept();
  const one = instanceOf("one");
  instances.keep("a", "d1", one);
  const of = (ago: string) =>
    `its instance of ${ago} ago is still there: \`tenon undo --wake\` brings back what it held then, and loses what it came to hold since`;
  await clock.pass(90_000);
  const found = instances.find("a", "d1")!;
  assert.equal(instances.choice(found), of("90 s"));
  await clock.pass(90_000);
  assert.equal(instances.choice(found), of("3 min"));
  assert.equal(instances.has(one), true);
  instances.adopt(new Map(), new Set([instanceOf("other"), one]));
  assert.deepEqual([instances.find("a", "d1"), instances.has(one), ended, clock.pending], [undefined, false, [], 0]);
});

test("of one part, four are kept", () => {
  const { clock, ended, instances } = kept();
  for (let i = 0; i < 6; i++) instances.keep("a", `d${i}`, instanceOf(String(i)));
  instances.keep("b", "d0", instanceOf("other"));
  const found = (part: string) => [0, 1, 2, 3, 4, 5].map((i) => instances.find(part, `d${i}`)?.running.name ?? "-").join(" ");
  assert.deepEqual([found("a"), found("b"), ended, clock.pending], ["- - 2 3 4 5", "other - - - - -", ["0", "1"], 5]);
});

test("a part that is renamed keeps them, for as long as they have left", async () => {
  const { clock, instances } = kept();
  instances.keep("a", "d1", instanceOf("one"));
  instances.keep("b", "d2", instanceOf("two"));
  instances.adopt(new Map([["a", "b"], ["b", "a"]]), new Set()); // biome-ignore format: a table
  assert.equal(instances.find("b", "d1")!.running.name, "one");
  await clock.pass(600_000);
  assert.equal(instances.find("b", "d1"), undefined);
  instances.keep("a", "d1", instanceOf("one"));
  assert.deepEqual(
    instances.close().map(({ name }) => name),
    ["one"],
  );
  assert.deepEqual([instances.find("a", "d1"), clock.pending], [undefined, 0]);
});
