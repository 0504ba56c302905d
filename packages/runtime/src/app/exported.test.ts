import assert from "node:assert/strict";
import { test } from "node:test";
import { exportedBy } from "./exported.ts";

const [shop, runAll] = [{}, () => {}];
const exports = Object.assign(Object.create(null) as Record<string, unknown>, { "a:b/shop@1.2.0": shop, runAll });

const cases: ReadonlyArray<[name: string, found: unknown]> = [
  ["a:b/shop@1.2.0", shop],
  ["a:b/shop@1.1.0", shop],
  ["a:b/shop", shop],
  ["a:b/shop@2.0.0", undefined],
  ["run-all", runAll],
  ["run-some", undefined],
  ["constructor", undefined],
];
for (const [name, found] of cases)
  test(`\`${name}\` is served by ${found === undefined ? "nothing" : "an export"}`, () => assert.equal(exportedBy(exports, name), found));
