/** Compiles and instantiates one worst input in a process of its own, and prints time, memory and outcome as JSON. */
import { readFileSync } from "node:fs";
import { compile } from "../packages/engine/src/index.ts";
import { EMPTY_COMPONENT } from "./component-bytes.ts";
import { describe } from "./verdict.ts";

export interface WorstOutcome {
  readonly milliseconds: number;
  /** The largest resident set, Node's own included. */
  readonly megabytes: number;
  readonly outcome: string;
  /** Whether the outcome is one that the engine may give. */
  readonly proper: boolean;
}

const bytes = new Uint8Array(readFileSync(process.argv[2]!));
// Loading the engine's code is not what the input costs.
await (await compile(Uint8Array.from(EMPTY_COMPONENT))).instantiate();

const began = performance.now();
let outcome = "runs";
let proper = true;
try {
  const component = await compile(bytes);
  outcome = "valid";
  await component.instantiate();
  outcome = "runs";
} catch (error) {
  proper = error instanceof Error && "code" in error && (error.name === "ComponentError" || error.name === "Trap");
  outcome = `${outcome === "valid" ? "valid, then " : ""}${describe(error).slice(0, 160)}`;
}
const milliseconds = performance.now() - began;
const megabytes = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ milliseconds, megabytes, outcome, proper } satisfies WorstOutcome));
