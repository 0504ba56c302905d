/**
 * Where the JavaScript engine can't suspend wasm: what waits by the callback ABI runs as ever, what needs a stack is told so. This file runs
 * in a process of its own: what it takes away is missed by nobody else.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Do, Result, Scripted } from "./test-scripts.ts";

Reflect.deleteProperty(WebAssembly, "Suspending");
Reflect.deleteProperty(WebAssembly, "promising");
// A chain of relays, as ever.
await import("./async-wires.test.ts");
const {
  CANCELLED_BEFORE_RETURNED,
  COMPLETED,
  EVENT,
  isAlive,
  isDead,
  leftOf,
  never,
  newFuture,
  newStream,
  ping,
  script,
  scripted,
  settled,
  subtask,
  waitFor,
  WAYS,
} = await import("./test-scripts.ts");
const { load } = await import("./test-wires.ts");
const { Store } = await import("../store/store.ts");

const strays: unknown[] = [];
process.on("unhandledRejection", (error) => strays.push(error));

async function atRest(store: Scripted["store"]): Promise<void> {
  await settled();
  assert.deepEqual([leftOf(store), store.waiting, strays], [{}, [], []]);
}

/** Waits by the callback for an answer of the host. */
const patient = script((run) => {
  const call = subtask(run, run("ask", 1, 64));
  waitFor(run, "run", call);
  run("subtask-drop", call);
  run("load", 64);
  run("return");
});
/** Waits by the callback for what never comes; ends when it is told to. */
const obedient = script((run) => {
  const call = subtask(run, run("ask", 1, 64));
  waitFor(run, "run", call);
  run("join", call, 0);
  run("subtask-cancel-sync", call);
  run("subtask-drop", call);
  run("cancelled");
});
/** Waits again when it is told to end. */
const deaf = script((run) => {
  const call = subtask(run, run("ask", 1, 64));
  const set = run("set-new");
  run("join", call, set);
  run("wait", set);
  run("wait", set);
  run("return");
});

/** What has to wait on its stack. */
const WAITS: Readonly<Record<string, (run: Do) => void>> = {
  "an async function that is lowered without `async`": (run) => run("ask-sync", 1),
  "an async function of another part, lowered without `async`": (run) => run("peer-run-sync", obedient, 64),
  "`waitable-set.wait`": (run) => waitFor(run, "stack", subtask(run, run("ask", 1, 64))),
  "a read of a stream without `async`": (run) => run("stream-read-sync", newStream(run)[0], 64, 4),
  "a write of a stream without `async`": (run) => run("stream-write-sync", newStream(run)[1], 64, 4),
  "a read of a future without `async`": (run) => run("future-read-sync", newFuture(run)[0], 64),
  "a cancel without `async`, of a call that does not end": (run) => run("subtask-cancel-sync", subtask(run, run("peer-run", deaf, 64))),
};

