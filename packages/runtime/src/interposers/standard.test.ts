import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { type FuncType, promising, type ValueType } from "@tenon/engine";
import { App } from "../app/app.ts";
import { type TestPlatform, testPlatform } from "../app/test-platform.ts";
import type { Json } from "../document/document.ts";
import { CallText } from "./call-text.ts";
import { standardInterposers } from "./standard.ts";

const GAME = "tenon:scoreboard/game@0.1.0";

const example = (path: string): Promise<Uint8Array> => readFile(new URL(`../../../../examples/${path}`, import.meta.url));
const files = { "caller.wasm": await example("caller/caller.wasm"), "rust.wasm": await example("rust/scoreboard.wasm") };

interface Game {
  play(player: string): string[];
  start(player: string): void;
  score(points: number): string;
  finish(): string | undefined;
}

async function run(through: Json, onFailure?: Json): Promise<{ readonly app: App; readonly game: Game; readonly platform: TestPlatform }> {
  const platform = testPlatform(files);
  const wire = { to: "rust", through: [through], ...(onFailure === undefined ? {} : { onFailure }) };
  const document = {
    tenon: 1,
    name: "board",
    parts: { caller: { component: "./caller.wasm" }, rust: { component: "./rust.wasm" } },
    wires: { caller: { "tenon:scoreboard/*": wire } },
    exports: { [GAME]: "caller" },
  };
  const app = await App.start(JSON.stringify(document), platform);
  return { app, game: app.exports[GAME] as Game, platform };
}

const lines = ({ app, platform }: { app: App; platform: TestPlatform }): string[] => {
  platform.pass(1000);
  return app.log.lines("caller").map(({ message }) => message.replace(/^.*?→ [^ ]+: /, "").replace(/ \(\d+ µs\)$/, ""));
};

test("log: a line for each call, with values, results and errors, and resources by number", async () => {
  const board = await run("log");
  board.game.play("Ada");
  assert.deepEqual(lines(board), [
    'tally("Ada") = tally#1',
    'greet("Ada") = "Hello Ada, this is Rust!"',
    "tally#1.add(40) = 40",
    "tally#1.add(0) = err(no-points)",
    "tally#1.add(101) = err(too-many(100))",
    "tally#1.add(15) = 55",
    'tally#1.entry() = {player: "Ada", points: 55}',
    'rank([{player: "Grace", points: 30}, {player: "Zoë", points: 55}, {player: "Linus", points: 30}, {player: "Ada", points: 55}]) = [{player: "Zoë", points: 55}, {player: "Ada", points: 55}, {player: "Grace", points: 30}, {player: "Linus", points: 30}]',
    'best([{player: "Grace", points: 30}, {player: "Zoë", points: 55}, {player: "Linus", points: 30}, {player: "Ada", points: 55}]) = some({player: "Zoë", points: 55})',
    "best([]) = none",
  ]);
  await board.app.close();
});

test("log: what is hidden is not told", async () => {
  const board = await run({ log: { hide: ["player"] } });
  board.game.start("Ada");
  assert.deepEqual(lines(board), ["tally(player: ...) = tally#1"]);
  await board.app.close();
});

