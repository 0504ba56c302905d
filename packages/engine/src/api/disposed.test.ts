import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../store/store.ts";
import type { Instance } from "./component.ts";
import { promising } from "./promising.ts";
import { makePart, type NextFunction, type PartExports } from "./test-part.ts";
import { leftOf, type Scripted, script, scripted, settled, WAYS } from "./test-scripts.ts";

const strays: unknown[] = [];
process.on("unhandledRejection", (error) => strays.push(error));

const exportsOf = ({ exports }: Instance): PartExports => exports as unknown as PartExports;

async function atRest(store: Store): Promise<void> {
  await settled();
  assert.deepEqual([leftOf(store), strays], [{}, []]);
}

function isClosed(part: Instance): void {
  assert.throws(
    () => exportsOf(part).ping(),
    ({ code, cause }: Error & { code?: string }) => code === "trap/poisoned" && (cause as { code?: string }).code === "trap/disposed",
  );
}

/** Parts that call one another, the last of which calls `next`. */
async function chain(length: number, next: NextFunction, store = new Store()): Promise<Instance[]> {
  const parts: Instance[] = [];
  for (let i = length; i > 0; i--) parts.unshift(await makePart(parts[0] === undefined ? next : exportsOf(parts[0]).call, `part ${i}`, store));
  return parts;
}

test("a part that waits in a call that is not async is disposed of: the call ends, with all who are on that stack", async () => {
  for (const length of [1, 2, 3]) {
    for (let at = 0; at < length; at++) {
      for (const later of [() => {}, (answer: PromiseWithResolvers<number>) => answer.resolve(1), (answer: PromiseWithResolvers<number>) => answer.reject(1)]) {
        const answer = Promise.withResolvers<number>();
        const store = new Store();
        const parts = await chain(length, () => answer.promise, store);
        const other = await makePart((x) => x, "other", store);
        const call = promising(exportsOf(parts[0]!).call)(1);
        await settled();
        parts[at]![Symbol.dispose]();
        await assert.rejects(call, { code: "trap/disposed", message: `\`part ${at + 1}\` was disposed of` });
        later(answer);
        await settled();
        for (const part of parts) isClosed(part);
        assert.equal(exportsOf(other).call(1), 2);
        await atRest(store);
      }
    }
  }
});

test("a part is disposed of by a function that it calls: nobody enters it again", async () => {
  for (const length of [1, 2]) {
    const parts: Instance[] = [];
    const store = new Store();
    parts.push(
      ...(await chain(
        length,
        (x) => {
          parts.at(-1)![Symbol.dispose]();
          return x;
        },
        store,
      )),
    );
    // It has its answer, and no more.
    assert.equal(exportsOf(parts[0]!).call(1), length + 1);
    if (length === 1) isClosed(parts[0]!);
    await settled();
    isClosed(parts.at(-1)!);
    if (length > 1) {
      assert.throws(() => exportsOf(parts[0]!).call(1), { code: "trap/poisoned", message: /part 2/ });
      assert.throws(() => exportsOf(parts[0]!).ping(), { code: "trap/poisoned" }, "that it called one that is closed was its trap");
    }
    await atRest(store);
  }
});

test("a guest is disposed of by an async function that it calls: it goes on no more", async () => {
  for (const way of WAYS) {
    for (const answer of [() => 1, () => settled().then(() => 1)]) {
      for (const then of ["yield", "return", "exit", "ask", "set-new"] as const) {
        let guest: Scripted | undefined;
        let calls = 0;
        const ask = () => {
          calls += 1;
          guest!.instance[Symbol.dispose]();
          return answer();
        };
        guest = await scripted({ host: { ask } });
        const call = guest[way](
          script((run) => {
            run("ask", 1, 64);
            run(then, 2, 64);
            run("ask", 3, 64);
          }),
        );
        await assert.rejects(call, { code: "trap/disposed" });
        await atRest(guest.store);
        assert.equal(calls, 1);
        assert.throws(() => guest!.plain(script(() => {})), { code: "trap/poisoned" });
      }
    }
  }
});

test("disposing twice is disposing once", async () => {
  const guest = await scripted();
  guest.instance[Symbol.dispose]();
  const first = guest.instance.poisonedBy;
  guest.instance[Symbol.dispose]();
  assert.equal(guest.instance.poisonedBy, first);
});
