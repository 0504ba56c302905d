/** A slice of the differential run between our own ways; scripts/slow/differential.test.ts asks wasmtime too. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { FAMILIES } from "./families.ts";
import { judgeSeeds } from "./judge-seeds.ts";
import { tenon } from "./tenon.ts";

const engines = [tenon("closures"), tenon("fused"), tenon("wired closures"), tenon("wired")];
after(() => Promise.all(engines.map((engine) => engine.close())));

for (const family of FAMILIES) {
  test(`150 cases of ${family.name}: the same by closures, fused and wired`, async () => {
    const found: string[] = [];
    const sums = await judgeSeeds(family, { from: 1, to: 151, engines }, ({ text }) => found.push(text));
    assert.deepEqual(found, []);
    assert.equal(sums.cases, 150);
    // Else it compares nothing of interest.
    assert.ok(sums.trapped > 10 && sums.trapped < sums.calls / 2, `${sums.trapped} of ${sums.calls} calls trapped`);
  });
}
