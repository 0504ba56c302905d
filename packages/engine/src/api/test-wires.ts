/** What the tests of wires share: the guests of `guests/`, as parts with open ends. */
import { readFile } from "node:fs/promises";
import type { End } from "../link/open-ends.ts";
import { Store } from "../store/store.ts";
import { type Component, compile, type Instance, type Part } from "./component.ts";

export const COUNTERS = "test:wires/counters";
export const OUTSIDE = "test:wires/outside";
export const RELAY = "test:wires/relay";
export const REQUESTS = "test:wires/requests";
export const HANDLER = "test:wires/handler";
export const SOURCE = "test:wires/source";
export const POLL = "wasi:io/poll@0.2.0";
export const CLOCK = "test:wires/clock";
export const TIMER = "test:wires/timer";

const compiled = new Map<string, Promise<Component>>();

export function load(name: string): Promise<Component> {
  let component = compiled.get(name);
  if (component === undefined) {
    component = readFile(new URL(`guests/${name}.wasm`, import.meta.url)).then((bytes) => compile(new Uint8Array(bytes), { name }));
    compiled.set(name, component);
  }
  return component;
}

/** Functions of numbers, by name: what most exports of the guests are. */
export type Functions<Name extends string> = Readonly<Record<Name, (...numbers: number[]) => number>>;

export interface Counter extends Disposable {
  get(): number;
  add(by: number): number;
  plus(other: Counter): number;
  copy(): Counter;
  label(): string;
}
export interface Counters {
  readonly Counter: (new (start: number) => Counter) & { made(start: number): Counter };
  make(start: number): Counter;
  value(of: Counter): number;
  take(it: Counter): number;
  total(all: readonly Counter[]): number;
  pair(a: Counter, b: Counter): number;
  check(n: number): number;
  test(n: number): number;
  ask(n: number): number;
  fail(): void;
}

/** An instance that makes counters, each value of which tells its tag. */
export interface Provider {
  readonly part: Part;
  readonly counters: Counters;
  readonly dropped: () => number;
  readonly outside: End;
}

export async function provider(store: Store, tag: number, outside?: unknown): Promise<Provider> {
  const part = await (await load("provider")).open(outside === undefined ? {} : { [OUTSIDE]: outside }, { store });
  const exports = part.exports as unknown as Functions<"tag" | "dropped"> & Readonly<Record<typeof COUNTERS, Counters>>;
  exports.tag(tag);
  return { part, counters: exports[COUNTERS], dropped: exports.dropped, outside: part.ends.get(OUTSIDE)! };
}

type Calls =
  | "create"
  | "made"
  | "make"
  | "get"
  | "add"
  | "plus"
  | "absorb"
  | "copy"
  | "spread"
  | "slow"
  | "drop"
  | "value"
  | "take"
  | "pair"
  | "check"
  | "test"
  | "ask"
  | "fail";
export type DriverExports = Functions<Calls> & {
  label(c: number): string;
  total(all: Uint32Array | number[]): number;
  echo(x: number, name: string, kind: number): string;
} & Readonly<Record<typeof OUTSIDE, { ask(n: number): number }>>;

/** A part that calls counters; handles are numbers of its table. */
export interface Driver {
  readonly part: Part;
  readonly end: End;
  readonly run: DriverExports;
}

export async function driver(store: Store, to?: unknown, component = "driver"): Promise<Driver> {
  const part = await (await load(component)).open(to === undefined ? {} : { [COUNTERS]: to }, { store });
  return { part, end: part.ends.get(COUNTERS)!, run: part.exports as unknown as DriverExports };
}

/** Providers with tags 1, 2, ..., and a driver led to the first. */
export async function driverOf(count: number): Promise<Driver & { readonly store: Store; readonly providers: readonly Provider[] }> {
  const store = new Store();
  const providers: Provider[] = [];
  for (let tag = 1; tag <= count; tag++) providers.push(await provider(store, tag));
  return { ...(await driver(store, providers[0]?.counters)), store, providers };
}

export const isDead = ({ poisonedBy }: Instance): boolean => poisonedBy !== undefined;

/** The same functions, made in JavaScript; `tag` as a guest has it. */
export function hostCounters(tag: number): { readonly provider: object; readonly dropped: () => number } {
  let dropped = 0;
  const marked = (n: number): number => 1000 * tag + n;
  class Counter {
    n: number;

    constructor(start: number) {
      this.n = start;
    }

    static made(start: number): Counter {
      return new Counter(start);
    }

    get(): number {
      return marked(this.n);
    }

    add(by: number): number {
      this.n += by;
      return this.get();
    }

    plus(other: { get(): number }): number {
      return this.add(other.get() % 1000);
    }

    absorb(other: Counter): number {
      this.plus(other);
      other[Symbol.dispose]();
      return this.get();
    }

    copy(): Counter {
      return new Counter(this.n);
    }

    label(): string {
      return `counter ${tag}`;
    }

    spread(...numbers: unknown[]): number {
      const other = numbers.pop() as Counter;
      return this.add((numbers as number[]).reduce((sum, n) => sum + n, 0) + (other.get() % 1000));
    }

    slow(n: number): number {
      return this.add(n);
    }

    [Symbol.dispose](): void {
      dropped += 1;
    }
  }
  const provider = {
    Counter,
    make: (start: number) => new Counter(start),
    value: (of: Counter) => of.get(),
    take(it: Counter) {
      it[Symbol.dispose]();
      return it.get();
    },
    total: (all: readonly { get(): number }[]) => marked(all.reduce((sum, counter) => sum + (counter.get() % 1000), 0)),
    pair: (a: Counter, b: Counter) => marked((a.get() % 1000) + (b.get() % 1000)),
    check(n: number) {
      if (n === 13) throw "thirteen";
      return marked(n);
    },
    test(n: number) {
      if (n === 13) throw undefined;
      return marked(n);
    },
    echo: (it: { readonly x: number }) => ({ ...it, x: marked(it.x) }),
    ask: marked,
    fail() {
      throw new Error("failed");
    },
  };
  return { provider, dropped: () => dropped };
}
