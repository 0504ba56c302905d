import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { type Exports, engines } from "../engines.ts";
import { hostCases } from "./cases.ts";
import { pollute } from "./pollute.ts";

const engine = await engines.tenon();

async function exportsOf(name: string): Promise<Exports> {
  return (await engine.compile(await bytes(name)))();
}

async function bytes(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(new URL(`../guest/${name}.wasm`, import.meta.url)));
}

test("each case runs against its component", async () => {
  const callee = await exportsOf("callee");
  // The loops check their answers when they are made; what they give after a few turns is the same for every engine.
  assert.deepEqual(
    hostCases.map(({ name, loop }) => [name, loop(callee)?.(3)]),
    [
      ["add", 9],
      ["echo 16 B", 48],
      ["echo 64 KiB", 196608],
      ["sum 1 k", 16843009000n],
      ["sum 1 M", 16843009000000n],
      ["recs 100", 44250],
      ["resource method", 9],
    ],
  );
});

test("the shapes of the polluter are those of its component", async () => {
  await pollute(engine, await bytes("shaper"));
});
