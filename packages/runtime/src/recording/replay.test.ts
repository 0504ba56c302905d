import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { compile } from "@tenon/engine";
import { App } from "../app/app.ts";
import { testPlatform } from "../app/test-platform.ts";
import { Recorder } from "./recorder.ts";
import { type Recording, readRecording } from "./recording.ts";
import { replay } from "./replay.ts";

const GAME = "tenon:scoreboard/game@0.1.0";

interface Game {
  play(player: string): string[];
  start(player: string): void;
  score(points: number): string;
  finish(): string | undefined;
}

const example = (path: string): Promise<Uint8Array> => readFile(new URL(`../../../../examples/${path}`, import.meta.url));
const files = {
  "caller.wasm": await example("caller/caller.wasm"),
  "rust.wasm": await example("rust/scoreboard.wasm"),
  "c.wasm": await example("c/scoreboard.wasm"),
};
const component = (name: keyof typeof files) => compile(files[name] as Uint8Array<ArrayBuffer>);

/** What a part does while the game is played. */
async function recorded(part: string, play: (game: Game) => void): Promise<{ readonly recording: Recording; readonly text: string }> {
  const platform = testPlatform(files);
  const parts = { caller: { component: "./caller.wasm" }, rust: { component: "./rust.wasm" } };
  const app = await App.start(JSON.stringify({ tenon: 1, name: "board", parts, wires: { caller: { "*": "rust" } }, exports: { [GAME]: "caller" } }), platform);
  let text = "";
  const header = { "tenon-recording": 1, app: "board", part, at: "2026-01-01T00:00:00.000Z" } as const;
  const recorder = new Recorder({ header, write: (more) => void (text += more), after: platform.after });
  const untap = await app.tap(recorder.tap);
  play(app.exports[GAME] as Game);
  await untap();
  recorder.flush();
  await app.close();
  return { recording: readRecording(new TextEncoder().encode(text), "calls.tenonrec"), text };
}

const round = (game: Game): void => {
  game.play("Ada");
  game.start("Grace");
  game.score(40);
  assert.throws(() => game.score(101));
  game.finish();
};

test("what a part was asked is run again: the same code comes to the same", async () => {
  const { recording, text } = await recorded("rust", round);
  assert.match(text, /"function":"rank","args":\[\[\{"player":"Grace","points":30\}/);
  const found = await replay(recording, await component("rust.wasm"));
  assert.equal(found.divergence, undefined);
  assert.equal(found.same, recording.lines.filter((line) => "call" in line).length);
  assert.ok(found.same > 10);
});

test("other code is held against the record: the first call that comes to something else is told", async () => {
  const { recording } = await recorded("rust", round);
  const { same, divergence } = await replay(recording, await component("c.wasm"));
  assert.equal(same, 1);
  assert.deepEqual(divergence, { call: 2, of: 'greet("Ada")', recorded: 'it gives "Hello Ada, this is Rust!"', now: 'it gives "Hello Ada, this is C!"' });
});

test("a recording that ends in the middle of a line holds as far as it goes", async () => {
  const { text } = await recorded("rust", round);
  for (const length of [text.length - 1, text.length - 20, Math.floor(text.length / 2)]) {
    const cut = readRecording(new TextEncoder().encode(text.slice(0, length)), "calls.tenonrec");
    assert.equal((await replay(cut, await component("rust.wasm"))).divergence, undefined);
  }
});

const refused: ReadonlyArray<[what: string, text: string, message: string]> = [
  ["nothing", "", "f is no recording\n  `tenon record` makes one"],
  ["something else", '{ "a": 1 }\n', "f is no recording\n  `tenon record` makes one"],
  ["a line that is no JSON", '{"tenon-recording":1}\n{"call"\n{}\n', "f:2 is damaged: it is no JSON object"],
  ["a line that is null", '{"tenon-recording":1}\nnull\n', "f:2 is damaged: it is no JSON object"],
  ["a call by no wire", '{"tenon-recording":1}\n{"mark":1}\n{"call":1,"wire":1}\n', "f:3 is damaged: it is a call by a wire that is not told before"],
  ["a later version", '{"tenon-recording":2}\n', "f is a recording of version 2: this version reads those of version 1"],
];
for (const [what, text, message] of refused) {
  test(`refuses ${what}`, () => {
    assert.throws(() => readRecording(new TextEncoder().encode(text), "f"), { name: "AppError", message });
  });
}
