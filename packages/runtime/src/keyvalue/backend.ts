/**
 * Where keys and values are: one contract for memory, SQLite and what may come. An operation is done whole, or not at all and throws;
 * operations that change something are atomic to all who use the same store, other processes included: none reads first and writes then.
 *
 * Names of buckets, and keys, come from guests and are data, whatever is in them.
 */
import type { Later } from "../capability/later.ts";
import type { CounterRange } from "./counter.ts";

export interface KeyValueBackend {
  /** For people: `memory`, `./data/visits.db`. */
  readonly name: string;
  /** Why it does not work at present, in words. */
  readonly trouble?: string | undefined;
  get(bucket: string, key: string): Later<Uint8Array | undefined>;
  set(bucket: string, key: string, value: Uint8Array): Later<void>;
  delete(bucket: string, key: string): Later<void>;
  exists(bucket: string, key: string): Later<boolean>;
  /** Keys in the order in which they were added, from the first after `after` (`0n`: from the beginning). */
  keys(bucket: string, after: bigint, limit: number): Later<KeyPage>;
  /** Adds to a number that is kept in decimal digits; a key that is not there counts as 0. Gives the sum. */
  increment(bucket: string, key: string, delta: bigint, range: CounterRange): Later<bigint>;
  /** Sets the value if the one there is `expected` (`undefined`: there is none), and says whether it did. */
  replace(bucket: string, key: string, expected: Uint8Array | undefined, value: Uint8Array): Later<boolean>;
  /** All as they are at one instant. @throws StoreError if they are more than `most` bytes */
  getMany(bucket: string, keys: readonly string[], most: number): Later<readonly (Uint8Array | undefined)[]>;
  setMany(bucket: string, pairs: readonly (readonly [string, Uint8Array])[]): Later<void>;
  deleteMany(bucket: string, keys: readonly string[]): Later<void>;
  /** Names of the buckets in which something is. */
  buckets(): Later<readonly string[]>;
  close(): Later<void>;
}

export interface KeyPage {
  readonly keys: readonly string[];
  /** What to give as `after` for the next page; `undefined`: there is none. */
  readonly next: bigint | undefined;
}

/** Counts bytes of values that one call gives. @throws StoreError beyond `most` */
export class BatchBytes {
  readonly #most: number;
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add<T extends Uint8Array | undefined>(value: T): T {
    this.#bytes += value?.length ?? 0;
    if (this.#bytes > this.#most) throw new StoreError(`the values of one batch are more than ${this.#most} bytes: ask for fewer at a time`);
    return value;
  }
}

/** Why an operation failed, in words for the guest and for people: never a path of the host beyond what the document says, never a value. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
