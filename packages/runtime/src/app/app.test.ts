import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { App } from "./app.ts";
import { type TestPlatform, testPlatform } from "./test-platform.ts";

const SCORES = "tenon:scoreboard/scores@0.1.0";
const GAME = "tenon:scoreboard/game@0.1.0";
const ME = { author: "ann" };

interface Game {
  play(player: string): string[];
  start(player: string): void;
  score(points: number): string;
  finish(): string | undefined;
}

const example = (path: string): Promise<Uint8Array> => readFile(new URL(`../../../../examples/${path}`, import.meta.url));

async function machine(): Promise<TestPlatform> {
  const files = {
    "caller.wasm": await example("caller/caller.wasm"),
    "rust.wasm": await example("rust/scoreboard.wasm"),
    "c.wasm": await example("c/scoreboard.wasm"),
  };
  return testPlatform(files, { secret: () => "a secret" });
}

const BOARD = `{
  // A game, and who keeps its scores.
  "tenon": 1,
  "name": "board",
  "parts": {
    "caller": { "component": "./caller.wasm" },
    "rust": { "component": "./rust.wasm" },
    "c": { "component": "./c.wasm" }
  },
  "wires": {
    "caller": { "tenon:scoreboard/*": "rust" } // for now
  },
  "exports": { "${GAME}": "caller" }
}
`;

const game = (app: App): Game => app.exports[GAME] as Game;
const greeting = (app: App): string => game(app).play("Ada")[0]!;

test("an app runs, and its wires are led elsewhere while it does", async () => {
  const platform = await machine();
  const app = await App.start(BOARD, platform, ME);
  assert.equal(greeting(app), "greet: Hello Ada, this is Rust!");
  game(app).start("Grace");
  game(app).score(40);

  const revision = await app.apply([{ op: "wire", from: "caller", import: SCORES, to: "c" }], { ...ME, reason: "to try" });
  assert.deepEqual([revision.number, revision.what, revision.author, revision.reason], [2, `wire caller ${SCORES} to c`, "ann", "to try"]);
  assert.equal(greeting(app), "greet: Hello Ada, this is C!");
  assert.equal(game(app).score(2), "Hello Grace, this is C! You have 42.");
  assert.equal(app.status().wires[0]!.handles, 1);
  assert.match(app.text, /"caller": \{[^}]*"tenon:scoreboard\/scores@0.1.0": "c"[^}]*\} \/\/ for now/);

  await app.undo(ME);
  assert.equal(app.text, BOARD);
  assert.equal(greeting(app), "greet: Hello Ada, this is Rust!");
  assert.equal(game(app).finish(), "Grace 42");
  await app.redo(ME);
  assert.equal(greeting(app), "greet: Hello Ada, this is C!");
  assert.deepEqual(platform.journal.revisions, app.revisions);
  await app.close();
});

test("a change that asks for more than is granted is refused, unless its author grants it; what it had before it has", async () => {
  const platform = await machine();
  const app = await App.start(BOARD, platform, ME);
  const add = { op: "add", name: "web", part: { capability: "environment", with: { variables: { TOKEN: { env: "TOKEN" } } } } } as const;
  await assert.rejects(app.apply([add], ME), {
    code: "grant/missing",
    message: /`web` asks for what it is not granted: it .*TOKEN.*\n {2}the same with `--grant` grants it/,
  });
  assert.deepEqual([app.revision, app.text], [1, BOARD]);
  await app.apply([add], { ...ME, grant: true });
  assert.equal(app.status().parts.find(({ path }) => path === "web")!.health, "up");
  await assert.rejects(app.apply([{ op: "configure", name: "web", with: { variables: { OTHER: { env: "OTHER" } } } }], ME), { code: "grant/missing" });
  assert.equal(app.status().parts.find(({ path }) => path === "web")!.health, "up");
  await app.undo(ME);
  await app.close();
});

test("a part writes to the log no faster than its document allows", async () => {
  const platform = testPlatform({ "grants.wasm": await example("grants/grants.wasm") });
  const parts = { grants: { component: "./grants.wasm", limits: { log: 60 } }, basics: { capability: "basics" } };
  const exports = { "wasi:cli/run@0.2.6": "grants" };
  const app = await App.start(JSON.stringify({ tenon: 1, name: "loud", parts, wires: { grants: { "*": "basics" } }, exports }), platform);
  const { run } = app.exports["wasi:cli/run@0.2.6"] as { run(): void };
  for (let i = 0; i < 20; i++) assert.throws(run);
  const written = app.log.lines("grants").filter(({ level }) => level !== "error");
  assert.ok(written.length < 20, `${written.length}`);
  await app.close();
});

test("an app that gets something from around it does not run by itself", async () => {
  const platform = await machine();
  const text = BOARD.replace('"tenon:scoreboard/*": "rust"', '"tenon:scoreboard/*": ".."');
  await assert.rejects(App.start(text, platform, ME), {
    code: "app/open-wire",
    message:
      "/app/tenon.jsonc:11:17: `caller` gets `tenon:scoreboard/scores@0.1.0` from around the app, and nothing is around it\n" +
      "  lead it to a part of the app, or run the app within another one",
  });
});
