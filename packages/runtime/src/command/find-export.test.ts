import assert from "node:assert/strict";
import { test } from "node:test";
import type { Component } from "@tenon/engine";
import { findExport } from "./find-export.ts";

const exporting = (...names: string[]) => ({ exports: names.map((name) => ({ name })) }) as unknown as Component;
const WANTED = ["wasi:cli/run@0.3", "wasi:cli/run@0.2"];

const found: readonly (readonly [exports: string[], name: string])[] = [
  [["wasi:cli/run@0.2.0"], "wasi:cli/run@0.2.0"],
  [["wasi:cli/run@0.2.99"], "wasi:cli/run@0.2.99"],
  [["a", "wasi:cli/run@0.3.0"], "wasi:cli/run@0.3.0"],
  [["wasi:cli/run@0.3.17"], "wasi:cli/run@0.3.17"],
  [["wasi:cli/run@0.3.0-rc-2026-03-15"], "wasi:cli/run@0.3.0-rc-2026-03-15"],
  [["wasi:cli/run@0.2.6", "wasi:cli/run@0.3.1"], "wasi:cli/run@0.3.1"],
];
for (const [exports, name] of found) {
  test(`${name} of ${exports.join(", ")}`, () => assert.equal(findExport(exporting(...exports), WANTED), name));
}

const absent: readonly string[][] = [
  [],
  ["wasi:cli/run@0.4.0"],
  ["wasi:cli/run@0.30.0"],
  ["wasi:cli/run@0.2.0-rc-1"],
  ["wasi:cli/run@0.3.0-rc-2025-09-16"],
  ["wasi:cli/runner@0.3.0"],
  ["wasi:cli/run"],
];
for (const exports of absent) {
  test(`nothing fits in ${exports.join(", ") || "no exports"}`, () =>
    assert.throws(() => findExport(exporting(...exports), WANTED), {
      code: "call/type-mismatch",
      message: /does not export `wasi:cli\/run@0.3` or `wasi:cli\/run@0.2`/,
    }));
}
