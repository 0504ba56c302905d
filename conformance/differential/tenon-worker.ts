/** A thread in which our engine runs components; with `closures`, as in a JavaScript engine that can't run fused adapters. */
import { parentPort, workerData } from "node:worker_threads";
import type { Outcome } from "./engine.ts";

export interface Work {
  readonly component: Uint8Array<ArrayBuffer>;
  readonly calls: readonly string[];
  readonly fresh: boolean;
}

let asked = 0;
if (workerData.closures) {
  WebAssembly.validate = () => {
    asked += 1;
    return false;
  };
}
const { compile } = await import("../../packages/engine/src/index.ts");
const { prepareCall } = await import("../../packages/cli/src/invoke.ts");

async function run({ component, calls, fresh }: Work): Promise<Outcome[]> {
  const compiled = await compile(component, { name: "root" });
  const outcomes: Outcome[] = [];
  let instance = await compiled.instantiate();
  if (workerData.closures && asked === 0) throw new Error("the engine did not ask whether it can run fused adapters: this compares nothing");
  for (const call of calls) {
    try {
      outcomes.push({ value: (await prepareCall(call, compiled, "component").of(instance.exports)) ?? "" });
    } catch (error) {
      outcomes.push(outcomeOf(error));
      instance = await compiled.instantiate();
      continue;
    }
    if (fresh) instance = await compiled.instantiate();
  }
  return outcomes;
}

function outcomeOf(error: unknown): Outcome {
  const { name, code, message, stack } = error as Error & { code?: string };
  return name === "Trap" && code !== undefined ? { trap: code, message } : { failure: stack ?? message };
}

parentPort!.on("message", (work: Work) => {
  run(work).then(
    (outcomes) => parentPort!.postMessage(outcomes),
    (error) => parentPort!.postMessage(work.calls.map((): Outcome => ({ failure: String((error as Error).stack) }))),
  );
});
