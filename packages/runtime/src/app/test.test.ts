import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import type { TestReport } from "./case.ts";
import type { AppPlatform } from "./platform.ts";
import { testApp } from "./test.ts";
import { testPlatform } from "./test-platform.ts";

const fixture = (name: string): Promise<Uint8Array> => readFile(new URL(`../../fixtures/swap/${name}.wasm`, import.meta.url));

async function machine(more: Partial<Omit<AppPlatform, "journal">> = {}) {
  return testPlatform({ "keeper.wasm": await fixture("keeper-1"), "tester.wasm": await fixture("tester"), "caller.wasm": await fixture("caller") }, more);
}

const app = (tests: string): string => `{
  "tenon": 1, "name": "kept",
  "parts": {
    "keeper": { "component": "./keeper.wasm", "tests": ${tests} },
    "tester": { "component": "./tester.wasm" },
    "caller": { "component": "./caller.wasm" },
    "basics": { "capability": "basics" }
  },
  "wires": {
    "keeper": { "*": null },
    "tester": { "test:keeper/keeping": "keeper", "wasi:*": "basics" },
    "caller": { "*": "keeper" }
  }
}`;

async function reports(text: string, platform: AppPlatform, only?: readonly string[]): Promise<TestReport[]> {
  const all: TestReport[] = [];
  await testApp(text, platform, (report) => all.push(report), only);
  return all;
}

test("each case runs in a world of its own, and says what it found wrong", async () => {
  const all = await reports(app('["tester"]'), await machine());
  const trap = "wasm trap: wasm `unreachable` instruction executed (unreachable)";
  assert.deepEqual(
    all.map(({ part, test, name, wrong }) => [part, test, name, wrong?.slice(0, trap.length)]),
    [
      ["keeper", "tester", "test-at-root", undefined],
      ["keeper", "tester", "test:tester/cases@1.0.0#test-counts", undefined],
      ["keeper", "tester", "test:tester/cases@1.0.0#test-fresh", undefined],
      ["keeper", "tester", "test:tester/cases@1.0.0#test-waits-an-hour", undefined],
      ["keeper", "tester", "test:tester/cases@1.0.0#test-finds-a-mistake", "there is 1 word, not 2"],
      ["keeper", "tester", "test:tester/cases@1.0.0#test-traps", trap],
      ["keeper", "tester", "test:tester/cases@1.0.0#test-with-no-payload", "it returned an error"],
    ],
  );
});

test("only the parts that are asked for", async () => {
  const platform = await machine();
  assert.equal((await reports(app('["tester"]'), platform, ["keeper"])).length, 7);
  assert.deepEqual(await reports(app('["tester"]'), platform, ["caller"]), []);
});

test("a test without a case is told", async () => {
  assert.deepEqual(await reports(app('["caller"]'), await machine()), [
    { part: "keeper", test: "caller", name: "", wrong: "it exports no function `test-*`, nor `wasi:cli/run`", log: [] },
  ]);
});

test("a case that does not end is given up", async () => {
  const after = (_: number, act: () => void) => {
    act();
    return () => {};
  };
  const all = await reports(app('["tester"]'), await machine({ after }));
  assert.deepEqual(new Set(all.map(({ wrong }) => wrong)), new Set(["it did not end within 10 s"]));
});

const KEEPING = "test:keeper/keeping@1.0.0";
const call = (number: number, name: string, args: readonly string[], result: number): object[] => [
  { call: number, wire: 1, function: name, args },
  { end: number, result },
];
const HEADER = { "tenon-recording": 1, app: "kept", part: "keeper", at: "2026-01-01T00:00:00Z" };
const WIRE = { wire: 1, in: true, from: "caller", import: KEEPING, to: "keeper", export: KEEPING };
const recorded = (...lines: readonly object[]): string => [HEADER, WIRE, ...lines].map((line) => `${JSON.stringify(line)}\n`).join("");

test("a recording is a test: what was asked is asked again", async () => {
  const platform = await machine();
  const text = app('["./seen.jsonl"]');
  platform.files.set("/app/seen.jsonl", new TextEncoder().encode(recorded(...call(1, "add", ["one"], 1), ...call(2, "version", [], 1))));
  const passed = { part: "keeper", test: "./seen.jsonl", name: "", log: [] };
  assert.deepEqual(await reports(text, platform), [passed]);
  platform.files.set("/app/keeper.wasm", await fixture("keeper-2"));
  platform.files.set("/app/caller.wasm", await fixture("keeper-2"));
  const lines = text.replace('"caller": { "*": "keeper" }', '"caller": { "*": null }');
  assert.deepEqual(await reports(lines, platform), [{ ...passed, wrong: "call 2, `version()`: on record it gives 1, now it gives 2" }]);
});

const mistakes: readonly (readonly [name: string, tests: string, only: string[] | undefined, message: string])[] = [
  ["a test that is no part", '["tseter"]', undefined, "/app/tenon.jsonc:4:57: `keeper` is tested by `tseter`, and there is no such component\n  did you mean `tester`?"],
  ["one that is no component", '["basics"]', undefined, "/app/tenon.jsonc:4:57: `keeper` is tested by `basics`, and there is no such component"],
  ["a recording that is not there", '["./seen.jsonl"]', undefined, "/app/tenon.jsonc:4:57: `keeper` is tested by the recording `./seen.jsonl`: there is no such file"],
  ["a file that is no recording", '["./keeper.wasm"]', undefined, "/app/tenon.jsonc:4:57: `keeper` is tested by the recording `./keeper.wasm`: ./keeper.wasm is no recording\n  `tenon record` makes one"],
  ["a part that is not there", '["tester"]', ["kepeer"], "there is no component `kepeer` to test\n  did you mean `keeper`?"],
  ["a part that is no component", '["tester"]', ["basics"], "there is no component `basics` to test"],
]; // biome-ignore format: a table
for (const [name, tests, only, message] of mistakes) {
  test(`refuses ${name}`, async () => {
    await assert.rejects(reports(app(tests), await machine(), only), { name: "AppError", message });
  });
}
