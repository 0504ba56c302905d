import assert from "node:assert/strict";
import { test } from "node:test";
import type { Trap } from "../diagnostics/trap.ts";
import { Store } from "../store/store.ts";
import {
  BLOCKED,
  COMPLETED,
  type Do,
  DROPPED,
  FUTURE,
  isAlive,
  isDead,
  leftOf,
  newFuture,
  newStream,
  type Part,
  type Result,
  type Scripted,
  STREAM,
  script,
  scripted,
  settled,
  subtask,
  WAYS,
  type Way,
  waitFor,
} from "./test-scripts.ts";
import { load } from "./test-wires.ts";

const strays: unknown[] = [];
process.on("unhandledRejection", (error) => strays.push(error));

/** A caller and whom it calls, another that calls the same one, and one that has nothing to do with them; what the host is asked. */
class Parts {
  readonly store = new Store();
  /** Stores have their thread in common. */
  readonly #before = leftOf(this.store);
  readonly asked: PromiseWithResolvers<unknown>[] = [];
  readonly host = {
    ask: () => {
      const made = Promise.withResolvers<unknown>();
      this.asked.push(made);
      return made.promise;
    },
  };
  callee!: Scripted;
  caller!: Scripted;
  other!: Scripted;
  bystander!: Scripted;

  static async make(): Promise<Parts> {
    const made = new Parts();
    const { store, host } = made;
    made.callee = await scripted({ store, host });
    made.caller = await scripted({ store, host, peer: made.callee });
    made.other = await scripted({ store, host, peer: made.callee });
    made.bystander = await scripted({ store, host });
    return made;
  }

