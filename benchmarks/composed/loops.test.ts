import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { guestCases } from "../boundary/cases.ts";
import { engines } from "../engines.ts";
import { allocatorSuites, asyncSuite, encodingSuites, plainSuite, type Suite, shapeSuites, streamSuite } from "./loops.ts";

/** What wasmtime answers too: `npm run bench` compares. */
async function answers({ component, loops }: Suite): Promise<unknown[]> {
  const engine = await engines.tenon();
  const bytes = new Uint8Array(await readFile(new URL(component, import.meta.url)));
  const exports = await (await engine.compile(bytes))();
  return Promise.all(guestCases(loops).map(({ loop }) => loop(exports)?.(3)));
}

const ops = [9, 48, 196608, 3n * 16843009000n, 3n * 16843009000000n, 44250, 9, 3, 7, 150];

test("calls of `ops`", async () => {
  assert.deepEqual(await answers(plainSuite), ops);
});

for (const suite of allocatorSuites)
  test(`calls of \`ops\`, ${suite.group}`, async () => {
    assert.deepEqual(await answers(suite), ops);
  });

test("async calls", async () => {
  assert.deepEqual(await answers(asyncSuite), [9, 9, 9, 9, 48, 48]);
});

test("streams", async () => {
  // three pieces of the byte 0x61, each with eight bytes that say what is left at its start
  const sum = 3n * 65528n * 0x61n + 3n + 2n + 1n;
  assert.deepEqual(await answers({ ...streamSuite, loops: streamSuite.loops.slice(0, 1) }), [sum]);
  assert.deepEqual(await answers({ ...streamSuite, loops: streamSuite.loops.slice(1) }), [sum]);
});

test("calls of other shapes", async () => {
  const [forms, lengths, three] = shapeSuites.map(answers);
  assert.deepEqual(await forms, [267, 6, 60, 12288, 25122, 96, 21, 4500, 1500, 72, 757935404, 450, 1500, 102]);
  assert.deepEqual(await lengths, [0, 24, 96, 300, 3000, 24576]);
  assert.deepEqual(await three, [3]);
});

for (const suite of encodingSuites)
  test(`echo of text, ${suite.group}`, async () => {
    // in the caller's code units; all texts are within a few bytes of 64 KiB in UTF-8
    const units = (text: string): number => (suite.group.startsWith("utf8") ? new TextEncoder().encode(text).length : text.length);
    assert.deepEqual(
      await answers(suite),
      suite.loops.map(({ rest: [unit, repeats] }) => 3 * units(String(unit)) * Number(repeats)),
    );
  });
