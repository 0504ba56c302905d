import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { compile, type End, type Part, promising, rewire, Store } from "@tenon/engine";
import { Gate } from "./gate.ts";
import { turn } from "./test-clock.ts";

const SCORES = "tenon:scoreboard/scores@0.1.0";
const GAME = "tenon:scoreboard/game@0.1.0";
const example = async (path: string) => compile(await readFile(new URL(`../../../../examples/${path}`, import.meta.url)), { name: path });

interface Board {
  readonly store: Store;
  readonly rust: Part;
  readonly c: Part;
  readonly end: End;
  /** A function of the caller, so that it may wait. */
  call(name: string, ...args: unknown[]): Promise<unknown>;
}

async function board(): Promise<Board> {
  const store = new Store();
  const rust = await (await example("rust/scoreboard.wasm")).open({}, { store });
  const c = await (await example("c/scoreboard.wasm")).open({}, { store });
  const caller = await (await example("caller/caller.wasm")).open({ [SCORES]: rust.exports[SCORES] }, { store });
  const game = caller.exports[GAME] as Record<string, unknown>;
  return { store, rust, c, end: caller.ends.get(SCORES)!, call: (name, ...args) => promising(game[name])(...args) };
}

test("calls that were held go where the wire leads then: constructors and functions; methods stay with their handle", async () => {
  const { store, c, end, call } = await board();
  await call("start", "Ada");
  const gate = new Gate("board", store);
  gate.hold([end]);
  const scored = call("score", 40);
  await turn();
  rewire([{ end, to: c.exports[SCORES] }]);
  gate.release(true);
  assert.equal(await scored, "Hello Ada, this is C! You have 40.");
  assert.equal(await call("finish"), "Ada 40");

  gate.hold([end]);
  const played = call("play", "Grace");
  gate.release(true);
  assert.equal(((await played) as string[])[0], "greet: Hello Grace, this is C!");
  assert.equal(end.through.length, 0);
});

test("at the new end an error that was meant stays what it is, any other is a failure of the wire", async () => {
  const { store, rust, end } = await board();
  const gate = new Gate("board", store);
  gate.hold([end]);
  const intercept = end.through.at(-1)!;
  const meant = Object.assign(new Error("meant"), { payload: "no" });
  const thrown = [meant, new TypeError("a mistake")];
  rewire([
    {
      end,
      to: {
        ...(rust.exports[SCORES] as object),
        greet: () => {
          throw thrown.shift();
        },
      },
    },
  ]);
  gate.release(true);
  const call = { import: SCORES, function: "greet", args: ["Ada"], next: () => assert.fail("the old end is called") };
  await assert.rejects(intercept(call) as Promise<unknown>, (error) => error === meant);
  await assert.rejects(intercept(call) as Promise<unknown>, { name: "WireFailure", message: "a mistake" });
});

test("what a function throws reaches the caller, also from the new end", async () => {
  const { store, c, end, call } = await board();
  const gate = new Gate("board", store);
  gate.hold([end]);
  const played = call("play", "Ada");
  await turn();
  rewire([{ end, to: c.exports[SCORES] }]);
  gate.release(true);
  assert.ok(((await played) as string[]).includes("add 101: refused, at most 100 at once"));
});

test("when nothing has moved, they go on where they were going", async () => {
  const { store, end, call } = await board();
  const gate = new Gate("board", store);
  gate.hold([end]);
  const played = call("play", "Ada");
  await turn();
  gate.release(false);
  assert.equal(((await played) as string[])[0], "greet: Hello Ada, this is Rust!");
});

test("what lies on the wire has seen a call before it waits, and sees it once", async () => {
  const { store, c, end, call } = await board();
  const seen: string[] = [];
  rewire([
    {
      end,
      through: [
        ({ function: name, args, next }) => {
          seen.push(name);
          return next(...args);
        },
      ],
    },
  ]);
  const gate = new Gate("board", store);
  gate.hold([end]);
  const started = call("start", "Ada");
  await turn();
  assert.deepEqual(seen, ["[constructor]tally"]);
  rewire([{ end, to: c.exports[SCORES], through: end.through }]);
  gate.release(true);
  await started;
  assert.deepEqual([seen, end.through.length], [["[constructor]tally"], 1]);
});

test("so many wait and no more; who can't wait goes in, and is counted", async () => {
  const { store, rust, end } = await board();
  const caller = await (await example("caller/caller.wasm")).open({ [SCORES]: rust.exports[SCORES] }, { store });
  const game = caller.exports[GAME] as { play(player: string): string[]; start(player: string): void };
  const gate = new Gate("board", store, 1);
  gate.hold([end, caller.ends.get(SCORES)!]);
  assert.equal(game.play("Ada")[0], "greet: Hello Ada, this is Rust!");
  assert.ok(gate.passed > 0);
  const entered = gate.enter();
  await assert.rejects(promising(game.start)("Ada"), {
    message: /the wire `.* → tenon:scoreboard\/scores@0.1.0` is broken: `board` is being swapped, and as many calls wait for it as may: 1/,
  });
  gate.release(false);
  await entered;
  await gate.enter();
});

test("async calls are held, too, with their streams and their signals", async () => {
  const DICTIONARY = "tenon:words/dictionary@0.1.0";
  const told: string[] = [];
  const dictionary = (name: string) => ({
    async lookUp(word: string, { signal }: { readonly signal: AbortSignal }): Promise<string> {
      told.push(`${name} ${word} ${signal instanceof AbortSignal}`);
      if (word === "nothing") throw Object.assign(new Error(word), { payload: `${name} has no ${word}` });
      return `${name}: ${word}`;
    },
    entries: (beginning: string) => [`${beginning} of ${name}`],
  });
  const part = await (await example("async/words.wasm")).open({ [DICTIONARY]: dictionary("old") });
  const desk = part.exports["tenon:words/desk@0.1.0"] as {
    explain(words: string[]): Promise<string[]>;
    browse(beginning: string): Promise<AsyncIterable<string>>;
  };
  const end = part.ends.get(DICTIONARY)!;
  const gate = new Gate("dictionary", part.store);
  gate.hold([end]);
  const calls = [desk.explain(["tenon", "mitre"]), desk.explain(["nothing"]).catch((error) => error.payload), desk.browse("a")] as const;
  await turn();
  assert.deepEqual([told, gate.passed], [[], 0]);
  rewire([{ end, to: dictionary("new") }]);
  gate.release(true);
  assert.deepEqual([await calls[0], await calls[1]], [["new: tenon", "new: mitre"], "new has no nothing"]);
  assert.deepEqual(await Array.fromAsync(await calls[2]), ["a of new"]);
  assert.deepEqual(told.toSorted(), ["new mitre true", "new nothing true", "new tenon true"]);
});
