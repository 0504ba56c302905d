/** What the tests of concurrency share: a guest that runs programs (`guests/script.wat`), which a test writes. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Store } from "../store/store.ts";
import { type Component, compile, type Instance } from "./component.ts";
import { load } from "./test-wires.ts";

/** In the order of the guest's table. */
const COMMANDS = [
  "return",
  "cancelled",
  "trap",
  "end",
  "load",
  "store",
  "shr",
  "plus",
  "index",
  "payload",
  "high",
  "realloc-traps",
  "ask",
  "ask-sync",
  "text",
  "sink",
  "try",
  "slow",
  "peer-run",
  "peer-run-sync",
  "peer-stack",
  "peer-stack-sync",
  "peer-plain",
  "give",
  "set-new",
  "set-wait",
  "set-poll",
  "set-drop",
  "join",
  "subtask-cancel",
  "subtask-cancel-sync",
  "subtask-drop",
  "stream-new",
  "stream-read",
  "stream-read-sync",
  "stream-cancel-read",
  "stream-cancel-read-sync",
  "stream-write",
  "stream-write-sync",
  "stream-cancel-write",
  "stream-cancel-write-sync",
  "stream-drop-readable",
  "stream-drop-writable",
  "future-new",
  "future-read",
  "future-read-sync",
  "future-cancel-read",
  "future-cancel-read-sync",
  "future-write",
  "future-write-sync",
  "future-cancel-write",
  "future-cancel-write-sync",
  "future-drop-readable",
  "future-drop-writable",
  "backpressure-inc",
  "backpressure-dec",
  "thread-yield",
  "exit",
  "yield",
  "wait",
  "code",
  "thread-index",
  "thread-new",
  "thread-resume-later",
  "thread-suspend",
  "thread-suspend-then-resume",
  "thread-yield-then-resume",
  "thread-suspend-then-promote",
  "thread-yield-then-promote",
] as const;
export type Command = (typeof COMMANDS)[number];

/** The result of a command, by its place. */
export interface Result {
  readonly place: number;
}
/** A program within a program: for another task, or a thread. */
export interface Part {
  readonly words: readonly number[];
}
export type Argument = number | Result;
export type Do = (command: Command, first?: Argument | Part, second?: Argument, third?: Argument) => Result;

const RESULT = 0x80000000;
/** A program's results 0 and 1 are what it was given. */
export const STREAM: Result = { place: 0 };
export const FUTURE: Result = { place: 1 };
/** What a built-in returns that has to wait. */
export const BLOCKED = 0xffffffff;
/** `Subtask.State`, `EventCode`, `CopyResult` and `CallbackCode`. */
export const STARTING = 0;
export const STARTED = 1;
export const RETURNED = 2;
export const CANCELLED_BEFORE_STARTED = 3;
export const CANCELLED_BEFORE_RETURNED = 4;
export const EVENT = { none: 0, subtask: 1, streamRead: 2, streamWrite: 3, futureRead: 4, futureWrite: 5, taskCancelled: 6 } as const;
export const COMPLETED = 0;
export const DROPPED = 1;
export const CANCELLED = 2;

const isPart = (argument: Argument | Part | undefined): argument is Part => typeof argument === "object" && "words" in argument;

export function script(write: (run: Do) => void): Part {
  const commands: Parameters<Do>[] = [];
  write((...command) => ({ place: 1 + commands.push(command) }));
  const parts = commands.flatMap(([, first]) => (isPart(first) ? [first] : []));
  if (parts.length > 0) commands.push(["end"]);
  const words: number[] = [];
  let end = 16 * commands.length;
  for (const [name, first = 0, second = 0, third = 0] of commands) {
    // A part is passed as its place and length.
    const all = isPart(first) ? [end, first.words.length, second] : [first, second, third];
    if (isPart(first)) end += 4 * first.words.length;
    words.push(COMMANDS.indexOf(name), ...all.map((argument) => (typeof argument === "number" ? argument : RESULT + argument.place)));
  }
  return { words: [...words, ...parts.flatMap(({ words }) => words)] };
}

