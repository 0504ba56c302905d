/** Prints, as JSON, how many milliseconds it takes to lead an end elsewhere. */
import { compile, Store } from "@tenon/engine";
import { bytesOf, callees, type OpenCaller, openCaller } from "./wired.ts";

export interface Repointing {
  /** To an instance that it led to before. */
  readonly cached: number;
  /** To an instance that it never led to. */
  readonly firstCached: number;
  /** To functions of types that no adapter was made for. */
  readonly fresh: number;
  /** Of the function whose type was new. */
  readonly firstCall: number;
  /** The first of the process: nothing of the engine has run before. */
  readonly first: number;
}

const TIMES = 101;

/** `u8` to `char`: all are one `i32` to core code, so a component in which one stands for the other is valid. */
const TYPES = [0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x7a, 0x79, 0x74];

/** The function type (a: u32, b: u32) -> u32. */
const ADD = [0x40, 2, 1, 0x61, 0x79, 1, 0x62, 0x79, 0, 0x79];

/** The component with a type of its own for `add`: the `number`th of 512. */
function withAdd(bytes: Uint8Array, number: number): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(bytes);
  for (let at = 0; at + ADD.length <= bytes.length; at++) {
    if (!ADD.every((byte, i) => bytes[at + i] === byte)) continue;
    changed[at + 4] = TYPES[number & 7]!;
    changed[at + 7] = TYPES[(number >> 3) & 7]!;
    changed[at + 9] = TYPES[(number >> 6) & 7]!;
  }
  return changed;
}

function time(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1]!;
}

async function measure(): Promise<Repointing> {
  const [callerBytes, calleeBytes] = [await bytesOf("caller"), await bytesOf("callee")];
  const caller = await compile(callerBytes);
  const callee = await compile(calleeBytes);
  const store = new Store();
  const instances = await callees(callee, store, TIMES);
  const open: OpenCaller = await openCaller(caller, undefined, store);
  const first = time(() => open.lead(instances[0]!));
  const firstCached = instances.slice(1).map((instance) => time(() => open.lead(instance)));
  const cached = Array.from({ length: TIMES * 5 }, (_, i) => time(() => open.lead(instances[i % 2]!)));

  const [fresh, firstCall]: [number[], number[]] = [[], []];
  for (let i = 0; i < TIMES; i++) {
    const other = new Store();
    const [provider] = await callees(await compile(withAdd(calleeBytes, i)), other, 1);
    const part = await openCaller(await compile(withAdd(callerBytes, i)), undefined, other);
    fresh.push(time(() => part.lead(provider!)));
    // characters beyond the last one would trap: no sum is
    firstCall.push(time(() => (part.exports.runAdd as (times: number) => unknown)(1)));
  }
  return { cached: median(cached), firstCached: median(firstCached), fresh: median(fresh), firstCall: median(firstCall), first };
}

process.stdout.write(JSON.stringify(await measure()));
