/** The guests of the engine's tests that `async-chain.ts` runs. */
import { script } from "../../packages/engine/src/api/test-scripts.ts";

/** Where they are, in the repository. */
export const GUESTS = "packages/engine/src/api/guests";

/** Asks the host for 5 and waits with its stack kept. */
export const blocking: readonly number[] = script((run) => {
  run("ask-sync", 5);
  run("return");
}).words;
