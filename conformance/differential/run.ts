/**
 * `node conformance/differential/run.ts [--count N] [--seed N] [--family NAME] [--without-wasmtime]`: random functions between two components,
 * joined by closures, fused, wired, and in wasmtime: the results must be the same, traps included. See README.md of the folder above.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Engine } from "./engine.ts";
import { FAMILIES } from "./families.ts";
import { judgeSeeds } from "./judge-seeds.ts";
import { tenon } from "./tenon.ts";
import { wasmtime, wasmtimeVersion } from "./wasmtime.ts";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "2000" },
      seed: { type: "string", default: "1" },
      family: { type: "string", default: "" },
      "without-wasmtime": { type: "boolean" },
    },
  });
  const engines: Engine[] = [tenon("closures"), tenon("fused"), tenon("wired closures"), tenon("wired")];
  const version = values["without-wasmtime"] ? undefined : wasmtimeVersion();
  if (version !== undefined) engines.push(wasmtime());
  else console.log("wasmtime is not asked: only our own ways are compared (`WASMTIME` names one)");
  const findings = path.join(tmpdir(), "tenon-differential");
  let bad = 0;
  try {
    for (const family of FAMILIES) {
      if (!family.name.includes(values.family)) continue;
      const from = Number(values.seed);
      const sums = await judgeSeeds(family, { from, to: from + Number(values.count), engines }, ({ seed, text, component }) => {
        mkdirSync(findings, { recursive: true });
        const file = path.join(findings, `${family.name}-${seed}.wasm`);
        writeFileSync(file, component);
        console.log(`${text}\n  component: ${file}\n  again: node conformance/differential/run.ts --family ${family.name} --seed ${seed} --count 1\n`);
      });
      console.log(`${family.name}: ${sums.cases} cases, ${sums.calls} calls, ${sums.trapped} of them trapped; ${sums.bad} disagreements (${sums.asked})`);
      bad += sums.bad;
    }
  } finally {
    for (const engine of engines) await engine.close();
  }
  return bad > 0 ? 1 : 0;
}

process.exitCode = await main();
