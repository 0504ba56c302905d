/**
 * Swaps one part of a running app from Rust to JavaScript to C and back, with a megabyte of state that gains a field and loses it again,
 * while callers call. Prints, as JSON, for each step how many milliseconds the change took from the operation to its end, and how long a
 * caller waited at most meanwhile.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promising } from "@tenon/engine";
import { App, type Revision } from "@tenon/runtime/app";
import { nodeKinds, nodePlatform } from "@tenon/runtime/node/app";

interface SwapTimes {
  readonly to: string;
  readonly change: number;
  readonly waited: number;
}

/** `first`: with the component compiled for it. */
export interface SwapFigures extends SwapTimes {
  readonly first: number;
}

const PIPELINE = "tools:text/pipeline@1.0.0";
const DOCUMENT = fileURLToPath(new URL("../../examples/text-tools/tenon.jsonc", import.meta.url));
const ROUNDS = 9;

/** The app without its clock: what calls is here. */
async function start(): Promise<App> {
  const text = (await readFile(DOCUMENT, "utf8")).replace(/^.*"clock": \{.*$/gm, "").replace(', "tests": ["check"]', "");
  const revisions: Revision[] = [];
  const journal = { revisions, append: async (revision: Revision) => void revisions.push(revision), retract: async () => void revisions.pop() };
  return App.start(text, nodePlatform(DOCUMENT, { kinds: nodeKinds(), interposers: new Map(), journal, grants: { allows: () => false } }));
}

async function step(app: App, to: string, callers: number): Promise<SwapTimes> {
  let waited = 0;
  let isOver = false;
  const run = promising((app.exports[PIPELINE] as { readonly run: unknown }).run);
  const call = async (): Promise<void> => {
    while (!isOver) {
      const start = performance.now();
      await run("a b");
      await new Promise((resolve) => setImmediate(resolve));
      waited = Math.max(waited, performance.now() - start);
    }
  };
  const all = Array.from({ length: callers }, call);
  const start = performance.now();
  await app.apply([{ op: "swap", name: "tool", component: `./${to}/tool.wasm` }], { author: "benchmark" });
  const change = performance.now() - start;
  isOver = true;
  await Promise.all(all);
  return { to, change, waited };
}

/** `words`: how many different ones the state has; the rest of the megabyte is one text. With many, callers would spend their time sorting them. */
async function measure(words: number, callers: number): Promise<readonly SwapFigures[]> {
  const app = await start();
  const list = Array.from({ length: words }, (_, i) => `word${i}`).join(" ");
  const text = `${list} ${"x".repeat(Math.max(0, 1_000_000 - 4 * list.length))}`;
  (app.exports[PIPELINE] as { run(text: string): string[] }).run(text);
  const all: SwapTimes[] = [];
  for (let i = 0; i < ROUNDS; i++) for (const to of ["javascript", "c", "rust"]) all.push(await step(app, to, callers));
  await app.close();
  return ["javascript", "c", "rust"].map((to) => {
    const own = all.filter((each) => each.to === to);
    const [first, ...later] = own.map(({ change }) => change);
    return { to, first: first!, change: median(later), waited: median(own.map(({ waited }) => waited)) };
  });
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1]!;
}

process.stdout.write(`${JSON.stringify({ idle: await measure(0, 0), called: await measure(0, 8), words: await measure(20_000, 0) })}\n`);
