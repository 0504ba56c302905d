import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_POLLABLES } from "../../../limits.ts";
import { QueueSource } from "../../../streams/input-source.ts";
import { neverReady } from "../../../streams/test-waitable.ts";
import { alwaysReady } from "../../../streams/waitable.ts";
import { Pollable, poll } from "./poll.ts";

const isTrap = (error: { code: string }) => error.code === "trap/host-threw";

test("threat 11: an empty list of pollables traps, and so does one that is too long", () => {
  assert.throws(() => poll.poll([]), isTrap);
  const never = Pollable.of(neverReady);
  assert.throws(() => poll.poll(Array(MAX_POLLABLES + 1).fill(never)), isTrap);
});

test("all that are ready are told, duplicates too, without waiting", () => {
  const [yes, no] = [Pollable.of(alwaysReady), Pollable.of(neverReady)];
  assert.deepEqual(poll.poll([no, yes, no, yes, yes]), Uint32Array.of(1, 3, 4));
  assert.deepEqual(poll.poll([yes]), Uint32Array.of(0));
});

test("when none is ready, polling waits for the first", async () => {
  const [a, b] = [new QueueSource(1), new QueueSource(1)];
  const waiting = poll.poll([Pollable.of(a), Pollable.of(neverReady), Pollable.of(b), Pollable.of(b)]);
  assert.ok(waiting instanceof Promise);
  b.push(Uint8Array.of(1));
  assert.deepEqual(await waiting, Uint32Array.of(2, 3));
});

test("block returns at once or waits", async () => {
  assert.equal(Pollable.of(alwaysReady).block(), undefined);
  const queue = new QueueSource(1);
  const waiting = Pollable.of(queue).block();
  assert.ok(waiting instanceof Promise);
  queue.end();
  await waiting;
});

test("a guest that asks in a loop gives the event loop a turn now and then", async () => {
  const queue = new QueueSource(1);
  const pollable = Pollable.of(queue);
  setTimeout(() => queue.end(), 0);
  let asked = 0;
  let promises = 0;
  for (let ready = false; !ready; asked++) {
    const answer = pollable.ready();
    if (typeof answer !== "boolean") promises += 1;
    ready = await answer;
    assert.ok(asked < 10_000, "the event loop got no turn");
  }
  assert.ok(promises > 0 && promises < asked / 10);
});

test("so does one whose list always holds something that is ready", async () => {
  const queue = new QueueSource(1);
  const list = [Pollable.of(queue), Pollable.of(alwaysReady)];
  setTimeout(() => queue.end(), 0);
  for (let asked = 0; ; asked++) {
    const answer = poll.poll(list);
    const ready = answer instanceof Promise ? await answer : answer;
    if (ready.length === 2) break;
    assert.ok(asked < 10_000, "the event loop got no turn");
  }
});
