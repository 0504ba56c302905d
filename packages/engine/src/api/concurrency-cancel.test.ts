import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../store/store.ts";
import { promising } from "./promising.ts";
import {
  BLOCKED,
  CANCELLED_BEFORE_RETURNED,
  EVENT,
  isAlive,
  leftOf,
  type Part,
  RETURNED,
  type Result,
  type Scripted,
  script,
  scripted,
  settled,
  subtask,
  WAYS,
} from "./test-scripts.ts";

const strays: unknown[] = [];
process.on("unhandledRejection", (error) => strays.push(error));

/** A call that was started by one export, and is cancelled by another, which finds it at this address. */
const CALL = 2048;

/** Starts a call of `program` and keeps its handle. */
const starts = (program: Part): Part =>
  script((run) => {
    run("store", CALL, subtask(run, run("peer-stack", program, 512)));
    run("return");
  });

/** Waits on its stack until it is cancelled, tells which event came, and ends as it is told. */
const untilCancelled = (end: "cancelled" | "return"): Part =>
  script((run) => {
    run("store", 256, run("set-wait", run("set-new")));
    run(end);
  });

async function pair(): Promise<{ store: Store; callee: Scripted; caller: Scripted }> {
  const store = new Store();
  const callee = await scripted({ store, name: "script-cancellable" });
  return { store, callee, caller: await scripted({ store, peer: callee }) };
}

function seen(guest: Scripted, address: number): number {
  let load: Result | undefined;
  const results = guest.plain(
    script((run) => {
      load = run("load", address);
    }),
  );
  return results[load!.place]!;
}

async function atRest(store: Store): Promise<void> {
  await settled();
  assert.deepEqual([leftOf(store), store.waiting, strays], [{}, [], []]);
}

for (const [end, state] of [
  ["cancelled", CANCELLED_BEFORE_RETURNED],
  ["return", RETURNED],
] as const) {
  for (const kind of ["subtask-cancel", "subtask-cancel-sync"] as const) {
    test(`a callee that waits on its stack hears of its cancellation before the caller goes on (${kind}, ${end})`, async () => {
      for (const way of [...WAYS, "sync"] as const) {
        const { store, callee, caller } = await pair();
        await caller.run(starts(untilCancelled(end)));
        let told: Result | undefined;
        const results = await caller[way](
          script((run) => {
            const call = run("load", CALL);
            told = run(kind, call);
            run("subtask-drop", call);
            if (way !== "sync") run("return");
          }),
        );
        assert.equal(results[told!.place], state);
        assert.equal(seen(callee, 256), EVENT.taskCancelled);
        await isAlive(callee);
        await isAlive(caller);
        await atRest(store);
      }
    });
  }

  test(`a function that is not async cancels a call (${end}): as one that can wait, or as if the callee heard of it later`, async () => {
    for (const suspends of [true, false]) {
      const { store, callee, caller } = await pair();
      await caller.run(starts(untilCancelled(end)));
      const places: Result[] = [];
      const { words } = script((run) => {
        const call = run("load", CALL);
        places.push(run("subtask-cancel", call));
      });
      const plain = (caller.exports as { plain(program: readonly number[]): Uint32Array }).plain;
      const results = suspends ? ((await promising(plain as never)(words as never)) as Uint32Array) : plain(words);
      assert.equal(results[places[0]!.place], suspends ? state : BLOCKED);
      await settled();
      assert.equal(seen(callee, 256), EVENT.taskCancelled);
      const drop = script((run) => {
        const call = run("load", CALL);
        const set = run("set-new");
        run("join", call, set);
        if (!suspends) places.push(run("set-poll", set), run("payload"));
        run("subtask-drop", call);
      });
      const polled = caller.plain(drop);
      if (!suspends) assert.deepEqual([polled[places[1]!.place], polled[places[2]!.place]], [EVENT.subtask, state]);
      await isAlive(caller);
      await atRest(store);
    }
  });
}

test("nobody goes on between a cancellation and the callee's hearing of it", async () => {
  const mark = script((run) => {
    run("store", 260, 1);
  });
  const look = script((run) => {
    run("load", 260);
    run("load", 256);
  });
  for (const seed of [undefined, 1, 2, 3, 4]) {
    const store = new Store(seed === undefined ? {} : { seed });
    const callee = await scripted({ store, name: "script-cancellable" });
    const [caller, third] = [await scripted({ store, peer: callee }), await scripted({ store, peer: callee })];
    await caller.run(starts(untilCancelled("return")));
    // They look, turn by turn, whether the caller is about to cancel, and whether the callee has heard.
    const looks = Array.from({ length: 8 }, () => {
      const places: Result[] = [];
      const program = script((run) => {
        for (let turn = 0; turn < 6; turn++) {
          run("yield");
          run("peer-plain", look, 512);
          places.push(run("load", run("load", 512)));
          // The results of `look` come after what it was given.
          for (const at of [8, 12]) places.push(run("load", run("plus", run("load", 512), at)));
        }
        run("return");
      });
      return third.run(program).then((results) => places.map(({ place }) => results[place]!));
    });
    const cancels = caller.run(
      script((run) => {
        for (let turn = 0; turn < 3; turn++) run("yield");
        run("peer-plain", mark, 512);
        run("subtask-cancel", run("load", CALL));
        run("return");
      }),
    );
    const all = await Promise.all(looks);
    await cancels;
    const pairs = all.flatMap((values) => Array.from({ length: 6 }, (_, turn) => values.slice(3 * turn + 1, 3 * turn + 3).join()));
    assert.deepEqual(new Set(pairs), new Set(["0,0", `1,${EVENT.taskCancelled}`]), `seed ${seed}`);
    await settled();
  }
});
