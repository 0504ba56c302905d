/** In a page: as many parts as are wired in a ring, led elsewhere, and then more parts until the platform has no room; and async parts. */
import { type Change, ComponentError, compile, type Part, rewire, Store } from "@tenon/engine";
import { type Told as AsyncTold, asyncChain } from "./async-chain.ts";

export interface Told {
  /** What the chain of calls through all parts answered, before and after all ends were led elsewhere. */
  readonly answers: readonly number[];
  /** How many parts there was room for, and what came then. */
  readonly parts: number;
  readonly refusal: { readonly code: string; readonly message: string };
}

interface Served {
  hop(left: number): number;
}

const served = (part: Part): Served => part.exports.served as Served;

/** `next` leads `step` further on, the others to parts that the chain of calls does not pass. */
function ring(parts: readonly Part[], step: number): Change[] {
  const offsets = { next: step, left: 41, right: 43 };
  return parts.flatMap((part, i) => Object.entries(offsets).map(([name, by]) => ({ end: part.ends.get(name)!, to: served(parts[(i + by) % parts.length]!) })));
}

async function run(count: number, chain: number): Promise<Told> {
  const component = await compile(fetch("/part.wasm"));
  const store = new Store();
  const parts: Part[] = [];
  for (let i = 0; i < count; i++) parts.push(await component.open({}, { store }));
  const answers: number[] = [];
  for (const step of [1, 2]) {
    rewire(ring(parts, step));
    answers.push(served(parts[0]!).hop(chain));
  }
  for (;;) {
    try {
      parts.push(await component.open({}, { store }));
    } catch (error) {
      if (!(error instanceof ComponentError)) throw error;
      return { answers, parts: parts.length, refusal: { code: error.code, message: error.message } };
    }
  }
}

/** `program`: for the guest that blocks. */
async function runAsync(program: readonly number[]): Promise<AsyncTold> {
  const read = async (name: string) => new Uint8Array(await (await fetch(`/${name}.wasm`)).arrayBuffer());
  return asyncChain({ compile, Store }, { relay: await read("relay"), script: await read("script"), program });
}

export interface Page {
  readonly run: typeof run;
  readonly runAsync: typeof runAsync;
}

Object.assign(globalThis, { run, runAsync } satisfies Page);
