/** `npm run check`: what must hold after each change, in at most four minutes. */
import { availableParallelism } from "node:os";
import { runSteps } from "./steps.ts";

runSteps("check", [
  { name: "format and lint", command: ["biome", "ci", "--colors=off", "--max-diagnostics=20", "."] },
  { name: "types", command: ["tsc", "-p", "tsconfig.json"] },
  { name: "dead code", command: ["node", "scripts/dead-code.ts"] },
  {
    name: "layers, unit and property tests",
    command: [
      "node",
      "--test",
      // Node leaves one processor free, which is half of two.
      `--test-concurrency=${availableParallelism()}`,
      "--test-reporter=./scripts/test-reporter.ts",
      // Those that start many processes are for `npm test`.
      "packages/*/src/**/!(*.slow).test.ts",
      "scripts/*.test.ts",
      "conformance/**/*.test.ts",
      "benchmarks/**/*.test.ts",
    ],
  },
  { name: "conformance", command: ["node", "conformance/run.ts"] },
]);
