import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../store/store.ts";
import {
  type Do,
  isAlive,
  isDead,
  leftOf,
  newFuture,
  newStream,
  ping,
  type Scripted,
  STREAM,
  script,
  scripted,
  settled,
  subtask,
  WAYS,
  waitFor,
} from "./test-scripts.ts";

const strays: unknown[] = [];
process.on("unhandledRejection", (error) => strays.push(error));

interface Case {
  readonly what: string;
  /** Which of its functions is called. */
  readonly way: "run" | "stack" | "sync";
  readonly threads?: boolean;
  readonly program: (run: Do) => void;
  /** Who waits for what. */
  readonly waits: readonly string[];
}

const idle = script((run) => run("wait", run("set-new")));
const idleOnStack = script((run) => run("set-wait", run("set-new"), 0));

const cases: readonly Case[] = [
  {
    what: "a callback waits for a set with a call in it",
    way: "run",
    program: (run) => waitFor(run, "run", subtask(run, run("peer-run", idle, 512))),
    waits: ["`run` of `script` waits for the call of `run`", "`run` of `script` waits for an empty waitable set"],
  },
  {
    what: "a stack waits for a set with two streams in it",
    way: "stack",
    program: (run) => {
      const set = run("set-new");
      const [[first], [, second]] = [newStream(run), newStream(run)];
      run("stream-read", first, 0, 4);
      run("stream-write", second, 0, 4);
      run("join", first, set);
      run("join", second, set);
      run("set-wait", set);
    },
    waits: ["`stack` of `script` waits for a read of a stream, a write of a stream"],
  },
  {
    what: "a callback waits for a set with many in it",
    way: "run",
    program: (run) => {
      const set = run("set-new");
      for (let i = 0; i < 5; i++) {
        const [readable] = newFuture(run);
        run("future-read", readable, 0);
        run("join", readable, set);
      }
      run("wait", set);
    },
    waits: ["`run` of `script` waits for a read of a future, a read of a future, a read of a future, 2 more"],
  },
  {
    what: "a read of a stream that nobody writes",
    way: "stack",
    program: (run) => run("stream-read-sync", newStream(run)[0], 0, 4),
    waits: ["`stack` of `script` waits for a read of a stream"],
  },
  {
    what: "the same, with the one stack",
    way: "run",
    program: (run) => run("stream-read-sync", newStream(run)[0], 0, 4),
    waits: ["`run` of `script` waits for a read of a stream"],
  },
  {
    what: "a write of a future that nobody reads, in a function lifted without `async`",
    way: "sync",
    program: (run) => run("future-write-sync", newFuture(run)[1], 0),
    waits: ["`sync` of `script` waits for a write of a future"],
  },
  {
    what: "a call that waits for nothing else",
    way: "stack",
    program: (run) => run("peer-stack-sync", idleOnStack, 512),
    waits: ["`stack` of `script` waits for the call of `stack`", "`stack` of `script` waits for an empty waitable set"],
  },
  {
    what: "backpressure that nobody takes back",
    way: "run",
    program: (run) => {
      run(
        "peer-plain",
        script((run) => run("backpressure-inc")),
        512,
      );
      waitFor(run, "run", subtask(run, run("peer-stack", ping, 512)));
    },
    waits: ["`run` of `script` waits for the call of `stack`", "`stack` of `script` waits for its instance to let it in (backpressure)"],
  },
  {
    what: "a thread that nobody resumes",
    way: "stack",
    threads: true,
    program: (run) => run("thread-suspend"),
    waits: ["`stack` of `script-threads` waits for another thread to resume it"],
  },
  {
    what: "a thread that was never begun",
    way: "run",
    threads: true,
    program: (run) => {
      run("thread-new", ping);
      run("exit");
    },
    waits: ["`run` of `script-threads` waits for another thread to resume it"],
  },
];

for (const { what, way, threads = false, program, waits } of cases) {
  const instances = async (store: Store): Promise<[guest: Scripted, callee: Scripted]> => {
    const callee = await scripted({ store });
    return [await scripted({ store, peer: callee, name: threads ? "script-threads" : "script" }), callee];
  };

  test(`a deadlock is named: ${what}`, async () => {
    for (const seed of [undefined, 1, 2]) {
      const store = new Store({ closed: true, ...(seed === undefined ? {} : { seed }) });
      const before = leftOf(store);
      const [guest, callee] = await instances(store);
      const bystander = await scripted({ store });
      await assert.rejects(guest[way](script(program)), (error: Error & { code?: string }) => {
        assert.equal(error.code, "trap/deadlock");
        const start = "wasm trap: deadlock detected: event loop cannot make further progress: ";
        assert.ok(error.message.startsWith(start));
        assert.deepEqual(error.message.slice(start.length).split("; ").toSorted(), waits.toSorted());
        return true;
      });
      // Those that it was in were cut off.
      await isDead(guest);
      if (waits.length > 1) await isDead(callee);
      await isAlive(bystander);
      await settled();
      assert.deepEqual([leftOf(store), store.waiting, strays], [before, [], []]);
    }
  });

  test(`a store that is not closed says who waits: ${what}`, async () => {
    const store = new Store();
    const before = leftOf(store);
    const [guest, callee] = await instances(store);
    const call = guest[way](script(program));
    call.catch(() => {});
    await settled();
    assert.deepEqual(store.waiting.toSorted(), waits.toSorted());
    for (const { instance } of [guest, callee]) instance[Symbol.dispose]();
    await assert.rejects(call, { code: "trap/disposed" });
    await settled();
    assert.deepEqual([leftOf(store), store.waiting, strays], [before, [], []]);
  });
}

test("what the host may still do is no deadlock", async () => {
  const answers: PromiseWithResolvers<number>[] = [];
  const ask = () => {
    const made = Promise.withResolvers<number>();
    answers.push(made);
    return made.promise;
  };
  for (const way of WAYS) {
    const store = new Store({ closed: true });
    const guest = await scripted({ store, host: { ask } });
    const pending = [
      // An answer, a stream that the host gives.
      guest[way](
        script((run) => {
          waitFor(run, way, subtask(run, run("ask", 1, 64)));
          run("return");
        }),
      ),
      guest.stack(
        script((run) => {
          run("stream-read-sync", STREAM, 64, 4);
          run("return");
        }),
        {
          stream: new ReadableStream({
            async pull(controller) {
              await settled();
              controller.enqueue(Uint8Array.of(1));
            },
          }),
        },
      ),
    ];
    await settled();
    answers.pop()!.resolve(1);
    await Promise.all(pending);
  }
});

test("a deadlock of some is one of all: it is found when nothing else goes on", async () => {
  const store = new Store({ closed: true });
  const answer = Promise.withResolvers<number>();
  const stuck = await scripted({ store });
  const guest = await scripted({ store, host: { ask: () => answer.promise } });
  const failing = assert.rejects(stuck.run(idle), { code: "trap/deadlock", message: /: `run` of `script` waits for an empty waitable set$/ });
  const asking = guest.stack(
    script((run) => {
      run("ask-sync", 1);
      run("return");
    }),
  );
  await settled();
  assert.equal(stuck.instance.poisonedBy, undefined);
  answer.resolve(1);
  await asking;
  await failing;
  await isAlive(guest);
});