for (const [what, wait] of Object.entries(WAITS)) {
  for (const way of WAYS) {
    test(`${way}: ${what} fails, and only the instance that it cuts off`, async () => {
      const store = new Store();
      const answers: ((x: number) => void)[] = [];
      const ask = (_: number, { signal }: { readonly signal: AbortSignal }) =>
        new Promise<number>((resolve, reject) => {
          answers.push(resolve);
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      const peer = await scripted({ store, host: { ask } });
      const guest = await scripted({ store, peer, host: { ask } });
      const other = peer.run(patient);
      const call = guest[way](
        script((run) => {
          wait(run);
          run("return");
        }),
      );
      await assert.rejects(call, {
        name: "ComponentError",
        code: "call/would-suspend",
        message: new RegExp(`^\`script\` has to wait in export \`${way}\`; this JavaScript engine can't suspend WebAssembly \\(no JSPI\\): use one that can`),
      });
      await isDead(guest);
      answers[0]!(7);
      assert.equal((await other).at(-2), 7);
      await isAlive(peer);
      peer.instance[Symbol.dispose]();
      await atRest(store);
    });
  }
}

/** What could wait, but needn't, and what the last command gives. */
const ENDS: Readonly<Record<string, readonly [write: (run: Do) => Result, result: number]>> = {
  "an async function that is lowered without `async`": [(run) => run("ask-sync", 20), 21],
  "an async function of another part, lowered without `async`": [(run) => run("peer-run-sync", ping, 64), 0],
  "`waitable-set.wait`, where there is an event": [
    (run) => {
      const [readable, writable] = newStream(run);
      run("stream-read", readable, 64, 4);
      run("stream-write", writable, 128, 3);
      const set = run("set-new");
      run("join", readable, set);
      return run("set-wait", set);
    },
    EVENT.streamRead,
  ],
  "a read of what is there": [
    (run) => {
      const [readable, writable] = newStream(run);
      run("stream-write", writable, 128, 3);
      return run("stream-read-sync", readable, 64, 4);
    },
    COMPLETED | (3 << 4),
  ],
  "`thread.yield`": [(run) => run("thread-yield"), 0],
  "a cancel without `async`, of a call of the host": [(run) => run("subtask-cancel-sync", subtask(run, run("ask", 99, 64))), CANCELLED_BEFORE_RETURNED],
  "a cancel without `async`, of a call that ends when it is told to": [
    (run) => run("subtask-cancel-sync", subtask(run, run("peer-run", obedient, 64))),
    CANCELLED_BEFORE_RETURNED,
  ],
};

for (const [what, [write, result]] of Object.entries(ENDS)) {
  for (const way of WAYS) {
    test(`${way}: ${what} needs no stack`, async () => {
      const store = new Store();
      const ask = (x: number) => (x < 99 ? x + 1 : never());
      const peer = await scripted({ store, host: { ask: never } });
      const guest = await scripted({ store, peer, host: { ask } });
      let given: Result | undefined;
      const results = await guest[way](
        script((run) => {
          given = write(run);
          run("return");
        }),
      );
      assert.equal(results[given!.place], result);
      for (const each of [guest, peer]) await isAlive(each);
      for (const each of [guest, peer]) each.instance[Symbol.dispose]();
      await atRest(store);
    });
  }
}

test("a thread that another yields to runs when that has paused, and one that suspends fails", async () => {
  const guest = await scripted({ name: "script-threads", host: { ask: never } });
  const loaded: Result[] = [];
  const results = await guest.run(
    script((run) => {
      const thread = run(
        "thread-new",
        script((other) => other("store", 128, 7)),
      );
      run("thread-yield-then-resume", thread);
      loaded.push(run("load", 128));
      run("yield");
      loaded.push(run("load", 128));
      run("return");
    }),
  );
  assert.deepEqual(
    loaded.map(({ place }) => results[place]),
    [0, 7],
  );
  await atRest(guest.store);
  const suspends = guest.run(
    script((run) => {
      run("thread-new", ping);
      run("thread-suspend");
    }),
  );
  await assert.rejects(suspends, { code: "call/would-suspend", message: /^`script-threads` has to wait in export `run`; / });
  await isDead(guest);
  await atRest(guest.store);
});

test("who yields until something happens is told that it can't, and who yields for a while goes on", async () => {
  const store = new Store();
  const instance = await (await load("yielder")).instantiate({ answer: never }, { store });
  const spin = instance.exports.spin as (times: number) => Promise<void>;
  for (let i = 0; i < 3; i++) await spin(1_500_000);
  await atRest(store);
  await assert.rejects(spin(2 ** 32 - 1), { code: "call/would-suspend", message: /^`yielder` has to wait in export `spin`; / });
  assert.notEqual(instance.poisonedBy, undefined);
  await atRest(store);
});

test("a function that is not async names the import that returned a promise, and the async export that called it", async () => {
  const guest = await scripted({ peer: { exports: { run: never, stack: never, plain: async () => new Uint32Array() } } as unknown as Scripted });
  const call = guest.run(script((run) => run("peer-plain", ping, 64)));
  await assert.rejects(call, { code: "call/would-suspend", message: /^import `test:async\/script.plain` returned a promise in export `run`; .* \(no JSPI\)/ });
  await atRest(guest.store);
});
