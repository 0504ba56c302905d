/**
 * Prints, as JSON, how long bytes take through a guest, from a stream of JavaScript to a stream of JavaScript, and what memory the process had at most.
 * Arguments: the engine; how: `chunks`, `lent` when both ends bring their own buffers, or `between` two guests; how many pieces of 64 KiB, and
 * how often: the least time counts.
 */
import { readFile } from "node:fs/promises";
import { type EngineName, type Exports, engines } from "../engines.ts";

export interface Carried {
  readonly milliseconds: number;
  /** Resident megabytes at most. */
  readonly peak: number;
}

const PIECE = 65536;

/** So many pieces are carried before the clock is started. */
const WARM_UP = 64;

/** jco's streams give more than one element at a time only by this. */
interface JcoStream {
  read(options: { count: number }): Promise<{ value?: Uint8Array; done: boolean }>;
}

type Through = (input: ReadableStream<Uint8Array>) => Promise<ReadableStream<Uint8Array> | JcoStream>;

/** Each piece begins with its number, up to this. */
const NUMBERS = 64;

/** What is at hand already, in turn. */
function plainSource(pieces: number): ReadableStream<Uint8Array> {
  const buffers = Array.from({ length: NUMBERS }, (_, number) => new Uint8Array(PIECE).fill(number));
  let piece = 0;
  return new ReadableStream({
    pull(controller) {
      if (piece === pieces) controller.close();
      else controller.enqueue(buffers[piece++ % NUMBERS]!);
    },
  });
}

/** What comes right into the buffers that the reader brings. */
function lendingSource(pieces: number): ReadableStream<Uint8Array> {
  let left = pieces * PIECE;
  return new ReadableStream({
    type: "bytes",
    pull(controller: ReadableByteStreamController) {
      const { byobRequest } = controller;
      if (left === 0) {
        controller.close();
        byobRequest?.respond(0);
        return;
      }
      const view = byobRequest?.view ?? new Uint8Array(PIECE);
      const length = Math.min(view.byteLength, left);
      const bytes = new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, length);
      const at = pieces * PIECE - left;
      if (at % PIECE === 0) bytes[0] = (at / PIECE) % NUMBERS;
      left -= length;
      if (byobRequest) byobRequest.respond(length);
      else controller.enqueue(bytes);
    },
  });
}

/** Sees that all bytes come, and the first of each piece where it belongs. */
class Sink {
  #at = 0;
  readonly take = (bytes: Uint8Array): void => {
    for (let piece = Math.ceil(this.#at / PIECE); piece * PIECE < this.#at + bytes.length; piece++) {
      const first = bytes[piece * PIECE - this.#at];
      if (first !== piece % NUMBERS) throw new Error(`piece ${piece} begins with ${first}`);
    }
    this.#at += bytes.length;
  };

  end(pieces: number): void {
    if (this.#at !== pieces * PIECE) throw new Error(`${this.#at} bytes of ${pieces * PIECE} came`);
  }
}

async function drain(output: ReadableStream<Uint8Array> | JcoStream, lent: boolean, take: (bytes: Uint8Array) => void): Promise<void> {
  if ("read" in output) {
    for (;;) {
      const { value, done } = await output.read({ count: PIECE });
      if (value !== undefined) take(value);
      if (done) return;
    }
  }
  if (!lent) {
    for await (const bytes of output) take(bytes);
    return;
  }
  const reader = output.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(PIECE);
  for (;;) {
    const { value, done } = await reader.read(new Uint8Array(buffer));
    if (value !== undefined) take(value);
    if (done) return;
    buffer = value.buffer;
  }
}

async function carry(through: Through, pieces: number, lent: boolean): Promise<void> {
  const sink = new Sink();
  await drain(await through((lent ? lendingSource : plainSource)(pieces)), lent, sink.take);
  sink.end(pieces);
}

const [name, how, count, times] = process.argv.slice(2);
const engine = await engines[name as EngineName]();

async function exportsOf(guest: string): Promise<Exports> {
  const instantiate = await engine.compile(new Uint8Array(await readFile(new URL(`../guest/${guest}.wasm`, import.meta.url))));
  return instantiate();
}

async function carrier(): Promise<(pieces: number) => Promise<unknown>> {
  if (how === "between") return (await exportsOf("streams")).run as (pieces: number) => Promise<bigint>;
  const through = (await exportsOf("through")).through as Through;
  return (pieces) => carry(through, pieces, how === "lent");
}

const carries = await carrier();
await carries(WARM_UP);
let milliseconds = Infinity;
for (let i = 0; i < Number(times); i++) {
  const start = performance.now();
  await carries(Number(count));
  milliseconds = Math.min(milliseconds, performance.now() - start);
}
await engine.close();
process.stdout.write(JSON.stringify({ milliseconds, peak: process.resourceUsage().maxRSS / 1024 } satisfies Carried));
