import assert from "node:assert/strict";
import { test } from "node:test";
import { alwaysReady, anyReady, nextTurn, untilReady, type Waitable, WakeList } from "./waitable.ts";

/** Something a test makes ready. */
class Switch implements Waitable {
  readonly waiting = new WakeList();
  on = false;
  ready(): boolean {
    return this.on;
  }
  onReady(wake: () => void): () => void {
    return this.waiting.add(wake);
  }
  turnOn(): void {
    this.on = true;
    this.waiting.wakeAll();
  }
}

test("waiting ends when the thing is ready, not at a wake before that", async () => {
  const thing = new Switch();
  let done = false;
  const wait = untilReady(thing).then(() => {
    done = true;
  });
  await nextTurn();
  thing.waiting.wakeAll();
  await nextTurn();
  assert.equal(done, false);
  thing.turnOn();
  await wait;
  assert.equal(thing.waiting.size, 0);
});

test("waiting for one of several leaves nothing at the others", async () => {
  const never = new Switch();
  for (let i = 0; i < 100; i++) {
    const soon = new Switch();
    const wait = anyReady([never, soon]);
    assert.equal(never.waiting.size, 1);
    soon.turnOn();
    await wait;
  }
  assert.equal(never.waiting.size, 0);
});

test("what is ready needs no waiting", async () => {
  await untilReady(alwaysReady);
  await anyReady([new Switch(), alwaysReady]);
});

test("a waiter that cancelled is not woken; one that waits twice is woken twice", () => {
  const list = new WakeList();
  let woken = 0;
  const wake = () => {
    woken += 1;
  };
  list.add(wake);
  list.add(wake);
  list.add(wake)();
  list.wakeAll();
  list.wakeAll();
  assert.equal(woken, 2);
});
