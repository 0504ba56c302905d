/** Homes of items, some of them components and one in JavaScript, and the parts that hold items, with a model of what they must be. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { type Call, type Component, compile, type End, type Interposer, type Part, rewire, type Store } from "@tenon/engine";

const ITEMS = "tenon:soak/items@0.1.0";

export interface Home {
  readonly number: number;
  /** What an end is led to. */
  readonly provider: unknown;
  alive(): number;
}

/** What is known of an item. */
interface Item {
  readonly handle: number;
  readonly home: Home;
  /** Which of the part's connections it came by: each to another home is a new one. */
  readonly connection: number;
  value: number;
}

interface HolderExports {
  make(value: number): number;
  add(item: number, more: number): bigint;
  drop(item: number): void;
}

const pass: Interposer = ({ args, next }: Call) => next(...args);

/** A part with one open end. */
export class Holder {
  readonly end: End;
  readonly #exports: HolderExports;
  #home: Home | undefined;
  #connection = 0;
  /** Those that work, and those whose end was cut or closed: these can only be dropped. */
  #items: Item[] = [];
  #closed: Item[] = [];

  constructor(part: Part) {
    this.#exports = part.exports as unknown as HolderExports;
    this.end = part.ends.get(ITEMS)!;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  lead(home: Home, interposed: boolean): void {
    rewire([{ end: this.end, to: home.provider, through: interposed ? [pass] : [] }]);
    if (home !== this.#home) this.#connection += 1;
    this.#home = home;
  }

  cut(): void {
    rewire([{ end: this.end, to: null }]);
    this.#home = undefined;
    this.#close(() => true);
  }

  closeDrains(): void {
    for (const drain of this.end.drains) drain.close();
    this.#close(({ connection }) => connection !== this.#connection);
  }

  #close(which: (item: Item) => boolean): void {
    this.#closed.push(...this.#items.filter(which));
    this.#items = this.#items.filter((item) => !which(item));
  }

  make(value: number): void {
    if (this.#home !== undefined) this.#items.push({ handle: this.#exports.make(value), home: this.#home, connection: this.#connection, value });
  }

  /** The item is found at its home, as it was left. */
  call(item: Item, more: number): void {
    item.value += more;
    const answer = this.#exports.add(item.handle, more);
    assert.deepEqual([answer >> 32n, answer & 0xffff_ffffn], [BigInt(item.home.number), BigInt(item.value)], `home and value of item ${item.handle}`);
  }

  drop(item: Item): void {
    this.#exports.drop(item.handle);
    this.#items.splice(this.#items.indexOf(item), 1);
  }

  dropClosed(): void {
    for (const { handle } of this.#closed.splice(0)) this.#exports.drop(handle);
  }
}

export async function makeHolders(count: number, store: Store): Promise<Holder[]> {
  const component = await load("holder");
  const parts = await Promise.all(Array.from({ length: count }, () => component.open({}, { store })));
  return parts.map((part) => new Holder(part));
}

export async function makeHomes(count: number, store: Store): Promise<Home[]> {
  const component = await load("home");
  const homes = [hostHome(0)];
  for (let number = 1; number < count; number++) {
    const { exports } = await component.instantiate({}, { store });
    const { setNumber, alive } = exports as { setNumber(number: number): void; alive(): number };
    setNumber(number);
    homes.push({ number, provider: exports[ITEMS], alive });
  }
  return homes;
}

function hostHome(number: number): Home {
  let alive = 0;
  class Item {
    #value: number;

    constructor(value: number) {
      alive += 1;
      this.#value = value;
    }

    add(more: number): bigint {
      this.#value += more;
      return (BigInt(number) << 32n) | BigInt(this.#value);
    }

    [Symbol.dispose](): void {
      alive -= 1;
    }
  }
  return { number, provider: { Item }, alive: () => alive };
}

async function load(name: string): Promise<Component> {
  return compile(new Uint8Array(await readFile(new URL(`${name}.wasm`, import.meta.url))));
}
