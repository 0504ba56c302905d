import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../store/store.ts";
import {
  CANCELLED_BEFORE_RETURNED,
  EVENT,
  isAlive,
  isDead,
  leftOf,
  never,
  newFuture,
  newStream,
  RETURNED,
  type Result,
  type Scripted,
  STARTED,
  STARTING,
  script,
  scripted,
  settled,
  subtask,
  WAYS,
  waitFor,
} from "./test-scripts.ts";

const strays: unknown[] = [];
process.on("unhandledRejection", (error) => strays.push(error));

async function atRest({ store }: Scripted): Promise<void> {
  await settled();
  assert.deepEqual([leftOf(store), store.waiting, strays], [{}, [], []]);
}

/** A host that is asked and does not answer by itself. */
function asking(): {
  readonly host: { ask(x: number, options: { readonly signal: AbortSignal }): Promise<unknown> };
  readonly asked: (PromiseWithResolvers<unknown> & { readonly signal: AbortSignal })[];
} {
  const asked: (PromiseWithResolvers<unknown> & { readonly signal: AbortSignal })[] = [];
  const host = {
    ask(_: number, { signal }: { readonly signal: AbortSignal }) {
      const made = Promise.withResolvers<unknown>();
      asked.push({ ...made, signal });
      return made.promise;
    },
  };
  return { host, asked };
}

/** Asks the host and waits for the answer; gives up when it is cancelled. */
const obedient = script((run) => {
  const call = subtask(run, run("ask", 1, 64));
  waitFor(run, "run", call);
  run("join", call, 0);
  run("subtask-cancel", call);
  run("subtask-drop", call);
  run("cancelled");
});
/** Waits in a way that can't be cancelled. */
const stubborn = script((run) => {
  run("ask-sync", 1);
  run("return");
});

const reason = new Error("no longer wanted");

test("aborted before it starts: the guest is not called", async () => {
  const { host, asked } = asking();
  const guest = await scripted({ host });
  for (const way of [...WAYS, "sync"] as const) await assert.rejects(guest[way](stubborn, { signal: AbortSignal.abort(reason) }), reason);
  assert.equal(asked.length, 0);
  await isAlive(guest);
  await atRest(guest);
});

test("aborted while backpressure holds it: it never starts", async () => {
  for (const way of WAYS) {
    const { host, asked } = asking();
    const guest = await scripted({ host });
    await guest.run(
      script((run) => {
        run("backpressure-inc");
        run("return");
      }),
    );
    const controller = new AbortController();
    const call = guest[way](obedient, { signal: controller.signal });
    await settled();
    assert.deepEqual(guest.store.waiting, [`\`${way}\` of \`script\` waits for its instance to let it in (backpressure)`]);
    controller.abort(reason);
    await assert.rejects(call, reason);
    guest.plain(script((run) => run("backpressure-dec")));
    await isAlive(guest);
    assert.equal(asked.length, 0);
    await atRest(guest);
  }
});

test("aborted while it waits for another that has the stack", async () => {
  const { host, asked } = asking();
  const guest = await scripted({ host });
  const first = guest.sync(script((run) => run("ask-sync", 1)));
  const controller = new AbortController();
  const second = guest.run(obedient, { signal: controller.signal });
  await settled();
  controller.abort(reason);
  await assert.rejects(second, reason);
  assert.equal(asked.length, 1);
  asked[0]!.resolve(7);
  assert.equal((await first)[2], 7);
  await isAlive(guest);
  await atRest(guest);
});

test("aborted while it waits: it is told, and what it asked of the host too", async () => {
  const { host, asked } = asking();
  const guest = await scripted({ host });
  const controller = new AbortController();
  const call = guest.run(obedient, { signal: controller.signal });
  await settled();
  assert.equal(asked[0]!.signal.aborted, false);
  controller.abort(reason);
  await assert.rejects(call, reason);
  await settled();
  assert.equal(asked[0]!.signal.aborted, true);
  // What the host says now comes too late.
  asked[0]!.reject(new Error("aborted"));
  await isAlive(guest);
  await atRest(guest);
});

test("aborted while it waits in a way that can't be cancelled: the promise is rejected at once, the guest goes on", async () => {
  for (const way of ["stack", "sync"] as const) {
    const { host, asked } = asking();
    const guest = await scripted({ host });
    const controller = new AbortController();
    const call = guest[way](way === "sync" ? script((run) => run("ask-sync", 1)) : stubborn, { signal: controller.signal });
    await settled();
    controller.abort(reason);
    await assert.rejects(call, reason);
    assert.equal(guest.store.counts.tasks, 1);
    asked[0]!.resolve(1);
    await isAlive(guest);
    await atRest(guest);
  }
});

