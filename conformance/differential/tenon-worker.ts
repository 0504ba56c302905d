/** A thread in which our engine runs components. */
import { parentPort, workerData } from "node:worker_threads";
import type { Change, Component } from "../../packages/engine/src/index.ts";
import type { Built, Outcome } from "./engine.ts";

/** Nested components that are joined by closures, as in a JavaScript engine that can't run fused adapters, or fused; or components with open ends. */
export type Way = "closures" | "fused" | "wired";

export interface Work {
  readonly built: Built;
  readonly calls: readonly string[];
  readonly fresh: boolean;
}

const way: Way = workerData.way;
let asked = 0;
if (way === "closures") {
  WebAssembly.validate = () => {
    asked += 1;
    return false;
  };
}
const { compile, rewire, Store } = await import("../../packages/engine/src/index.ts");
const { prepareCall } = await import("../../packages/cli/src/invoke.ts");

async function run({ built, calls, fresh }: Work): Promise<Outcome[]> {
  const compiled = await Promise.all((way === "wired" ? built.parts : [built.component]).map((bytes) => compile(bytes, { name: "root" })));
  const outcomes: Outcome[] = [];
  let { exports, wires } = await instantiate(compiled);
  if (way === "closures" && asked === 0) throw new Error("the engine did not ask whether it can run fused adapters: this compares nothing");
  for (const call of calls) {
    let alive = true;
    // Led where they lead already, but anew.
    rewire(wires);
    try {
      outcomes.push({ value: (await prepareCall(call, compiled.at(-1)!, "component").of(exports)) ?? "" });
    } catch (error) {
      outcomes.push(outcomeOf(error));
      alive = false;
    }
    if (fresh || !alive) ({ exports, wires } = await instantiate(compiled));
  }
  return outcomes;
}

/** The exports of the last component, and how the ends of all are wired. */
async function instantiate(components: readonly Component[]): Promise<{ readonly exports: Record<string, unknown>; readonly wires: readonly Change[] }> {
  const store = new Store();
  const all: Record<string, unknown> = {};
  const wires: Change[] = [];
  let exports: Record<string, unknown> = {};
  for (const component of components) {
    const part = await component.open({}, { store });
    const own = [...part.ends].map(([name, end]) => ({ end, to: all[name] }));
    rewire(own);
    wires.push(...own);
    ({ exports } = part);
    for (const { name } of component.exports) all[name] = exports[name] ?? exports[camelCase(name)] ?? exports[pascalCase(name)];
  }
  return { exports, wires };
}

const camelCase = (name: string): string => name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
const pascalCase = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

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
