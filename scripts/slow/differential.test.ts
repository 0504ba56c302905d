/** Random functions between components do what they do in wasmtime (`WASMTIME`, else the one on the path): a slice of `npm run soak`. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Engine } from "../../conformance/differential/engine.ts";
import { FAMILIES } from "../../conformance/differential/families.ts";
import { judgeSeeds } from "../../conformance/differential/judge-seeds.ts";
import { tenon } from "../../conformance/differential/tenon.ts";
import { wasmtime, wasmtimeVersion } from "../../conformance/differential/wasmtime.ts";

const isThere = wasmtimeVersion() !== undefined;
if (!isThere && process.env.CI !== undefined) throw new Error("wasmtime does not run: here nothing may be skipped");
const engines: Engine[] = [tenon("closures"), tenon("fused"), tenon("wired closures"), tenon("wired"), ...(isThere ? [wasmtime()] : [])];
after(() => Promise.all(engines.map((engine) => engine.close())));

for (const family of FAMILIES) {
  test(`400 cases of ${family.name}: the same by closures, fused, wired, and in wasmtime`, { skip: isThere ? false : "wasmtime is not here" }, async () => {
    const found: string[] = [];
    const sums = await judgeSeeds(family, { from: 1001, to: 1401, engines }, ({ text }) => found.push(text));
    assert.deepEqual(found, []);
    assert.equal(sums.cases, 400);
  });
}
