/** Apps that were frozen do in wasmtime what they do here. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { App, checkApp, composeApp, standardInterposers } from "@tenon/runtime/app";
import { nodeKinds, nodePlatform } from "@tenon/runtime/node/app";
import { ROOT } from "../source-files.ts";

const WASMTIME = process.env.WASMTIME ?? "wasmtime";
const isThere = spawnSync(WASMTIME, ["--version"]).status === 0;
if (!isThere && process.env.CI !== undefined) throw new Error(`${WASMTIME} does not run: here nothing may be skipped`);
const skip = isThere ? false : "wasmtime is not here";
const EXAMPLES = join(ROOT, "examples");
const DOCUMENT = join(EXAMPLES, "tenon.jsonc");
const journal = { revisions: [], append: async () => {}, retract: async () => {} };
const platform = nodePlatform(DOCUMENT, { kinds: nodeKinds(), interposers: standardInterposers, journal, grants: { allows: () => false } });

const GAME = "tenon:scoreboard/game@0.1.0";
const board = (language: string): object => ({
  tenon: 1,
  name: "board",
  parts: { caller: { component: "./caller/caller.wasm" }, scores: { component: `./${language}/scoreboard.wasm` }, basics: { capability: "basics" } },
  wires: { caller: { "tenon:scoreboard/scores": "scores" }, scores: { "wasi:*": "basics" } },
  exports: { [GAME]: "caller" },
});

for (const language of ["rust", "c", "javascript", "kotlin"]) {
  test(`a caller in Rust with scores in ${language}`, { skip }, async (t) => {
    const text = JSON.stringify(board(language));
    const app = await App.start(text, platform);
    const here = (app.exports[GAME] as { play(player: string): string[] }).play("Zoë");
    await app.close();
    const { bytes, obstacles } = composeApp(await checkApp(text, platform));
    assert.deepEqual(obstacles, []);
    const folder = mkdtempSync(join(tmpdir(), "tenon-composed-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "board.wasm");
    writeFileSync(file, bytes!);
    const there = execFileSync(WASMTIME, ["run", "--invoke", 'play("Zoë")', file], { encoding: "utf8" });
    assert.equal(there.trim(), `[${here.map((line) => JSON.stringify(line)).join(", ")}]`);
  });
}
