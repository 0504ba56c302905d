/** `npm test`: what a newcomer runs, in at most eight minutes, with nothing but what `npm ci` brings. */
import { availableParallelism } from "node:os";
import { runSteps } from "./steps.ts";

const REPORTER = "--test-reporter=./scripts/test-reporter.ts";

runSteps("test", [
  { name: "check", command: ["node", "scripts/check.ts"] },
  { name: "packed install and documented commands", command: ["node", "--test", REPORTER, "scripts/slow/*.test.ts"] },
  {
    name: "the command, process by process",
    command: ["node", "--test", `--test-concurrency=${availableParallelism()}`, REPORTER, "packages/*/src/**/*.slow.test.ts"],
  },
  { name: "examples", command: ["node", "--test", REPORTER, "examples/*.test.ts", "examples/*/*.test.ts"] },
  { name: "attacks", command: ["node", "scripts/attack/run.ts"] },
  { name: "damaged components", command: ["node", "conformance/fuzz.ts", "--count", "10000", "--random"] },
]);