test("aborted by the very function that it calls", async () => {
  for (const way of WAYS) {
    for (const waits of [false, true]) {
      const controller = new AbortController();
      const ask = () => {
        controller.abort(reason);
        return 1;
      };
      const guest = await scripted({ host: { ask } });
      const call = guest[way](
        script((run) => {
          run("ask", 1, 64);
          if (waits) run("thread-yield");
          run("return");
        }),
        { signal: controller.signal },
      );
      // If it returns at once there is nothing left to abort.
      if (waits) await assert.rejects(call, reason);
      else assert.ok((await call).length > 0);
      await isAlive(guest);
      await atRest(guest);
    }
  }
});

test("a host promise that never settles: only its abort ends the call", async () => {
  const guest = await scripted({ host: { ask: never } });
  const controller = new AbortController();
  const call = guest.run(obedient, { signal: controller.signal });
  await settled();
  assert.deepEqual(guest.store.waiting, ["`run` of `script` waits for the call of `test:async/host.ask`"]);
  controller.abort();
  await assert.rejects(call, { name: "AbortError" });
  await isAlive(guest);
  await atRest(guest);
});

test("aborted after it has returned: what it does then is its own", async () => {
  const { host, asked } = asking();
  const guest = await scripted({ host });
  const controller = new AbortController();
  const result = await guest.stack(
    script((run) => {
      run("return");
      run("ask-sync", 1);
    }),
    { signal: controller.signal },
  );
  assert.ok(result.length > 0);
  controller.abort(reason);
  await settled();
  assert.equal(asked[0]!.signal.aborted, false);
  asked[0]!.resolve(1);
  await isAlive(guest);
  await atRest(guest);
});

test("a signal that outlives the call keeps nothing of it", async () => {
  const guest = await scripted();
  const { signal } = new AbortController();
  let listeners = 0;
  const counted = (method: object, by: number) =>
    new Proxy(method as typeof signal.addEventListener, {
      apply(target, self, args) {
        listeners += by;
        return Reflect.apply(target, self, args as never);
      },
    });
  signal.addEventListener = counted(signal.addEventListener, 1);
  signal.removeEventListener = counted(signal.removeEventListener, -1);
  await guest.run(
    script((run) => {
      run("yield");
      run("return");
    }),
    { signal },
  );
  assert.equal(listeners, 0);
});

test("the guest cancels its call: the host is told, and answers no more", async () => {
  for (const way of WAYS) {
    const { host, asked } = asking();
    const guest = await scripted({ host });
    let state: Result | undefined;
    const results = await guest[way](
      script((run) => {
        const call = subtask(run, run("ask", 1, 64));
        state = run("subtask-cancel", call);
        run("subtask-drop", call);
        run("return");
      }),
    );
    assert.equal(results[state!.place], CANCELLED_BEFORE_RETURNED);
    assert.equal(asked[0]!.signal.aborted, true);
    asked[0]!.resolve(1);
    await isAlive(guest);
    await atRest(guest);
  }
});

const failures: readonly (readonly [what: string, answer: () => unknown])[] = [
  [
    "throws",
    () => {
      throw new Error("no more");
    },
  ],
  ["rejects", () => Promise.reject(new Error("no more"))],
  ["rejects later", () => settled().then(() => Promise.reject(new Error("no more")))],
];

for (const way of WAYS) {
  for (const [what, answer] of failures) {
    test(`${way}: a host function that ${what} where there is no err case: a trap that names it`, async () => {
      for (const sync of [false, true]) {
        if (sync && way === "run") continue;
        const guest = await scripted({ host: { ask: answer } });
        const other = await scripted({ store: guest.store });
        const program = script((run) => {
          if (sync) run("ask-sync", 1);
          else waitFor(run, way, subtask(run, run("ask", 1, 64)));
          run("return");
        });
        await assert.rejects(guest[way](program), { code: "trap/host-threw", message: /import `test:async\/host.ask` threw: no more/ });
        await isDead(guest);
        await isAlive(other);
        await atRest(guest);
      }
    });

    test(`${way}: a host function that ${what} where there is an err case: another error is a trap, a payload is the guest's`, async () => {
      const program = (later: boolean) =>
        script((run) => {
          const status = run("try", 1, 64);
          if (later) waitFor(run, way, subtask(run, status));
          run("load", 64);
          run("load", 68);
          run("return");
        });
      const guest = await scripted({ host: { try: answer } });
      await assert.rejects(guest[way](program(what !== "throws")), { code: "trap/host-threw" });
      await isDead(guest);
      const payload = {
        throws: () => {
          throw 13;
        },
        rejects: () => Promise.reject(13),
        "rejects later": () => settled().then(() => Promise.reject(13)),
      }[what]!;
      const kind = await scripted({ host: { try: payload } });
      const results = await kind[way](program(what !== "throws"));
      assert.deepEqual([...results.slice(what === "throws" ? 3 : -3)].slice(0, 2), [1, 13]);
      await isAlive(kind);
      await atRest(kind);
    });
  }

  test(`${way}: a host function that answers with another type: an error that says so`, async () => {
    for (const answer of [() => "x", async () => "x", () => settled().then(() => "x")]) {
      const guest = await scripted({ host: { ask: answer } });
      await assert.rejects(
        guest[way](
          script((run) => {
            waitFor(run, way, subtask(run, run("ask", 1, 64)));
            run("return");
          }),
        ),
        { code: "call/type-mismatch", message: /result of import `test:async\/host.ask`: expected u32/ },
      );
      await isDead(guest);
      await atRest(guest);
    }
  });

  test(`${way}: the guest's realloc traps while an answer is lowered: at once, later, and when nobody waits for it yet`, async () => {
    for (const [answer, waits] of [
      [() => "text", true],
      [async () => "text", true],
      [() => settled().then(() => "text"), true],
      [() => settled().then(() => "text"), false],
    ] as const) {
      const guest = await scripted({ host: { text: answer, ask: never } });
      const other = await scripted({ store: guest.store });
      await assert.rejects(
        guest[way](
          script((run) => {
            run("realloc-traps", 1);
            const call = subtask(run, run("text", 1, 64));
            waitFor(run, way, waits ? call : subtask(run, run("ask", 1, 128)));
            run("return");
          }),
        ),
        { code: "trap/core", message: /unreachable/ },
      );
      assert.notEqual(guest.instance.poisonedBy, undefined);
      await isAlive(other);
      await atRest(guest);
    }
  });
}

