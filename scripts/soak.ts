/**
 * `npm run soak`: the long runs. `-- --scale 0.05` makes them shorter; CI does. A seed is printed, and reproduces a finding.
 */
import { parseArgs } from "node:util";
import { runSteps } from "./steps.ts";

const { values } = parseArgs({ options: { scale: { type: "string", default: "1" }, seed: { type: "string", default: String(Date.now() % 1_000_000) } } });
const scaled = (count: number): string => String(Math.max(1, Math.round(count * Number(values.scale))));

const rewires = ["--rewires", scaled(10_000), "--calls", scaled(1_000_000)];

runSteps(`soak with seed ${values.seed}`, [
  { name: "damaged components", command: ["node", "conformance/fuzz.ts", "--count", scaled(400_000), "--seed", values.seed, "--random"] },
  { name: "handles across changes of wires", command: ["node", "scripts/soak/rewires.ts", ...rewires, "--seed", values.seed] },
  { name: "wires of an app under load", command: ["node", "--expose-gc", "scripts/soak/app-wires.ts", "--rewires", scaled(1_000), "--seed", values.seed] },
  { name: "values and handles between components", command: ["node", "conformance/differential/run.ts", "--count", scaled(20_000), "--seed", values.seed] },
  { name: "async files under many seeds", command: ["node", "conformance/run.ts", "--seeds", scaled(200), "--seed", values.seed] },
  { name: "two guests in one directory", command: ["node", "scripts/soak/directory-race.ts", "--tries", scaled(1_000_000), "--seed", values.seed] },
  { name: "an app that is killed while it changes", command: ["node", "scripts/soak/kill.ts", "--times", scaled(200), "--seed", values.seed] },
  { name: "worst inputs", command: ["node", "conformance/fuzz.ts", "--worst"] },
]);
