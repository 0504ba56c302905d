import { MAX_MEMORY_STORE_BYTES } from "../limits.ts";
import { BatchBytes, type KeyPage, type KeyValueBackend, StoreError } from "./backend.ts";
import { type CounterRange, digitsOf, sum } from "./counter.ts";

interface Entry {
  readonly key: string;
  /** When its key was added, counted from 1 in the store. */
  readonly added: bigint;
  /** `undefined`: it was deleted. */
  value: Uint8Array | undefined;
}

interface Bucket {
  readonly entries: Map<string, Entry>;
  /** The same in the order in which they were added, with some that were deleted. */
  order: Entry[];
}

/** What a pair costs besides its bytes: keys without values are memory too. */
const ENTRY_BYTES = 128;

/** A store that is there as long as somebody holds it. */
export class MemoryBackend implements KeyValueBackend {
  readonly name = "memory";
  readonly #buckets = new Map<string, Bucket>();
  readonly #maxBytes: number;
  #bytes = 0;
  #added = 0n;

  constructor({ bytes = MAX_MEMORY_STORE_BYTES }: { readonly bytes?: number } = {}) {
    this.#maxBytes = bytes;
  }

  get(bucket: string, key: string): Uint8Array | undefined {
    return this.#find(bucket, key)?.value?.slice();
  }

  set(bucket: string, key: string, value: Uint8Array): void {
    this.#makeRoom(this.#growth(bucket, key, value.length));
    this.#put(bucket, key, value);
  }

  delete(bucket: string, key: string): void {
    const found = this.#buckets.get(bucket);
    const entry = found?.entries.get(key);
    if (found === undefined || entry === undefined) return;
    this.#bytes -= costOf(key, entry.value!.length);
    entry.value = undefined;
    found.entries.delete(key);
    if (found.entries.size === 0) this.#buckets.delete(bucket);
    else if (found.order.length > 2 * found.entries.size) found.order = found.order.filter(({ value }) => value !== undefined);
  }

  exists(bucket: string, key: string): boolean {
    return this.#find(bucket, key) !== undefined;
  }

  keys(bucket: string, after: bigint, limit: number): KeyPage {
    const order = this.#buckets.get(bucket)?.order ?? [];
    const keys: string[] = [];
    let last = after;
    for (let at = firstAfter(order, after); at < order.length; at++) {
      const { key, added, value } = order[at]!;
      if (value === undefined) continue;
      if (keys.length === limit) return { keys, next: last };
      keys.push(key);
      last = added;
    }
    return { keys, next: undefined };
  }

  increment(bucket: string, key: string, delta: bigint, range: CounterRange): bigint {
    const total = sum(this.#find(bucket, key)?.value, delta, range);
    this.set(bucket, key, digitsOf(total));
    return total;
  }

  replace(bucket: string, key: string, expected: Uint8Array | undefined, value: Uint8Array): boolean {
    if (!equal(this.#find(bucket, key)?.value, expected)) return false;
    this.set(bucket, key, value);
    return true;
  }

  getMany(bucket: string, keys: readonly string[], most: number): (Uint8Array | undefined)[] {
    const bytes = new BatchBytes(most);
    return keys.map((key) => bytes.add(this.#find(bucket, key)?.value)?.slice());
  }

  setMany(bucket: string, pairs: readonly (readonly [string, Uint8Array])[]): void {
    // The last of a key is the one that stays: what is before it needs no room.
    const last = new Map(pairs);
    let growth = 0;
    for (const [key, value] of last) growth += this.#growth(bucket, key, value.length);
    this.#makeRoom(growth);
    for (const [key, value] of last) this.#put(bucket, key, value);
  }

  deleteMany(bucket: string, keys: readonly string[]): void {
    for (const key of keys) this.delete(bucket, key);
  }

  buckets(): string[] {
    return [...this.#buckets.keys()];
  }

  close(): void {
    this.#buckets.clear();
  }

  #find(bucket: string, key: string): Entry | undefined {
    return this.#buckets.get(bucket)?.entries.get(key);
  }

  #growth(bucket: string, key: string, length: number): number {
    const before = this.#find(bucket, key)?.value;
    return before === undefined ? costOf(key, length) : length - before.length;
  }

  /** @throws StoreError if the store would be larger than it may */
  #makeRoom(growth: number): void {
    if (growth > 0 && this.#bytes + growth > this.#maxBytes) throw new StoreError(`the store is full: it holds at most ${this.#maxBytes} bytes`);
  }

  #put(bucket: string, key: string, value: Uint8Array): void {
    this.#bytes += this.#growth(bucket, key, value.length);
    let found = this.#buckets.get(bucket);
    if (found === undefined) {
      found = { entries: new Map(), order: [] };
      this.#buckets.set(bucket, found);
    }
    const entry = found.entries.get(key);
    // A copy: the caller's bytes may be a view of something larger, or change.
    if (entry !== undefined) {
      entry.value = value.slice();
      return;
    }
    this.#added += 1n;
    const added: Entry = { key, added: this.#added, value: value.slice() };
    found.entries.set(key, added);
    found.order.push(added);
  }
}

function costOf(key: string, length: number): number {
  return ENTRY_BYTES + 2 * key.length + length;
}

function equal(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Where the first stands that was added later. */
function firstAfter(order: readonly Entry[], after: bigint): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order[middle]!.added <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
