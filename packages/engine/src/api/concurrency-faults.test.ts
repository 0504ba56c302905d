import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../store/store.ts";
import {
  BLOCKED,
  CANCELLED,
  COMPLETED,
  type Do,
  DROPPED,
  EVENT,
  FUTURE,
  isAlive,
  isDead,
  leftOf,
  never,
  newFuture,
  newStream,
  ping,
  RETURNED,
  type Result,
  type Scripted,
  STARTED,
  STREAM,
  script,
  scripted,
  settled,
  subtask,
  WAYS,
  type Way,
  waitFor,
} from "./test-scripts.ts";

const strays: unknown[] = [];
process.on("unhandledRejection", (error) => strays.push(error));

/** What ends in a trap of the guest alone: of what kind. */
const faults: readonly (readonly [what: string, error: { code: string; message: RegExp | string }, program: (run: Do, way: Way) => void])[] = [
  ["it never returns", { code: "trap/task-return", message: /async-lifted export failed to produce a result/ }, (run) => run("load", 0)],
  [
    "it never returns, having waited",
    { code: "trap/task-return", message: /failed to produce a result/ },
    (run, way) => run(way === "run" ? "yield" : "thread-yield"),
  ],
  [
    "it says that it was cancelled, and was not",
    { code: "trap/task-return", message: /`task.cancel` called by task which has not been cancelled/ },
    (run) => run("cancelled"),
  ],
  [
    "it drops a writable end that writes",
    { code: "trap/waitable", message: /cannot drop busy stream/ },
    (run) => {
      const [, writable] = newStream(run);
      run("stream-write", writable, 0, 5);
      run("stream-drop-writable", writable);
    },
  ],
  [
    "it drops a readable end that reads",
    { code: "trap/waitable", message: /cannot remove busy stream/ },
    (run) => {
      const [readable] = newStream(run);
      run("stream-read", readable, 0, 5);
      run("stream-drop-readable", readable);
    },
  ],
  [
    "it gives away an end that reads",
    { code: "trap/waitable", message: /cannot remove busy stream/ },
    (run) => {
      const [readable] = newStream(run);
      const [future] = newFuture(run);
      run("stream-read", readable, 0, 5);
      run("sink", readable, future, 64);
    },
  ],
  [
    "it gives away an end that is in a set",
    { code: "trap/waitable", message: /cannot lift stream while it's in a waitable set/ },
    (run) => {
      const [readable] = newStream(run);
      const [future] = newFuture(run);
      run("join", readable, run("set-new"));
      run("sink", readable, future, 64);
    },
  ],
  [
    "it gives away an end that was told of the other's end",
    { code: "trap/waitable", message: /cannot lift stream after being notified that the writable end dropped/ },
    (run) => {
      const [readable, writable] = newStream(run);
      const [future] = newFuture(run);
      run("stream-drop-writable", writable);
      run("stream-read", readable, 0, 5);
      run("sink", readable, future, 64);
    },
  ],
  [
    "it gives away a future that it has read",
    { code: "trap/waitable", message: /cannot lift future after previous read succeeded/ },
    (run) => {
      const [stream] = newStream(run);
      const [readable, writable] = newFuture(run);
      run("future-write", writable, 0);
      run("future-read", readable, 8);
      run("sink", stream, readable, 64);
    },
  ],
  [
    "it reads after the end",
    { code: "trap/waitable", message: /cannot read from stream after being notified that the writable end dropped/ },
    (run) => {
      const [readable, writable] = newStream(run);
      run("stream-drop-writable", writable);
      run("stream-read", readable, 0, 4);
      run("stream-read", readable, 0, 4);
    },
  ],
  [
    "it writes after the end",
    { code: "trap/waitable", message: /cannot write to stream after being notified that the readable end dropped/ },
    (run) => {
      const [readable, writable] = newStream(run);
      run("stream-drop-readable", readable);
      run("stream-write", writable, 0, 4);
      run("stream-write", writable, 0, 4);
    },
  ],
  [
    "it reads a future twice",
    { code: "trap/waitable", message: /cannot read from future after previous read succeeded/ },
    (run) => {
      const [readable, writable] = newFuture(run);
      run("future-write", writable, 0);
      run("future-read", readable, 8);
      run("future-read", readable, 8);
    },
  ],
  [
    "it writes a future twice",
    { code: "trap/waitable", message: /cannot write to future after previous write succeeded/ },
    (run) => {
      const [readable, writable] = newFuture(run);
      run("future-read", readable, 0);
      run("future-write", writable, 8);
      run("future-write", writable, 8);
    },
  ],
  [
    "it drops a future that was never written",
    { code: "trap/waitable", message: /cannot drop future write end without first writing a value/ },
    (run) => run("future-drop-writable", newFuture(run)[1]),
  ],
  [
    "it reads twice at once",
    { code: "trap/waitable", message: /cannot have concurrent operations active on a future\/stream/ },
    (run) => {
      const [readable] = newStream(run);
      run("stream-read", readable, 0, 4);
      run("stream-read", readable, 8, 4);
    },
  ],
  [
    "it cancels a read twice",
    { code: "trap/waitable", message: /no operation of the stream or future is in progress/ },
    (run) => {
      const [readable] = newStream(run);
      run("stream-read", readable, 0, 4);
      run("stream-cancel-read", readable);
      run("stream-cancel-read", readable);
    },
  ],
  ["it cancels a read that there is not", { code: "trap/waitable", message: /no operation/ }, (run) => run("stream-cancel-read", newStream(run)[0])],
  [
    "it cancels with the wrong end's built-in",
    { code: "trap/wrong-handle-type", message: /`stream.cancel-write` found the readable end of a stream/ },
    (run) => run("stream-cancel-write", newStream(run)[0]),
  ],
  [
    "it waits alone for what is in a set",
    { code: "trap/waitable", message: /waitable cannot be used synchronously while added to a waitable set/ },
    (run) => {
      const [readable] = newStream(run);
      run("join", readable, run("set-new"));
      run("stream-read-sync", readable, 0, 4);
    },
  ],
  [
    "it cancels a call twice",
    { code: "trap/waitable", message: /`subtask.cancel` called after terminal status delivered/ },
    (run) => {
      const call = subtask(run, run("ask", 1, 64));
      run("subtask-cancel", call);
      run("subtask-cancel", call);
    },
  ],
  [
    "it drops a call that has not ended",
    { code: "trap/waitable", message: /cannot drop a subtask which has not yet resolved/ },
    (run) => run("subtask-drop", subtask(run, run("ask", 1, 64))),
  ],
  [
    "it drops a set with something in it",
    { code: "trap/waitable", message: /cannot drop waitable set with waiters/ },
    (run) => {
      const set = run("set-new");
      run("join", newStream(run)[0], set);
      run("set-drop", set);
    },
  ],
  ["it names no handle", { code: "trap/unknown-handle", message: /unknown handle index 77/ }, (run) => run("stream-read", 77, 0, 0)],
  ["it takes a set for a stream", { code: "trap/wrong-handle-type", message: /found a waitable set/ }, (run) => run("stream-drop-readable", run("set-new"))],
  ["its buffer reaches out of memory", { code: "trap/out-of-bounds", message: /./ }, (run) => run("stream-read", newStream(run)[0], 0x7ffffff0, 64)],
  [
    "its buffer is longer than any",
    { code: "trap/waitable", message: /stream read\/write count too large/ },
    (run) => run("stream-read", newStream(run)[0], 0, 0x10000000),
  ],
  ["it counts backpressure below zero", { code: "trap/too-long", message: /backpressure counter overflow/ }, (run) => run("backpressure-dec")],
];

for (const way of WAYS) {
  for (const [what, error, program] of faults) {
    test(`${way}: ${what}`, async () => {
      const store = new Store();
      const host = { ask: never, sink: never };
      const [guest, other] = [await scripted({ store, host }), await scripted({ store, host })];
      await assert.rejects(guest[way](script((run) => program(run, way))), error);
      await isDead(guest);
      await isAlive(other);
      await settled();
      assert.deepEqual(leftOf(store), {});
      assert.deepEqual(strays, []);
    });
  }
}

for (const [what, code, program] of [
  ["a callback code that is none", "trap/callback-code", (run: Do) => run("code", 7)],
  ["a set that is none", "trap/unknown-handle", (run: Do) => run("wait", 99)],
  ["a stream for a set", "trap/wrong-handle-type", (run: Do) => run("wait", newStream(run)[0])],
] as const) {
  test(`a callback returns ${what}`, async () => {
    const guest = await scripted();
    await assert.rejects(guest.run(script((run) => program(run))), { code });
    await isDead(guest);
  });
}

test("a task returns twice: the host has its result, and the guest is dead", async () => {
  for (const way of WAYS) {
    const guest = await scripted();
    const program = script((run) => {
      run("load", 0);
      run("return");
      run("return");
    });
    await guest[way](program);
    assert.match(String(guest.instance.poisonedBy), /invalid `task.return`.*it has returned/);
    await isDead(guest);
  }
});

test("a program goes on after it has returned, and may trap then", async () => {
  for (const way of WAYS) {
    const guest = await scripted();
    await guest[way](
      script((run) => {
        run("return");
        run(way === "run" ? "yield" : "thread-yield");
        run("trap");
      }),
    );
    await settled();
    assert.match(String(guest.instance.poisonedBy), /unreachable/);
    assert.deepEqual(strays, []);
  }
});

test("a stream that is dropped half-written: what was written is read, and then its end", async () => {
  for (const way of WAYS) {
    const guest = await scripted();
    const places: Result[] = [];
    const results = await guest[way](
      script((run) => {
        const [readable, writable] = newStream(run);
        places.push(run("stream-write", writable, 0, 5));
        places.push(run("stream-read", readable, 16, 2));
        places.push(run("stream-cancel-write", writable));
        run("stream-drop-writable", writable);
        places.push(run("stream-read", readable, 16, 2));
        run("return");
      }),
    );
    // A write that was cancelled after two of five had been taken says so.
    assert.deepEqual(
      places.map(({ place }) => results[place]),
      [BLOCKED, COMPLETED | (2 << 4), CANCELLED | (2 << 4), DROPPED],
    );
    await isAlive(guest);
  }
});

test("a reader takes half of what a host's stream has, and drops it: the source is cancelled", async () => {
  for (const way of WAYS) {
    let cancelled: unknown;
    const stream = new ReadableStream(
      {
        type: "bytes",
        pull: (controller) => controller.enqueue(new Uint8Array([1, 2, 3, 4])),
        cancel: (reason) => {
          cancelled = reason ?? "no reason";
        },
      },
      { highWaterMark: 0 },
    );
    const guest = await scripted();
    await guest[way](
      script((run) => {
        run("stream-read", STREAM, 0, 2);
        waitFor(run, way, STREAM);
        run("join", STREAM, 0);
        run("stream-drop-readable", STREAM);
        run("return");
      }),
      { stream },
    );
    await settled();
    assert.ok(cancelled !== undefined);
    await isAlive(guest);
    assert.deepEqual(leftOf(guest.store), {});
  }
});

test("a guest that is cancelled twice: the second asks for nothing", async () => {
  for (const way of WAYS) {
    const store = new Store();
    const callee = await scripted({ store, host: { ask: never } });
    const guest = await scripted({ store, peer: callee });
    const program = script((run) => {
      // It does not wait in a way that can be cancelled.
      run("ask-sync", 1);
      run("return");
    });
    await assert.rejects(
      guest[way](
        script((run) => {
          const call = subtask(run, run("peer-stack", program, 64));
          run("subtask-cancel", call);
          run("subtask-cancel", call);
        }),
      ),
      { code: "trap/waitable", message: /`subtask.cancel` called twice for one subtask/ },
    );
    await isDead(guest);
    assert.equal(callee.instance.poisonedBy, undefined);
    callee.instance[Symbol.dispose]();
  }
});

test("a thousand calls wait in an instance that traps: each is told, nobody else is", async () => {
  for (const way of WAYS) {
    const store = new Store();
    const asked: AbortSignal[] = [];
    const host = {
      ask: (_: number, { signal }: { readonly signal: AbortSignal }) => {
        asked.push(signal);
        return never();
      },
    };
    const [guest, other] = [await scripted({ store, host }), await scripted({ store, host })];
    const waits = script((run) => {
      waitFor(run, way, subtask(run, run("ask", 1, 64)));
      run("return");
    });
    const calls = Array.from({ length: 1000 }, () => guest[way](waits));
    const bystander = other[way](waits);
    bystander.catch(() => {});
    await settled();
    assert.equal(asked.length, 1001);
    const rejected = Promise.all(calls.map((call) => assert.rejects(call, { name: "Trap", code: "trap/core", message: /unreachable/ })));
    await assert.rejects(guest[way](script((run) => run("trap"))), { code: "trap/core" });
    await rejected;
    await isDead(guest);
    assert.equal(asked.filter(({ aborted }) => aborted).length, 1000);
    await isAlive(other);
    await settled();
    // The bystander still waits for what the host has not answered.
    const { tasks, outside, stacks } = store.counts;
    assert.deepEqual([tasks, outside, stacks], [1, 1, way === "run" ? 0 : 1]);
    other.instance[Symbol.dispose]();
    await assert.rejects(bystander, { code: "trap/disposed" });
    await settled();
    assert.deepEqual(leftOf(store), {});
    assert.deepEqual(strays, []);
  }
});

test("a call that comes back to a guest that is inside traps, one that comes back to a guest that waits is served", async () => {
  for (const way of WAYS) {
    let guest: Scripted | undefined;
    const store = new Store();
    guest = await scripted({ store, host: { ask: () => guest!.run(ping).then(() => 7) } });
    const results = guest[way](
      script((run) => {
        waitFor(run, way, subtask(run, run("ask", 1, 64)));
        run("load", 64);
        run("return");
      }),
    );
    await assert.rejects(results, { code: "trap/cannot-enter", message: /a call is already inside it/ });
    await isDead(guest);

    guest = await scripted({
      store,
      host: {
        ask: () =>
          settled()
            .then(() => guest!.run(ping))
            .then(() => 7),
      },
    });
    let load: Result | undefined;
    const served = await guest[way](
      script((run) => {
        const status = run("ask", 1, 64);
        waitFor(run, way, subtask(run, status));
        load = run("load", 64);
        run("return");
      }),
    );
    // One of the callback ABI that waits lets another in, since it gives up the stack.
    assert.equal(served[load!.place], 7);
  }
});

test("events tell what they should", async () => {
  for (const way of WAYS) {
    const guest = await scripted({ host: { ask: async (x) => 2 * x } });
    const places: Result[] = [];
    const results = await guest[way](
      script((run) => {
        const status = run("ask", 21, 64);
        const call = subtask(run, status);
        const set = run("set-new");
        run("join", call, set);
        places.push(status, run(way === "run" ? "wait" : "set-wait", set), run("index"), run("payload"), run("load", 64));
        run("return");
      }),
    );
    const [status, ...others] = places.map(({ place }) => results[place]!);
    assert.equal(status! & 15, STARTED);
    assert.deepEqual(others, [EVENT.subtask, status! >>> 4, RETURNED, 42]);
  }
});

test("a future that is given is read once", async () => {
  for (const way of WAYS) {
    const guest = await scripted();
    const places: Result[] = [];
    const results = await guest[way](
      script((run) => {
        run("future-read", FUTURE, 64);
        waitFor(run, way, FUTURE);
        places.push(run("payload"), run("load", 64));
        run("return");
      }),
      { future: settled().then(() => 9) },
    );
    assert.deepEqual(
      places.map(({ place }) => results[place]),
      [COMPLETED, 9],
    );
  }
});
