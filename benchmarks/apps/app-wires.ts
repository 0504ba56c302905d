/**
 * Prints, as JSON, what an app's wires cost: a call beside one by a wire of the engine's own, an operation from its beginning to the first
 * call at the new end, and what an app of a thousand parts takes.
 */
import { compile } from "@tenon/engine";
import { App, type Revision, standardInterposers } from "@tenon/runtime/app";
import { nodeKinds, nodePlatform } from "@tenon/runtime/node/app";
import { bytesOf, guest, wired } from "../wires/wired.ts";

export interface AppWires {
  /** Nanoseconds of a call of two numbers and of an echoed text of 16 bytes, by an app's wire and by the engine's. */
  readonly add: readonly [app: number, engine: number];
  readonly echo: readonly [app: number, engine: number];
  /** Milliseconds from the operation to the first call: to a part that was led to before, to one that never was. */
  readonly cached: number;
  readonly first: number;
  /** Of an app of 1,000 parts and 3,000 wires: milliseconds of its start, of one operation; bytes for each part. */
  readonly start: number;
  readonly operation: number;
  readonly bytes: number;
}

const OPS = "tenon:bench/ops@0.1.0";
const ME = { author: "bench" };
const ROUNDS = 15;

type Run = (times: number, length: number) => unknown;

/** The least nanoseconds of one of many calls. */
function nanoseconds(run: Run, times: number, length = 16): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    run(times, length);
    least = Math.min(least, performance.now() - start);
  }
  return (least * 1e6) / times;
}

/** The least of two kinds of call, measured in turns. */
function inTurns(app: Run, engine: Run, times: number): readonly [number, number] {
  let [a, b] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    a = Math.min(a, nanoseconds(app, times));
    b = Math.min(b, nanoseconds(engine, times));
  }
  return [a, b];
}

async function start(document: object): Promise<App> {
  const revisions: Revision[] = [];
  const journal = { revisions, append: async (revision: Revision) => void revisions.push(revision), retract: async () => void revisions.pop() };
  const platform = nodePlatform(guest("caller"), { kinds: nodeKinds(), interposers: standardInterposers, journal, grants: { allows: () => false } });
  return App.start(JSON.stringify(document, undefined, 2), platform);
}

const callees = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`callee${i}`, { component: "./callee.wasm" }]));
const names = ["run-add", "run-echo"];
const exports = Object.fromEntries(names.map((name) => [name, `caller#${name}`]));
const small = { tenon: 1, name: "small", parts: { caller: { component: "./caller.wasm" }, ...callees }, wires: { caller: { [OPS]: "callee0" } }, exports };

async function calls(): Promise<Pick<AppWires, "add" | "echo">> {
  const app = await start(small);
  const engine = await wired({ kind: "open", rewires: 3 });
  const of = (name: string): Run => app.exports[name] as Run;
  return { add: inTurns(of("run-add"), engine.runAdd as Run, 1_000_000), echo: inTurns(of("run-echo"), engine.runEcho as Run, 100_000) };
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1]!;
}

async function operations(): Promise<Pick<AppWires, "cached" | "first">> {
  const app = await start(small);
  const once = app.exports["run-echo"] as Run;
  const lead = async (to: number): Promise<number> => {
    const begun = performance.now();
    await app.apply([{ op: "wire", from: "caller", import: OPS, to: `callee${to}` }], ME);
    once(1, 16);
    return performance.now() - begun;
  };
  const first: number[] = [];
  for (let i = 1; i < 40; i++) first.push(await lead(i));
  const cached: number[] = [];
  for (let i = 0; i < 60; i++) cached.push(await lead(i % 2));
  return { first: median(first), cached: median(cached) };
}

async function thousand(): Promise<Pick<AppWires, "start" | "operation" | "bytes">> {
  const parts: Record<string, object> = {};
  const wires: Record<string, object> = {};
  for (let i = 0; i < 1000; i++) {
    parts[`part${i}`] = { component: "./part.wasm" };
    wires[`part${i}`] = Object.fromEntries(ENDS.map((end, at) => [end, `part${(i + at + 1) % 1000}#${EXPORT}`]));
  }
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  const begun = performance.now();
  const app = await start({ tenon: 1, name: "large", parts, wires });
  const took = performance.now() - begun;
  const bytes = (process.memoryUsage.rss() - before) / 1000;
  const times: number[] = [];
  for (let i = 0; i < 30; i++) {
    const from = performance.now();
    await app.apply([{ op: "wire", from: `part${i}`, import: ENDS[0]!, to: `part${500 + i}#${EXPORT}` }], ME);
    times.push(performance.now() - from);
  }
  return { start: took, operation: median(times), bytes };
}

const part = await compile(await bytesOf("part"));
const ENDS = part.imports.map(({ name }) => name);
const EXPORT = part.exports[0]!.name;

process.stdout.write(JSON.stringify({ ...(await calls()), ...(await operations()), ...(await thousand()) } satisfies AppWires));
