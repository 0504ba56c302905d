/** A thread in which our engine runs components. */
import { parentPort, workerData } from "node:worker_threads";
import type { Change, Component } from "../../packages/engine/src/index.ts";
import { type Built, type Call, describeOutcome, type Outcome } from "./engine.ts";

/** Components nested in one another, or parts with open ends; joined by closures, as in a JavaScript engine that can't run fused adapters, or fused. */
export type Way = "closures" | "fused" | "wired closures" | "wired";

export interface Work {
  readonly built: Built;
  readonly calls: readonly Call[];
  readonly fresh: boolean;
}

const way: Way = workerData.way;
const isWired = way.startsWith("wired");
const isFused = !way.endsWith("closures");
let asked = 0;
if (!isFused) {
  WebAssembly.validate = () => {
    asked += 1;
    return false;
  };
}
const { compile, rewire, Store } = await import("../../packages/engine/src/index.ts");
const { prepareCall } = await import("../../packages/cli/src/invoke.ts");

async function run({ built, calls, fresh }: Work): Promise<Outcome[]> {
  const components = await Promise.all((isWired ? built.parts : [built.component]).map((bytes) => compile(bytes, { name: "part" })));
  const outcomes: Outcome[] = [];
  let { parts, wires } = await instantiate(components);
  if (!isFused && asked === 0) throw new Error("the engine did not ask whether it can run fused adapters: this compares nothing");
  for (const { text, afterwards } of calls) {
    // Led where they lead already, but anew.
    rewire(wires);
    let outcome = await call(parts, text);
    // Nested components are poisoned together.
    if (isWired && "trap" in outcome) outcome = { ...outcome, afterwards: describeOutcome(await call(parts, afterwards)) };
    outcomes.push(outcome);
    if (fresh || !("value" in outcome)) ({ parts, wires } = await instantiate(components));
  }
  return outcomes;
}

interface Part {
  readonly component: Component;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** A call of whichever part has the function. */
async function call(parts: readonly Part[], text: string): Promise<Outcome> {
  const [name] = text.split("(");
  const { component, exports } = parts.findLast(({ component }) => component.exports.some((each) => each.name === name))!;
  try {
    return { value: (await prepareCall(text, component, "component").of(exports)) ?? "" };
  } catch (error) {
    return outcomeOf(error);
  }
}

/** The instances of all, and how their ends are wired: each imports from those before. */
async function instantiate(components: readonly Component[]): Promise<{ readonly parts: readonly Part[]; readonly wires: readonly Change[] }> {
  const store = new Store();
  const all: Record<string, unknown> = {};
  const parts: Part[] = [];
  const wires: Change[] = [];
  for (const component of components) {
    const { ends, exports } = await component.open({}, { store });
    const own = [...ends].map(([name, end]) => ({ end, to: all[name] }));
    rewire(own);
    wires.push(...own);
    parts.push({ component, exports });
    for (const { name } of component.exports) all[name] = exports[name] ?? exports[camelCase(name)] ?? exports[pascalCase(name)];
  }
  return { parts, wires };
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
