import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { compile, Store } from "../packages/engine/src/index.ts";
import { type FileResult, runInNode } from "./node-runner.ts";
import { readSuites } from "./read-suite.ts";
import { report, runSeeds } from "./seeds.ts";
import { fileId } from "./suite-file.ts";

const ENGINE = new URL("../packages/engine/src/index.ts", import.meta.url).href;
const order = readSuites([fileURLToPath(new URL("cases", import.meta.url))]).find((file) => fileId(file) === "cases/async/order")!;
const race = compile(new Uint8Array(await readFile(new URL("cases/async/order/order.0.wasm", import.meta.url))));

/** In which order three calls had their turn, as digits; and what the scheduler chose. */
async function run(seed?: number): Promise<[digits: number, schedule: number]> {
  const store = new Store(seed === undefined ? {} : { seed });
  const instance = await (await race).instantiate({}, { store });
  const digits = await (instance.exports as { run(): Promise<number> }).run();
  return [digits, store.scheduler!.trace];
}

test("what depends on the order differs from seed to seed, and is the same for one seed", async () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  const once = await Promise.all(seeds.map(run));
  for (const seed of seeds) assert.deepEqual(await run(seed), once[seed], `seed ${seed}`);
  const outcomes = new Set(once.map(([digits]) => digits));
  assert.ok(outcomes.size >= 2, `all seeds give ${[...outcomes]}`);
  for (const digits of outcomes) assert.deepEqual([...String(digits)].sort(), ["1", "2", "3"]);
});

test("without a seed whoever came first goes first", async () => {
  assert.deepEqual(
    [await run(), await run()],
    [
      [123, 0],
      [123, 0],
    ],
  );
});

test("a file is run under each seed, and the schedules are counted", async () => {
  const reports = await runSeeds({ files: [order], jobs: 1, engine: ENGINE, texts: [], first: 7, count: 5 });
  assert.deepEqual(
    reports.map(({ file, runs, findings }) => [file, runs, findings]),
    [["cases/async/order", 5, []]],
  );
  assert.ok(reports[0]!.schedules >= 2);
});

test("another verdict, another schedule and what is left are findings", async () => {
  const [plain] = (await runInNode({ files: [order], jobs: 1, engine: ENGINE, texts: [] })) as [FileResult];
  const ending = { schedule: 1, left: [], held: 0 };
  const [first, second, third] = plain.commands as [FileResult["commands"][0], FileResult["commands"][0], FileResult["commands"][0]];
  const failing = [first, { ...second, status: "fail" as const, reason: "threw" }, { ...third, status: "fail" as const }];
  const of = (...runs: Partial<FileResult>[]) => report(runs.map((run) => ({ ...plain, ending, ...run }))).findings;
  assert.deepEqual(of({}, { seed: 1 }, { seed: 1 }), []);
  assert.deepEqual(of({}, { seed: 1, commands: failing }, { seed: 1 }), [
    `cases/async/order:${second.line} ${second.type} under seed 1: fail, threw (and 1 more lines)`,
  ]);
  assert.deepEqual(of({}, { seed: 3 }, { seed: 3, ending: { ...ending, schedule: 2 } }), ["cases/async/order: two runs under seed 3 are not the same"]);
  assert.deepEqual(of({}, { seed: 1, ending: { ...ending, left: ["2 tasks"] } }, { seed: 1 }), ["cases/async/order under seed 1 leaves 2 tasks"]);
  assert.deepEqual(of({}, { seed: 1 }, { seed: 1, ending: { ...ending, held: 64 } }), ["cases/async/order: 64 bytes of control memory are left"]);
});
