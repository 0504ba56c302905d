/**
 * A process that holds one engine and one component and runs rounds when told to. The parent lets the processes of all engines take turns,
 * so that whatever else the machine does falls on all of them alike.
 */
import { readFile } from "node:fs/promises";
import type { GuestLoop } from "../composed/loops.ts";
import { type EngineName, type Exports, engines } from "../engines.ts";
import { type Wiring, wired } from "../wires/wired.ts";
import { guestCases, hostCases, type Loop } from "./cases.ts";
import { pollute } from "./pollute.ts";

export interface Measuring {
  readonly component: string;
  readonly cases: "host" | readonly GuestLoop[];
  /** The component that is called first, in ways that the measured one is not. */
  readonly shaper?: string;
  /** Two components, wired when they run; they stand for `component`. */
  readonly wiring?: Wiring;
}

export interface Setup extends Measuring {
  readonly engine: EngineName;
}

export interface Round {
  readonly name: string;
  readonly milliseconds: number;
}

export interface Result {
  readonly name: string;
  readonly times: number;
}

async function prepare(setup: Setup): Promise<Map<string, Loop>> {
  const exports = setup.wiring === undefined ? await instantiated(setup) : await wired(setup.wiring);
  if (setup.shaper !== undefined) {
    const polluting = await engines[setup.engine]();
    await pollute(polluting, await bytes(setup.shaper));
    await polluting.close();
  }
  const loops = new Map<string, Loop>();
  for (const { name, loop } of setup.cases === "host" ? hostCases : guestCases(setup.cases)) {
    const made = loop(exports);
    if (made !== undefined) loops.set(name, made);
  }
  return loops;
}

async function instantiated({ engine: name, component }: Setup): Promise<Exports> {
  const engine = await engines[name]();
  const instantiate = await engine.compile(await bytes(component));
  await engine.close().catch(() => {});
  return instantiate();
}

async function bytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(path));
}

/** Nanoseconds per call: the loop is lengthened until it takes its time, and starts about as long the next time. */
async function measure(name: string, loop: Loop, milliseconds: number): Promise<number> {
  for (let times = enough.get(name) ?? 1; ; times *= 2) {
    const start = performance.now();
    await loop(times);
    const took = performance.now() - start;
    if (took < milliseconds) continue;
    enough.set(name, took < milliseconds * 2 ? times : Math.ceil(times / 2));
    return (took * 1e6) / times;
  }
}

const enough = new Map<string, number>();
let loops: Promise<Map<string, Loop>>;

async function answer(message: Setup | Round | Result): Promise<readonly string[] | string | number> {
  if ("engine" in message) {
    loops = prepare(message);
    return [...(await loops).keys()];
  }
  const loop = (await loops).get(message.name);
  if (loop === undefined) throw new Error(`nothing exported for \`${message.name}\``);
  return "times" in message ? String(await loop(message.times)) : measure(message.name, loop, message.milliseconds);
}

process.on("message", async (message: Setup | Round | Result) => {
  try {
    process.send!(await answer(message));
  } catch (error) {
    process.send!({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
