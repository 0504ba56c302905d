/** Prints, as JSON, what it takes to have many calls wait at once in one instance, and to have them go on. Arguments: `ask` or `await`, and how many. */
import { readFile } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { compile } from "@tenon/engine";

export interface Waiting {
  /** Milliseconds until all wait, and from the first answer until all are done. */
  readonly start: number;
  readonly end: number;
  /** Bytes more than before, for all of them: used of the heap and by buffers, and resident. */
  readonly heap: number;
  readonly resident: number;
}

/** So many calls come first, whose memory doesn't count. */
const WARM_UP = 100;

type Guest = Readonly<Record<string, (given: unknown) => Promise<number>>>;

let answers: Array<(value: number) => void> = [];
const promise = (): Promise<number> => new Promise((resolve) => answers.push(resolve));

const component = await compile(new Uint8Array(await readFile(new URL("../guest/waiting.wasm", import.meta.url))));
const guest = (await component.instantiate({ answer: promise })).exports as Guest;

/** Calls of which all wait. */
async function begin(kind: string, count: number): Promise<Array<Promise<number>>> {
  const calls = Array.from({ length: count }, (_, i) => guest[kind]!(kind === "ask" ? i : promise()));
  do await turn();
  while (answers.length < count);
  return calls;
}

/** Each is given its number. */
async function end(calls: ReadonlyArray<Promise<number>>): Promise<void> {
  for (const [i, answer] of answers.entries()) answer(i);
  answers = [];
  const got = await Promise.all(calls);
  const wrong = got.findIndex((value, i) => value !== i);
  if (wrong >= 0) throw new Error(`call ${wrong} gave ${got[wrong]}`);
}

function held(): { heap: number; resident: number } {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}

const [kind, count] = [process.argv[2]!, Number(process.argv[3])];
await end(await begin(kind, WARM_UP));
const before = held();
let from = performance.now();
const calls = await begin(kind, count);
const start = performance.now() - from;
const after = held();
from = performance.now();
await end(calls);
const figures: Waiting = { start, end: performance.now() - from, heap: after.heap - before.heap, resident: after.resident - before.resident };
process.stdout.write(JSON.stringify(figures));
