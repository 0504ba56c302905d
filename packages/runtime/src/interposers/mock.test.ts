/** Answers from a recording: the tool of the example pipeline is not asked. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { promising } from "@tenon/engine";
import { App } from "../app/app.ts";
import { testPlatform } from "../app/test-platform.ts";

const PIPELINE = "tools:text/pipeline@1.0.0";
const TOOL = "tools:text/tool@1.0.0";

const example = (path: string): Promise<Uint8Array> => readFile(new URL(`../../../../examples/text-tools/${path}`, import.meta.url));
const wasm = { "pipeline.wasm": await example("pipeline/pipeline.wasm"), "tool.wasm": await example("c/tool.wasm") };

const call = (number: number, name: string, args: unknown[], end: object): object[] => [
  { call: number, wire: 1, function: name, args },
  { end: number, ...end },
];
const RECORDING = [
  { "tenon-recording": 1, app: "a", part: "tool", at: "2026-01-01T00:00:00Z" },
  { wire: 1, in: true, from: "pipeline", import: TOOL, to: "tool", export: TOOL },
  ...call(1, "apply", ["a"], { result: "first" }),
  ...call(2, "apply", ["a"], { result: "second" }),
  ...call(3, "favourites", [3], { result: [{ text: "w", times: 2 }] }),
  ...call(4, "apply", ["b"], { failed: "it had trapped" }),
  { call: 5, wire: 1, function: "apply", args: ["c"] },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join("");

async function run(text: string, files: Readonly<Record<string, string>> = { "calls.tenonrec": RECORDING }): Promise<unknown> {
  const parts = { pipeline: { component: "./pipeline.wasm" }, tool: { component: "./tool.wasm" }, basics: { capability: "basics" } };
  const wire = { to: "tool", through: [{ mock: { from: "./calls.tenonrec" } }] };
  const wires = { pipeline: { "tools:text/*": wire, "wasi:*": "basics" }, tool: { "wasi:*": "basics" } };
  const app = await App.start(JSON.stringify({ tenon: 1, name: "a", parts, wires, exports: { [PIPELINE]: "pipeline" } }), testPlatform({ ...wasm, ...files }));
  try {
    return await promising((app.exports[PIPELINE] as { readonly run: unknown }).run)(text);
  } finally {
    await app.close();
  }
}

test("calls that are alike get the answers in their order, then the last again", async () => {
  assert.deepEqual(await run("a\na\na"), ["first", "second", "second", "most often: w 2"]);
});

const failing: ReadonlyArray<[what: string, text: string, files: Readonly<Record<string, string>> | undefined, message: RegExp]> = [
  ["what is not on record", "z", undefined, /`apply` with these arguments is not on record/],
  ["a call without its end", "c", undefined, /`apply` with these arguments is not on record/],
  ["a call that failed", "b", undefined, /it had trapped/],
  ["no file", "a", {}, /\.\/calls\.tenonrec: there is no such file/],
  ["no recording", "a", { "calls.tenonrec": "{}" }, /\.\/calls\.tenonrec is no recording/],
];
for (const [what, text, files, message] of failing) {
  test(`fails as a broken wire does: ${what}`, async () => {
    await assert.rejects(run(text, files), { code: "wire/broken", message });
  });
}

test("resources are not made of a recording", async () => {
  const files = { "caller.wasm": await example("../caller/caller.wasm"), "rust.wasm": await example("../rust/scoreboard.wasm"), "calls.tenonrec": RECORDING };
  const parts = { caller: { component: "./caller.wasm" }, rust: { component: "./rust.wasm" } };
  const wires = { caller: { "*": { to: "rust", through: [{ mock: { from: "./calls.tenonrec" } }] } } };
  const game = "tenon:scoreboard/game@0.1.0";
  const app = await App.start(JSON.stringify({ tenon: 1, name: "a", parts, wires, exports: { [game]: "caller" } }), testPlatform(files));
  const { start } = app.exports[game] as { readonly start: unknown };
  await assert.rejects(promising(start)("Ada") as Promise<unknown>, {
    code: "wire/broken",
    message: /`\[constructor\]tally` hands over what a recording can't/,
  });
  await app.close();
});
