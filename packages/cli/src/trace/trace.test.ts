import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { coreModules } from "./core-modules.ts";
import { explain } from "./explain.ts";
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

const FAULTS = new URL("../../../../examples/trap/", import.meta.url);

/** The core engine's error of a function that traps, called without anything of ours between. */
function stackOf(module: Uint8Array, name: string, ...args: number[]): string {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module as BufferSource));
  (exports._initialize as undefined | (() => void))?.();
  try {
    (exports[name] as (...args: number[]) => unknown)(...args);
  } catch (error) {
    return (error as Error).stack!;
  }
  assert.fail(`${name} does not trap`);
}

const traps: ReadonlyArray<[file: string, name: string, args: number[], frame: string, source: RegExp]> = [
  ["faults.c.wasm", "divide", [1, 0], "quotient", /^c\/faults\.c:6$/],
  ["faults.c.wasm", "peek", [-1], "byte_at", /^c\/faults\.c:10$/],
  ["faults.rust.wasm", "peek", [-1], "byte_at", /lib\.rs:\d+$/],
];
for (const [file, name, args, frame, source] of traps) {
  test(`tells where ${name} of ${file} trapped`, () => {
    const modules = coreModules(new Uint8Array(readFileSync(new URL(file, FAULTS))));
    const frames = explain(stackOf(modules[0]!, name, ...args), modules, ".");
    const at = frames.find((one) => one.function.includes(frame));
    assert.ok(at, JSON.stringify(frames));
    assert.match(`${at.line?.file}:${at.line?.line}`, source);
  });
}

test("a module of another name is not taken for the frame's", () => {
  const modules = coreModules(new Uint8Array(readFileSync(new URL("faults.c.wasm", FAULTS))));
  const stack = stackOf(modules[0]!, "divide", 1, 0).replaceAll(/at \S+ \((wasm:[^)]*)\)/g, "at $1");
  assert.deepEqual(explain(stack, modules, "."), []);
});

test("cut or damaged debug information costs lines, not the trace", () => {
  const bytes = new Uint8Array(readFileSync(new URL("faults.c.wasm", FAULTS)));
  const [module] = coreModules(bytes);
  const stack = stackOf(module!, "divide", 1, 0);
  const section = Buffer.from(module!).indexOf(".debug_line");
  for (let at = section + 11; at < section + 300; at += 7) {
    const damaged = module!.slice();
    damaged[at]! ^= 0x5a;
    assert.ok(explain(stack, [damaged], ".").length > 0);
  }
});