test("log: of calls that never end it tells so many", async () => {
  const board = await run("log");
  for (let i = 0; i < 1001; i++) board.game.play("Ada");
  assert.equal(lines(board).at(-1), "10 calls are not told: they came too fast");
  board.game.start("Ada");
  assert.match(lines(board).at(-1)!, /^tally\("Ada"\) = tally#\d+$/);
  await board.app.close();
});

test("log: secrets are told as such, in texts, bytes and messages", () => {
  const type: FuncType = {
    kind: "func",
    async: false,
    params: [
      { name: "token", type: { kind: "string" } },
      { name: "bytes", type: { kind: "list", element: { kind: "u8" } } as ValueType },
    ],
    result: undefined,
  };
  const text = new CallText(new Map([["send", type]]), [], new Set(["hunter2"]));
  const call = { function: "send", args: ["Bearer hunter2", new TextEncoder().encode("hunter2")], took: 1 };
  const bytes = [...new TextEncoder().encode("<secret>")].join(", ");
  assert.equal(text.line({ ...call, outcome: "returned", value: undefined }), `send("Bearer <secret>", [${bytes}]) (1000 µs)`);
  assert.equal(text.line({ ...call, args: ["", []], outcome: "failed", value: new Error("no hunter2") }), 'send("", []) failed: no <secret> (1000 µs)');
});

test("limit: calls above it fail as on a broken wire, and there is room again later", async () => {
  const { app, game, platform } = await run({ limit: { calls: 4, per: "1s" } }, { tag: "no-points" });
  game.start("Ada");
  game.score(1); // three calls
  assert.throws(() => game.score(1), { payload: "refused, no points" });
  platform.pass(1000);
  assert.match(game.score(1), /You have 2/);
  await app.close();
});

test("gate: by function; what is in no list of its own is denied where some are allowed", async () => {
  for (const [gate, passes] of [
    [{ allow: ["tally", "greet", "tally.*"] }, true],
    [{ allow: ["tally", "[method]tally.add", "tally.entry"] }, false],
    [{ deny: ["greet"] }, false],
    ["allow", true],
  ] as const) {
    const { app, game } = await run({ gate });
    game.start("Ada");
    if (passes) assert.match(game.score(5), /You have 5/);
    else assert.throws(() => game.score(5), { code: "wire/broken", message: /`greet` is not allowed on this wire/ });
    await app.close();
  }
});

test("gate: asks, where somebody is there", async () => {
  for (const answer of [true, false, undefined]) {
    const asked: string[] = [];
    const platform = testPlatform(
      files,
      answer === undefined
        ? {}
        : {
            ask: async (question: string) => {
              asked.push(question);
              return answer;
            },
          },
    );
    const wires = { caller: { "*": { to: "rust", through: [{ gate: { ask: ["greet"] } }] } } };
    const parts = { caller: { component: "./caller.wasm" }, rust: { component: "./rust.wasm" } };
    const app = await App.start(JSON.stringify({ tenon: 1, name: "board", parts, wires, exports: { [GAME]: "caller" } }), platform);
    const play = promising((app.exports[GAME] as Game).play);
    if (answer === true) assert.equal(((await play("Ada")) as string[])[0], "greet: Hello Ada, this is Rust!");
    else await assert.rejects(play("Ada"), { code: "wire/broken", message: answer === false ? /`greet` was not let pass/ : /nobody is there to ask/ });
    assert.deepEqual(asked, answer === undefined ? [] : ["caller → tenon:scoreboard/scores@0.1.0: let `greet` pass?"]);
    await app.close();
  }
});

test("delay: a call waits, and comes to the same", async () => {
  const { app, game, platform } = await run({ delay: "20ms" });
  const started = promising(game.start)("Ada");
  platform.pass(19);
  const waiting = Symbol("waiting");
  assert.equal(await Promise.race([started, Promise.resolve(waiting)]), waiting);
  platform.pass(1);
  await started;
  await app.close();
});

test("fail: every so many, of the functions named", async () => {
  const { app, game } = await run({ fail: { every: 2, functions: ["tally.add"] } }, { tag: "too-many", val: 0 });
  game.start("Ada");
  assert.match(game.score(5), /You have 5/);
  assert.throws(() => game.score(5), { payload: "refused, at most 0 at once" });
  assert.match(game.score(5), /You have 10/);
  await app.close();
});

const wrong: ReadonlyArray<[config: Json, message: string]> = [
  [{ log: 5 }, "`log` is an object, not 5"],
  [{ log: { hide: "x" } }, '`hide` is a list of parameters, not "x"'],
  [{ log: { hidden: [] } }, "`log` has no `hidden`: it has `hide`"],
  ["limit", "`calls` is missing: a whole number"],
  [{ limit: { calls: 1.5, per: "1s" } }, "`calls` is a whole number, not 1.5"],
  [{ limit: { calls: 1, per: "0s" } }, '`per` is a time that is longer than none, not "0s"'],
  [{ limit: [] }, "`limit` is an object, not []"],
  [{ gate: "maybe" }, '`gate` is "allow", "ask" or "deny", not "maybe"'],
  [{ gate: 1 }, "`gate` is an object, not 1"],
  [{ gate: { allow: "get" } }, '`allow` is a list of functions, not "get"'],
  ["delay", '`delay` is a time, as "20ms", not {}'],
  [{ fail: { every: 0 } }, "`every` is a whole number from 1, not 0"],
  [{ fail: { functions: 1 } }, "`functions` is a list of functions, not 1"],
  [{ fail: null }, "`fail` is an object, not null"],
  ["mock", "`from` is missing: the path of a recording"],
  [{ mock: [] }, "`mock` is an object, not []"],
  [{ mock: { from: "./a", to: 1 } }, "`mock` has no `to`: it has `from`"],
];
for (const [config, message] of wrong) {
  test(`refuses ${JSON.stringify(config)}`, () => {
    const [kind, value] = typeof config === "string" ? [config, {}] : (Object.entries(config as object)[0] as [string, Json]);
    assert.equal(standardInterposers.get(kind)!.check(value, ["wires", "a", "b", "through", 0])[0]?.message, message);
  });
}
