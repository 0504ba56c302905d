import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { App } from "./app.ts";
import { testPlatform } from "./test-platform.ts";

const SCORES = "tenon:scoreboard/scores@0.1.0";
const GAME = "tenon:scoreboard/game@0.1.0";
const ME = { author: "ann" };

const example = (path: string): Promise<Uint8Array> => readFile(new URL(`../../../../examples/${path}`, import.meta.url));

const BOARD = `{
  "tenon": 1,
  "name": "board",
  "parts": {
    "caller": { "component": "./caller.wasm" }, // who plays
    "rust": { "component": "./rust.wasm" },
    "c": { "component": "./c.wasm" }
  },
  "wires": {
    "caller": { "tenon:*": "rust" }
  },
  "exports": { "${GAME}": "caller" }
}
`;

interface Game {
  start(player: string): void;
  score(points: number): string;
}

test("parts that are grouped and come out again go on running, with what they hold", async () => {
  const files = {
    "caller.wasm": await example("caller/caller.wasm"),
    "rust.wasm": await example("rust/scoreboard.wasm"),
    "c.wasm": await example("c/scoreboard.wasm"),
  };
  const app = await App.start(BOARD, testPlatform(files), ME);
  const game = (): Game => app.exports[GAME] as Game;
  const paths = (): readonly string[] => app.status().parts.map(({ path }) => path);
  game().start("Grace");
  assert.equal(game().score(1), "Hello Grace, this is Rust! You have 1.");

  await app.apply([{ op: "group", parts: ["rust"], name: "server" }], ME);
  assert.deepEqual(paths().toSorted(), ["c", "caller", "server/rust"]);
  assert.match(app.text, new RegExp(`"exports": \\{ "${SCORES}": "rust" \\}`));
  assert.equal(game().score(1), "Hello Grace, this is Rust! You have 2.");

  await app.apply([{ op: "group", parts: ["caller", "server"], name: "all" }], ME);
  assert.deepEqual(paths().toSorted(), ["all/caller", "all/server/rust", "c"]);
  assert.equal(game().score(1), "Hello Grace, this is Rust! You have 3.");

  await app.apply([{ op: "wire", from: "all/caller", import: SCORES, to: "server" }], ME);
  await app.apply(
    [
      { op: "ungroup", name: "all/server" },
      { op: "ungroup", name: "all" },
    ],
    ME,
  );
  assert.deepEqual(paths().toSorted(), ["c", "caller", "rust"]);
  assert.equal(game().score(1), "Hello Grace, this is Rust! You have 4.");
  assert.match(app.text, /\/\/ who plays/);

  for (let i = 0; i < 4; i++) await app.undo(ME);
  assert.equal(app.text, BOARD);
  assert.equal(game().score(1), "Hello Grace, this is Rust! You have 5.");
  await app.close();
});
