import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../store/store.ts";
import { promising } from "./promising.ts";
import { type Do, isDead, leftOf, type Result, type Scripted, script, scripted, settled, subtask, WAYS, waitFor } from "./test-scripts.ts";

const strays: unknown[] = [];
process.on("unhandledRejection", (error) => strays.push(error));

interface Parts {
  readonly store: Store;
  readonly answers: PromiseWithResolvers<number>[];
  readonly host: object;
  /** Whom `caller` and `other` call. */
  readonly callee: Scripted;
  readonly caller: Scripted;
  readonly other: Scripted;
  readonly bystander: Scripted;
}

async function parts(name: "script" | "script-threads" = "script"): Promise<Parts> {
  const store = new Store();
  const answers: PromiseWithResolvers<number>[] = [];
  const host = {
    ask: async (x: number) => x,
    slow: () => {
      const made = Promise.withResolvers<number>();
      answers.push(made);
      return made.promise;
    },
  };
  const callee = await scripted({ store, host, name });
  return {
    store,
    answers,
    host,
    callee,
    caller: await scripted({ store, host, peer: callee }),
    other: await scripted({ store, host, peer: callee }),
    bystander: await scripted({ store, host }),
  };
}

/** Has its turn several times. */
const busy = script((run) => {
  for (let turn = 0; turn < 3; turn++) run("yield");
  run("return");
});

const slow = script((run) => {
  run("slow", 1);
});

/** How a task waits inside of its instance; before that it has waited once, so that it goes on in a microtask. */
const waits: readonly (readonly [what: string, wait: (run: Do) => void])[] = [
  ["for a promise of a host function that is not async", (run) => run("slow", 1)],
  ["for a function of another part that is not async, which waits for the host", (run) => run("peer-plain", slow, 512)],
];

for (const [what, wait] of waits) {
  test(`a task that waits ${what} keeps nobody else from going on`, async () => {
    for (const way of [...WAYS, "sync"] as const) {
      const { store, answers, caller, bystander } = await parts();
      const call = caller[way](
        script((run) => {
          run("ask-sync", 1);
          wait(run);
          if (way !== "sync") run("return");
        }),
      );
      await settled();
      assert.equal(answers.length, 1);
      await bystander.run(busy);
      answers[0]!.resolve(1);
      await call;
      await settled();
      assert.deepEqual([leftOf(store), strays], [{}, []]);
    }
  });
}

test("a task that waits for a part that another call holds keeps nobody else from going on", async () => {
  for (const way of [...WAYS, "sync"] as const) {
    for (const [waited, closed] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ]) {
      const { store, answers, caller, other, bystander } = await parts();
      const program = script((run) => {
        // In its first turn, or one that begins in a microtask.
        if (waited) run("ask-sync", 1);
        run("peer-plain", slow, 512);
        if (way !== "sync") run("return");
      });
      const [first, second] = [caller[way](program), other[way](program)];
      await settled();
      assert.equal(answers.length, 1, "the second waits for the first");
      await bystander.run(busy);
      if (closed) {
        other.instance[Symbol.dispose]();
        await assert.rejects(second, { code: "trap/disposed" });
      }
      answers[0]!.resolve(1);
      await first;
      await settled();
      assert.equal(answers.length, closed ? 1 : 2);
      answers[1]?.resolve(1);
      if (!closed) await second;
      await settled();
      assert.deepEqual([leftOf(store), strays], [{}, []]);
    }
  }
});

const yields = script((run) => {
  run("thread-yield");
  run("store", 256, 7);
});

test("a function that is not async blocks in a part with threads: they go on", async () => {
  for (const way of WAYS) {
    const { caller, callee } = await parts("script-threads");
    // It waits until the thread that it made lets it go on.
    let load: Result | undefined;
    const good = script((run) => {
      const thread = run("thread-new", yields);
      run("thread-yield-then-resume", thread);
      for (let turn = 0; turn < 3; turn++) run("thread-yield");
      load = run("load", 256);
    });
    const plain = promising((callee.exports as { plain: never }).plain) as (program: readonly number[]) => Promise<Uint32Array>;
    assert.equal((await plain(good.words))[load!.place], 7);
    await caller[way](
      script((run) => {
        run("ask-sync", 1);
        run("peer-plain", good, 512);
        run("return");
      }),
    );
    assert.throws(() => callee.plain(good), { code: "call/would-suspend", message: /call it through `promising`/ });
    await isDead(callee);
  }
});

test("a function that is not async blocks in a part with threads, and nobody lets it go on", async () => {
  for (const way of WAYS) {
    const { store, caller, callee, bystander } = await parts("script-threads");
    const bad = script((run) => {
      const thread = run("thread-new", yields);
      run("thread-suspend-then-resume", thread);
    });
    const call = caller[way](
      script((run) => {
        run("ask-sync", 1);
        run("peer-plain", bad, 512);
        run("return");
      }),
    );
    const failing = assert.rejects(call, { code: "trap/cannot-block" });
    await bystander.run(busy);
    await failing;
    await isDead(callee);
    await bystander.run(busy);
    await settled();
    assert.deepEqual([leftOf(store), strays], [{}, []]);
  }
});

test("a thread of a function that is not async, and has returned, may block", async () => {
  const { store, callee } = await parts("script-threads");
  const program = script((run) => {
    const thread = run(
      "thread-new",
      script((run) => {
        waitFor(run, "stack", subtask(run, run("ask", 5, 64)));
        run("store", 256, run("load", 64));
      }),
    );
    run("thread-resume-later", thread);
  });
  callee.plain(program);
  await settled();
  let load: Result | undefined;
  const seen = callee.plain(
    script((run) => {
      load = run("load", 256);
    }),
  );
  assert.equal(seen[load!.place], 5);
  assert.deepEqual([leftOf(store), strays], [{}, []]);
});