  async atRest(): Promise<void> {
    for (const { resolve } of this.asked) resolve(0);
    await settled();
    assert.deepEqual([leftOf(this.store), this.store.waiting, strays], [this.#before, [], []]);
  }
}

const trap = script((run) => run("trap"));
/** Asks the host, waits for the answer, and then does as it is told. */
const afterAnswer = (way: Way, then: (run: Do) => void): Part =>
  script((run) => {
    waitFor(run, way, subtask(run, run("ask", 1, 64)));
    then(run);
  });

/** How a caller waits for its call of a program, by the way of the callee. */
const waits: readonly (readonly [what: string, way: Way, call: (run: Do, of: Way, program: Part) => void])[] = [
  ["by a callback", "run", (run, of, program) => waitFor(run, "run", subtask(run, run(`peer-${of}`, program, 512)))],
  ["on its stack", "stack", (run, of, program) => waitFor(run, "stack", subtask(run, run(`peer-${of}`, program, 512)))],
  ["for nothing else", "stack", (run, of, program) => void run(`peer-${of}-sync`, program, 512)],
  ["for nothing else, with the one stack", "run", (run, of, program) => void run(`peer-${of}-sync`, program, 512)],
];

for (const of of WAYS) {
  for (const [what, way, call] of waits) {
    test(`a callee (${of}) traps: whoever waits ${what} traps by that cause, others live`, async () => {
      for (const kill of ["itself", "by another call", "disposed"] as const) {
        const parts = await Parts.make();
        const { callee, caller, other, bystander, store } = parts;
        const program = afterAnswer(of, (run) => run(kill === "itself" ? "trap" : "return"));
        const calls = [caller, other].map((guest) =>
          guest[way](
            script((run) => {
              call(run, of, program);
              run("return");
            }),
          ),
        );
        // They fail together, and are asked one after the other.
        for (const result of calls) result.catch(() => {});
        const far = bystander[way](afterAnswer(way, (run) => run("return")));
        await settled();
        if (kill === "itself") parts.asked[0]!.resolve(1);
        else if (kill === "disposed") callee.instance[Symbol.dispose]();
        else await assert.rejects(callee.stack(trap), { code: "trap/core" });
        for (const result of calls) {
          await assert.rejects(result, (error: Trap) => {
            assert.equal(error.cause, callee.instance.poisonedBy);
            assert.equal(error.code, kill === "disposed" ? "trap/disposed" : "trap/core");
            assert.match(error.message, new RegExp(`in the call of \`${of}\`$`));
            return true;
          });
        }
        for (const guest of [callee, caller, other]) await isDead(guest);
        await isAlive(bystander);
        parts.asked.at(-1)!.resolve(1);
        for (const { resolve } of parts.asked) resolve(1);
        await far;
        assert.deepEqual(store.waiting, []);
        await parts.atRest();
      }
    });
  }

  test(`a callee (${of}) traps while its caller does not listen: the caller lives until it hears of it`, async () => {
    for (const [hears, error] of [
      [(run: Do, call: Result) => waitFor(run, "stack", call), /unreachable.*in the call of/],
      [(run: Do, call: Result) => void run("subtask-cancel", call), /unreachable.*in the call of/],
      [(run: Do, call: Result) => void run("subtask-drop", call), /cannot drop a subtask which has not yet resolved/],
    ] as const) {
      const parts = await Parts.make();
      const { callee, caller } = parts;
      const program = afterAnswer(of, (run) => run("trap"));
      const call = caller.stack(
        script((run) => {
          const call = subtask(run, run(`peer-${of}`, program, 512));
          run("ask-sync", 2);
          hears(run, call);
          run("return");
        }),
      );
      call.catch(() => {});
      await settled();
      parts.asked[0]!.resolve(1);
      await settled();
      await isDead(callee);
      await isAlive(caller);
      parts.asked[1]!.resolve(1);
      await assert.rejects(call, { message: error });
      await isDead(caller);
      await parts.atRest();
    }
  });

  test(`a caller is closed: its callee (${of}) is asked to end, and what it gives goes nowhere`, async () => {
    for (const [, way, call] of waits) {
      const parts = await Parts.make();
      const { callee, caller, bystander } = parts;
      const result = caller[way](
        script((run) => {
          run("realloc-traps", 0);
          call(
            run,
            of,
            afterAnswer(of, (run) => run("return")),
          );
          run("return");
        }),
      );
      result.catch(() => {});
      await settled();
      caller.instance[Symbol.dispose]();
      await assert.rejects(result, { code: "trap/disposed" });
      await settled();
      parts.asked[0]!.resolve(1);
      await settled();
      await isAlive(callee);
      await isAlive(bystander);
      await parts.atRest();
    }
  });
}

test("the caller's realloc traps while a result is lowered: both were at work", async () => {
  for (const of of WAYS) {
    for (const way of WAYS) {
      for (const listens of [true, false]) {
        const parts = await Parts.make();
        const { callee, caller, bystander } = parts;
        const result = caller[way](
          script((run) => {
            const call = subtask(
              run,
              run(
                `peer-${of}`,
                afterAnswer(of, (run) => run("return")),
                512,
              ),
            );
            run("realloc-traps", 1);
            waitFor(run, way, listens ? call : subtask(run, run("ask", 2, 64)));
            run("return");
          }),
        );
        const told = assert.rejects(result, { code: "trap/core", message: /unreachable/ });
        await settled();
        parts.asked[0]!.resolve(1);
        await told;
        assert.ok(caller.instance.poisonedBy !== undefined && callee.instance.poisonedBy !== undefined);
        await isAlive(bystander);
        await parts.atRest();
      }
    }
  }
});

test("the callee's realloc traps while its arguments are lowered, at once and when it starts later", async () => {
  for (const of of WAYS) {
    for (const later of [false, true]) {
      const parts = await Parts.make();
      const { callee, caller, bystander } = parts;
      const busy = later ? callee.sync(script((run) => run("ask-sync", 1))) : undefined;
      const hold = callee.plain(
        script((run) => {
          if (later) run("backpressure-inc");
          run("realloc-traps", later ? 0 : 1);
        }),
      );
      assert.ok(hold.length > 0);
      const result = caller.run(
        script((run) => {
          waitFor(
            run,
            "run",
            subtask(
              run,
              run(
                `peer-${of}`,
                script((run) => run("return")),
                512,
              ),
            ),
          );
          run("return");
        }),
      );
      const told = assert.rejects(result, { code: "trap/core", message: /unreachable/ });
      await settled();
      if (later) {
        parts.asked[0]!.resolve(1);
        await busy;
        callee.plain(
          script((run) => {
            run("realloc-traps", 1);
            run("backpressure-dec");
          }),
        );
      }
      await told;
      assert.ok(caller.instance.poisonedBy !== undefined && callee.instance.poisonedBy !== undefined);
      await isAlive(bystander);
      await parts.atRest();
    }
  }
});

/** One part makes a stream or future and gives its readable end to the other, which waits for it; then one of them traps. */
interface Ends {
  readonly what: string;
  readonly end: "stream" | "future";
  /** Whose end the one that lives has. */
  readonly lives: "reader" | "writer";
  /** What it is doing when the other traps. */
  readonly waits: boolean;
}
const ends: readonly Ends[] = (["stream", "future"] as const).flatMap((end) =>
  (["reader", "writer"] as const).flatMap((lives) =>
    [true, false].map((waits) => ({ what: `the ${lives} of a ${end}, ${waits ? "while it waits" : "afterwards"}`, end, lives, waits })),
  ),
);

for (const { what, end, lives, waits } of ends) {
  test(`the other end was cut off: ${what}`, async () => {
    for (const way of WAYS) {
      const parts = await Parts.make();
      const { callee, caller, bystander } = parts;
      const given = end === "stream" ? STREAM : FUTURE;
      // The callee has the readable end.
      const reader = script((run) => {
        if (!waits) run("ask-sync", 1);
        run("return");
        if (lives === "reader") {
          const got = run(`${end}-read`, given, 64, 4);
          if (waits) waitFor(run, "stack", given);
          run("store", 256, waits ? run("payload") : got);
        } else run("ask-sync", 2);
      });
      const result = caller[way](
        script((run) => {
          const [readable, writable] = end === "stream" ? newStream(run) : newFuture(run);
          run("give", end === "stream" ? readable : 0, end === "future" ? readable : 0);
          run("peer-stack", reader, 512);
          run("return");
          if (lives === "writer") {
            if (!waits) run("ask-sync", 3);
            const got = run(`${end}-write`, writable, 64, 4);
            if (waits) waitFor(run, way, writable);
            run("store", 256, waits ? run("payload") : got);
          } else run("ask-sync", 4);
        }),
      );
      await result;
      await settled();
      const [dead, alive] = lives === "reader" ? [caller, callee] : [callee, caller];
      await assert.rejects(dead.stack(trap), { code: "trap/core" });
      for (const { resolve } of parts.asked.splice(0)) resolve(1);
      await settled();
      if (end === "future" && lives === "reader") {
        assert.match(String(alive.instance.poisonedBy), /unreachable/);
      } else {
        let load: Result | undefined;
        const seen = alive.plain(script((run) => (load = run("load", 256))));
        assert.equal(seen[load!.place], DROPPED);
        await isAlive(alive);
      }
      await isDead(dead);
      await isAlive(bystander);
      await parts.atRest();
    }
  });
}

test("what a writer had written before it was cut off is read", async () => {
  for (const way of WAYS) {
    const parts = await Parts.make();
    const { callee, caller } = parts;
    const reader = script((run) => {
      run("return");
      run("ask-sync", 1);
      run("store", 256, run("stream-read", STREAM, 64, 4));
      run("store", 260, run("stream-read", STREAM, 64, 4));
    });
    await caller[way](
      script((run) => {
        const [readable, writable] = newStream(run);
        run("give", readable);
        run("peer-stack", reader, 512);
        run("store", 128, run("stream-write", writable, 0, 4));
        run("return");
        run("ask-sync", 4);
      }),
    );
    await settled();
    parts.asked[0]!.resolve(1);
    await settled();
    const places: Result[] = [];
    const seen = callee.plain(script((run) => places.push(run("load", 256), run("load", 260))));
    // The second read has met nobody.
    assert.deepEqual(
      places.map(({ place }) => seen[place]),
      [COMPLETED | (4 << 4), BLOCKED],
    );
    caller.instance[Symbol.dispose]();
    await isAlive(callee);
    callee.instance[Symbol.dispose]();
    await parts.atRest();
  }
});

test("arguments that are wrong are the caller's trap, also when they are moved after its call has returned", async () => {
  for (const later of [false, true]) {
    for (const way of WAYS) {
      const parts = await Parts.make();
      const { callee, caller, bystander } = parts;
      const busy = later ? callee.sync(script((run) => run("ask-sync", 1))) : undefined;
      const result = caller[way](
        script((run) => {
          const [readable] = newFuture(run);
          run("future-read", readable, 0);
          // An end that reads can't be given away.
          run("give", 0, readable);
          run(
            "peer-run",
            script((run) => run("return")),
            512,
          );
          run("return");
        }),
      );
      if (later) {
        await result;
        parts.asked[0]!.resolve(1);
        await busy;
        await settled();
      } else await assert.rejects(result, { code: "trap/waitable" });
      assert.match(String(caller.instance.poisonedBy), /cannot remove busy future/);
      await isDead(caller);
      await isAlive(callee);
      await isAlive(bystander);
      await parts.atRest();
    }
  }
});

test("a callee lives when its arguments were wrong, and what others have lent it stays in its hands", async () => {
  const asked: PromiseWithResolvers<number>[] = [];
  const ask = () => {
    const made = Promise.withResolvers<number>();
    asked.push(made);
    return made.promise;
  };
  const keeper = await (await load("keeper")).instantiate({ ask });
  const lender = async () => {
    const { exports } = await (await load("lender")).instantiate(keeper.exports, { store: keeper.store });
    return exports as { lend(bad: number): Promise<number> };
  };
  const [one, two] = [await lender(), await lender()];
  const first = one.lend(0);
  await settled();
  await assert.rejects(two.lend(1), { code: "trap/out-of-bounds" });
  assert.equal(keeper.poisonedBy, undefined);
  const third = one.lend(0);
  await settled();
  for (const [at, { resolve }] of asked.entries()) resolve(at + 5);
  assert.equal(await first, 5);
  // The lender's one stack was taken.
  await settled();
  asked[1]!.resolve(6);
  assert.equal(await third, 6);
});
