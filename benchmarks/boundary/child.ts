/**
 * A process that holds one engine and one component and runs rounds when told to. The parent lets the processes of all engines take turns,
 * so that whatever else the machine does falls on all of them alike.
 */
import { readFile } from "node:fs/promises";
import { type EngineName, engines } from "../engines.ts";
import { composedCases, hostCases, type Loop } from "./cases.ts";
import { pollute } from "./pollute.ts";

export interface Setup {
  readonly engine: EngineName;
  readonly component: string;
  readonly cases: "host" | "composed";
  /** The component that is called first, in ways that the measured one is not. */
  readonly shaper?: string;
}

export interface Round {
  readonly name: string;
  readonly milliseconds: number;
}

async function prepare(setup: Setup): Promise<Map<string, Loop>> {
  const engine = await engines[setup.engine]();
  const instantiate = await engine.compile(await bytes(setup.component));
  await engine.close().catch(() => {});
  const exports = await instantiate();
  if (setup.shaper !== undefined) {
    const polluting = await engines[setup.engine]();
    await pollute(polluting, await bytes(setup.shaper));
    await polluting.close();
  }
  const loops = new Map<string, Loop>();
  for (const { name, loop } of setup.cases === "host" ? hostCases : composedCases) {
    const made = loop(exports);
    if (made !== undefined) loops.set(name, made);
  }
  return loops;
}

async function bytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(path));
}

/** Nanoseconds per call: the loop is lengthened until it takes its time. */
function measure(loop: Loop, milliseconds: number): number {
  for (let times = 1; ; times *= 2) {
    const start = performance.now();
    loop(times);
    const took = performance.now() - start;
    if (took >= milliseconds) return (took * 1e6) / times;
  }
}

let loops: Promise<Map<string, Loop>>;

process.on("message", async (message: Setup | Round) => {
  try {
    if ("engine" in message) {
      loops = prepare(message);
      process.send!([...(await loops).keys()]);
    } else {
      process.send!(measure((await loops).get(message.name)!, message.milliseconds));
    }
  } catch (error) {
    process.send!({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