type Run = (program: readonly number[], stream?: unknown, future?: unknown, options?: { readonly signal: AbortSignal }) => Promise<Uint32Array>;
/** An instance of the guest, by the ways in which its one function is lifted. */
export interface Scripted {
  readonly instance: Instance;
  readonly store: Store;
  readonly exports: object;
  run(program: Part, options?: CallOptions): Promise<Uint32Array>;
  stack(program: Part, options?: CallOptions): Promise<Uint32Array>;
  sync(program: Part, options?: CallOptions): Promise<Uint32Array>;
  plain(program: Part): Uint32Array;
}
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly stream?: unknown;
  readonly future?: unknown;
}

export interface Host {
  ask(x: number, options: { readonly signal: AbortSignal }): unknown;
  try(x: number): unknown;
  /** Not an async function. */
  slow(x: number): unknown;
  text(x: number): unknown;
  sink(stream: ReadableStream<Uint8Array>, future: Promise<number>): unknown;
}

const nobody = (): never => {
  throw new Error("nobody is there");
};

/** `waitable-set.wait` of the guest, in a section of its own: the byte after it says whether it can be cancelled, which no tool writes any more. */
const WAIT = [8, 4, 1, 0x20, 0];

/** The guest, whose waits can be cancelled. */
async function cancellable(): Promise<Component> {
  const bytes = (await load("script")).bytes.slice();
  const at = bytes.findIndex((_, at) => WAIT.every((byte, i) => bytes[at + i] === byte));
  assert.ok(at > 0);
  bytes[at + WAIT.length - 1] = 1;
  return compile(bytes, { name: "script-cancellable" });
}

export interface ScriptOptions {
  readonly store?: Store;
  /** Whom its programs can call. */
  readonly peer?: Scripted;
  readonly host?: Partial<Host>;
  readonly name?: "script" | "script-threads" | "script-cancellable";
}

export async function scripted({ store = new Store(), peer, host = {}, name = "script" }: ScriptOptions = {}): Promise<Scripted> {
  const component = name === "script-cancellable" ? await cancellable() : await load(name);
  const instance = await component.instantiate(
    {
      "test:async/host": { ask: nobody, try: nobody, slow: nobody, text: nobody, sink: nobody, ...host },
      "test:async/script": peer?.exports ?? { run: nobody, stack: nobody, plain: nobody },
    },
    { store },
  );
  const exports = instance.exports["test:async/script"] as Record<"run" | "stack" | "sync", Run> & { plain(program: readonly number[]): Uint32Array };
  const given = ({ stream, future, signal }: CallOptions) => [stream, future, ...(signal === undefined ? [] : [{ signal }])] as never;
  return {
    instance,
    store,
    exports,
    run: ({ words }, options = {}) => exports.run(words, ...(given(options) as [])),
    stack: ({ words }, options = {}) => exports.stack(words, ...(given(options) as [])),
    sync: ({ words }, { signal } = {}) => exports.sync(words, ...((signal === undefined ? [] : [{ signal }]) as [])),
    plain: ({ words }) => exports.plain(words),
  };
}

/** Till the microtasks, and what they have begun, are done. */
export async function settled(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

export const never = (): Promise<never> => new Promise(() => {});

/** The ways of async functions in which it is lifted. */
export const WAYS = ["run", "stack"] as const;
export type Way = (typeof WAYS)[number];

export const ping: Part = script((run) => run("return"));

/** Waits for a waitable, by the callback or on the stack. */
export function waitFor(run: Do, way: Way, waitable: Argument): void {
  const set = run("set-new");
  run("join", waitable, set);
  run(way === "run" ? "wait" : "set-wait", set);
}

/** The handle in what an async call returns. */
export const subtask = (run: Do, status: Result): Result => run("shr", status, 4);
export const newStream = (run: Do): [readable: Result, writable: Result] => [run("stream-new"), run("high")];
export const newFuture = (run: Do): [readable: Result, writable: Result] => [run("future-new"), run("high")];

/** What a store has that has not ended. */
export function leftOf({ counts }: Store): object {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

export async function isDead(guest: Scripted): Promise<void> {
  assert.notEqual(guest.instance.poisonedBy, undefined);
  for (const way of WAYS) await assert.rejects(guest[way](ping), { code: "trap/poisoned" });
  assert.throws(() => guest.plain(ping), { code: "trap/poisoned" });
}

export async function isAlive(guest: Scripted): Promise<void> {
  assert.equal(guest.instance.poisonedBy, undefined);
  for (const way of WAYS) await guest[way](ping);
  guest.plain(script((run) => run("load", 0)));
}
