/** Calls across the boundary: host to component, clean and after many other shapes, and component to component. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { EngineName } from "../engines.ts";
import type { Wasmtime } from "../peers.ts";
import { best, type Figure, type Options } from "../report.ts";
import { composedInvocations } from "./cases.ts";
import type { Round, Setup } from "./child.ts";

const guest = (name: string): string => fileURLToPath(new URL(`../guest/${name}.wasm`, import.meta.url));

/** One engine in a process of its own, which answers each message with one. */
class Contestant {
  readonly #child: ChildProcess;
  readonly name: EngineName;
  #answered: (answer: unknown) => void = () => {};

  constructor(name: EngineName) {
    this.name = name;
    this.#child = fork(new URL("child.ts", import.meta.url), { execArgv: ["--disable-warning=ExperimentalWarning"] });
    this.#child.on("message", (answer) => this.#answered(answer));
    this.#child.on("exit", () => this.#answered({ failed: "the process ended" }));
  }

  async setUp(setup: Omit<Setup, "engine">): Promise<readonly string[]> {
    return (await this.#ask({ engine: this.name, ...setup })) as string[];
  }

  async round(round: Round): Promise<number> {
    return (await this.#ask(round)) as number;
  }

  stop(): void {
    this.#child.kill();
  }

  async #ask(message: object): Promise<unknown> {
    const answer = await new Promise<unknown>((resolve) => {
      this.#answered = resolve;
      this.#child.send(message);
    });
    const { failed } = answer as { failed?: string };
    if (failed !== undefined) throw new Error(`${this.name}: ${failed}`);
    return answer;
  }
}

/** Host to component. Clean: a process of its own for each case. Polluted: after the shapes, all cases in one process. */
export async function hostToComponent(options: Options, component = guest("callee")): Promise<Figure[]> {
  const names = await caseNames({ component, cases: "host" });
  const clean: Figure[] = [];
  for (const name of names) clean.push(...(await rounds([name], "host → component", { component, cases: "host" }, options)));
  const polluted = await rounds(names, "host → component, polluted", { component, cases: "host", shaper: guest("shaper") }, options);
  return [...clean, ...polluted];
}

export async function componentToComponent(options: Options, wasmtime: Wasmtime | undefined): Promise<Figure[]> {
  const setup = { component: guest("composed"), cases: "composed" } as const;
  const figures = await rounds(await caseNames(setup), "component → component", setup, options);
  if (wasmtime === undefined) return figures;
  return figures.map((figure) => ({
    ...figure,
    values: { ...figure.values, wasmtime: inWasmtime(wasmtime, setup.component, composedInvocations[figure.name]!, options) },
  }));
}

async function caseNames(setup: Omit<Setup, "engine">): Promise<readonly string[]> {
  const contestant = new Contestant("tenon");
  try {
    return await contestant.setUp(setup);
  } finally {
    contestant.stop();
  }
}

async function rounds(names: readonly string[], group: string, setup: Omit<Setup, "engine">, options: Options): Promise<Figure[]> {
  const contestants = options.engines.map((name) => new Contestant(name));
  try {
    for (const contestant of contestants) await contestant.setUp(setup);
    const figures: Figure[] = [];
    for (const name of names) {
      const values: Record<string, number> = {};
      for (let i = 0; i < options.rounds; i++)
        for (const contestant of contestants) {
          const took = await contestant.round({ name, milliseconds: options.roundMilliseconds });
          values[contestant.name] = Math.min(values[contestant.name] ?? Infinity, took);
        }
      figures.push({ group, name, unit: "ns", values });
    }
    return figures;
  } finally {
    for (const contestant of contestants) contestant.stop();
  }
}

/** Whole processes with and without the loop; the difference is the loop. */
function inWasmtime(wasmtime: Wasmtime, component: string, invocation: (times: number) => string, options: Options): number {
  const run = (times: number): number => wasmtime.time(["run", "--invoke", invocation(times), component]);
  let times = 1;
  const idle = best(options.rounds, () => run(0));
  // long enough that the start of the process is lost in it
  while (run(times) - idle < options.roundMilliseconds * 4) times *= 4;
  return ((best(options.rounds, () => run(times)) - idle) * 1e6) / times;
}