test("an instance that is disposed of tells the host functions that it waits for, and its callers", async () => {
  for (const way of [...WAYS, "sync"] as const) {
    const { host, asked } = asking();
    const guest = await scripted({ host });
    const calls = Array.from({ length: way === "stack" ? 3 : 1 }, () =>
      guest[way](
        script((run) => {
          if (way === "run") waitFor(run, way, subtask(run, run("ask", 1, 64)));
          else run("ask-sync", 1);
          run("return");
        }),
      ),
    );
    const queued = guest.run(obedient);
    await settled();
    guest.instance[Symbol.dispose]();
    for (const call of [...calls, ...(way === "sync" ? [queued] : [])]) await assert.rejects(call, { code: "trap/disposed" });
    queued.catch(() => {});
    await settled();
    assert.ok(asked.length > 0 && asked.every(({ signal }) => signal.aborted));
    for (const { resolve } of asked) resolve(1);
    await atRest(guest);
  }
});

test("a guest's stream and future in JavaScript's hands, when the guest traps", async () => {
  for (const way of WAYS) {
    let given: [ReadableStream<Uint8Array>, Promise<number>] | undefined;
    const sink = (...both: [ReadableStream<Uint8Array>, Promise<number>]) => {
      given = both;
      return 1;
    };
    const guest = await scripted({ host: { sink, ask: never } });
    const call = guest[way](
      script((run) => {
        const [readable, writable] = newStream(run);
        const [future] = newFuture(run);
        run("sink", readable, future, 64);
        run("stream-write", writable, 0, 5);
        waitFor(run, way, subtask(run, run("ask", 1, 64)));
        run("return");
      }),
    );
    await settled();
    const [stream, future] = given!;
    const reader = stream.getReader();
    assert.equal((await reader.read()).value!.length, 5);
    const read = reader.read();
    await assert.rejects(guest[way](script((run) => run("trap"))), { code: "trap/core" });
    await assert.rejects(call, { code: "trap/core" });
    await assert.rejects(read, { code: "trap/core" });
    await assert.rejects(future, { code: "trap/core" });
    await atRest(guest);
  }
});

test("a call that starts later tells that it has, and later that it has returned", async () => {
  for (const way of WAYS) {
    const store = new Store();
    const { host, asked } = asking();
    const callee = await scripted({ store, host });
    const busy = callee.sync(script((run) => run("ask-sync", 1)));
    const guest = await scripted({ store, peer: callee });
    const places: Result[] = [];
    const program = script((run) => {
      waitFor(run, "run", subtask(run, run("ask", 1, 64)));
      run("return");
    });
    const call = guest[way](
      script((run) => {
        const status = run("peer-run", program, 64);
        const set = run("set-new");
        run("join", subtask(run, status), set);
        places.push(status);
        for (let turn = 0; turn < 2; turn++) places.push(run(way === "run" ? "wait" : "set-wait", set), run("payload"));
        run("return");
      }),
    );
    await settled();
    asked[0]!.resolve(1);
    await busy;
    await settled();
    asked[1]!.resolve(1);
    const results = await call;
    const [status, ...events] = places.map(({ place }) => results[place]!);
    assert.equal(status! & 15, STARTING);
    assert.deepEqual(events, [EVENT.subtask, STARTED, EVENT.subtask, RETURNED]);
    await atRest(guest);
  }
});
