import assert from "node:assert/strict";
import { test } from "node:test";
import { findMappedLine } from "./source-map.ts";
import { wasmFrames } from "./wasm-frames.ts";

test("reads the wasm frames of a stack, with and without names", () => {
  const stack = `RuntimeError: unreachable
    at t.wasm.inner (wasm://wasm/t.wasm-1fdee676:wasm-function[0]:0x4d)
    at wasm://wasm/49fd00ae:wasm-function[12]:0x5c
    at file:///somewhere/t.ts:6:32`;
  assert.deepEqual(wasmFrames(stack), [
    { name: "t.wasm.inner", functionIndex: 0, offset: 0x4d },
    { name: undefined, functionIndex: 12, offset: 0x5c },
  ]);
});

test("finds the line of the last mapping at or before an offset", () => {
  // Columns 64, 80 and 96 of one source: lines 1, 3 and 2.
  const map = JSON.stringify({ version: 3, sources: ["a.ts"], mappings: "gEAAA,gBAEA,gBADA" });
  const lines = [63, 64, 79, 80, 95, 96, 1000].map((offset) => findMappedLine(map, offset)?.line);
  assert.deepEqual(lines, [undefined, 1, 1, 3, 3, 2, 2]);
});
