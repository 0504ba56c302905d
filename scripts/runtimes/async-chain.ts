/**
 * What each JavaScript runtime and a page run of async functions: two relays in a chain, JavaScript at its end. A relay asks the next and adds
 * 1, and hands streams on; calls that wait have no stack. A third guest blocks with its stack kept.
 */
import type * as Engine from "../../packages/engine/src/index.ts";

export interface Told {
  readonly answer: number;
  /** What came out of the chain for a stream, read by chunks and by an iteration. */
  readonly passed: readonly string[];
  /** Why an aborted call was rejected, and whether the end of the chain was told. */
  readonly aborted: readonly [reason: string, told: boolean];
  /** How many calls the end of the chain had waiting, and the sum of their answers. */
  readonly waiting: readonly [calls: number, sum: number];
  /** What blocks: its answer, or the code of the error. */
  readonly blocking: number | string;
  readonly canSuspend: boolean;
  /** What has not ended. */
  readonly left: Readonly<Record<string, number>>;
}

const ASKING = "test:async/asking";
const CALLS = 1000;
/** What the first of them asks for: a relay traps for some smaller numbers. */
const FIRST = 100;

/** The guests of the engine's tests. */
export interface Guests {
  readonly relay: Uint8Array<ArrayBuffer>;
  readonly script: Uint8Array<ArrayBuffer>;
  /** For `script`: asks for 5, waits with its stack kept, and returns the answer as its third result. */
  readonly program: readonly number[];
}

interface Asking {
  ask(x: number, options?: { readonly signal?: AbortSignal }): Promise<number>;
  pass(stream: unknown): ReadableStream<Uint8Array>;
}

interface Script {
  stack(program: readonly number[], stream: undefined, future: undefined): Promise<Uint32Array>;
}

/** Beyond the microtasks. */
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

export async function asyncChain({ compile, Store }: Pick<typeof Engine, "compile" | "Store">, { relay, script, program }: Guests): Promise<Told> {
  const asked: { readonly x: number; readonly signal: AbortSignal; readonly answer: (x: number) => void }[] = [];
  const end = {
    ask: (x: number, { signal }: { readonly signal: AbortSignal }) => new Promise<number>((answer) => asked.push({ x, signal, answer })),
    pass: (stream: ReadableStream<Uint8Array>) => stream,
  };
  const store = new Store();
  const component = await compile(relay);
  const second = await component.open({ [ASKING]: end }, { store });
  const first = await component.open({ [ASKING]: second.exports[ASKING] }, { store });
  const chain = first.exports[ASKING] as Asking;
  const answerAll = () => {
    for (const { x, answer } of asked.splice(0).reverse()) answer(10 * x);
  };

  const one = chain.ask(4);
  await turn();
  answerAll();
  const answer = await one;

  const passed = [await new Response(chain.pass(source())).text()];
  let text = "";
  for await (const chunk of chain.pass(chunks())) text += new TextDecoder().decode(chunk);
  passed.push(text);

  const controller = new AbortController();
  const call = chain.ask(1, { signal: controller.signal }).catch((error: Error) => error.message);
  await turn();
  controller.abort(new Error("no longer wanted"));
  const reason = String(await call);
  await turn();
  const told = asked.splice(0).every(({ signal }) => signal.aborted);

  const calls = Array.from({ length: CALLS }, (_, i) => chain.ask(FIRST + i));
  await turn();
  const waiting = asked.length;
  answerAll();
  const sum = (await Promise.all(calls)).reduce((total, each) => total + each, 0);

  const blocking = await block(await compile(script), program, store);
  await turn();
  return {
    answer,
    passed,
    aborted: [reason, told],
    waiting: [waiting, sum],
    blocking,
    canSuspend: "Suspending" in WebAssembly,
    left: Object.fromEntries(Object.entries(store.counts).filter(([, count]) => count !== 0)),
  };
}

function source(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      for await (const chunk of chunks()) controller.enqueue(chunk);
      controller.close();
    },
  });
}

async function* chunks(): AsyncGenerator<Uint8Array> {
  for (const word of ["through ", "two ", "relays"]) {
    await turn();
    yield new TextEncoder().encode(word);
  }
}

async function block(component: Engine.Component, program: readonly number[], store: Engine.Store): Promise<number | string> {
  const nobody = () => {};
  const host = { ask: async (x: number) => 2 * x, try: nobody, slow: nobody, text: nobody, sink: nobody };
  const { exports } = await component.instantiate({ "test:async/host": host, "test:async/script": { run: nobody, stack: nobody, plain: nobody } }, { store });
  try {
    const results = await (exports["test:async/script"] as Script).stack(program, undefined, undefined);
    return results[2]!;
  } catch (error) {
    return (error as Engine.ComponentError).code;
  }
}

/** What it must come to. */
export function expected(canSuspend: boolean): Told {
  return {
    answer: 42,
    passed: ["through two relays", "through two relays"],
    aborted: ["no longer wanted", true],
    waiting: [CALLS, 10 * (CALLS * FIRST + (CALLS * (CALLS - 1)) / 2) + 2 * CALLS],
    blocking: canSuspend ? 10 : "call/would-suspend",
    canSuspend,
    left: {},
  };
}
