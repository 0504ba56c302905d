import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { type Exports, engines } from "../engines.ts";
import { type BoundaryCase, composedCases, composedInvocations, hostCases } from "./cases.ts";
import { pollute } from "./pollute.ts";

async function bytes(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(new URL(`../guest/${name}.wasm`, import.meta.url)));
}

/** The loops check their answers when they are made; what they give after a few turns is the same for every engine. */
function results(cases: readonly BoundaryCase[], exports: Exports): unknown[] {
  return cases.map(({ name, loop }) => [name, loop(exports)?.(3)]);
}

test("each case runs against its component", async () => {
  const engine = await engines.tenon();
  const callee = await (await engine.compile(await bytes("callee")))();
  assert.deepEqual(results(hostCases, callee), [
    ["add", 9],
    ["echo 16 B", 48],
    ["echo 64 KiB", 196608],
    ["sum 1 k", 16843009000n],
    ["sum 1 M", 16843009000000n],
    ["recs 100", 44250],
    ["resource method", 9],
  ]);
  const composed = await (await engine.compile(await bytes("composed")))();
  assert.deepEqual(results(composedCases, composed), [
    ["add", 9],
    ["echo 16 B", 48],
    ["echo 64 KiB", 196608],
    ["sum 1 k", 3n * 16843009000n],
    ["sum 1 M", 3n * 16843009000000n],
    ["recs 100", 44250],
    ["resource method", 9],
  ]);
  assert.deepEqual(
    Object.keys(composedInvocations),
    composedCases.map(({ name }) => name),
  );
});

test("the shapes of the polluter are those of its component", async () => {
  await pollute(await engines.tenon(), await bytes("shaper"));
});
