/** `wasi:keyvalue` of both drafts in use: they differ in the type of cursors and counters, and in compare-and-swap, which the second has. */
import type { Imports } from "@tenon/engine";
import { after, type Later } from "../capability/later.ts";
import { type CounterRange, S64, U64 } from "./counter.ts";
import type { KeyValue } from "./keyvalue.ts";

const VERSIONS = ["0.2.0-draft", "0.2.0-draft2"] as const;

export const KEYVALUE_INTERFACES: readonly string[] = VERSIONS.flatMap((version) =>
  ["store", "atomics", "batch"].map((name) => `wasi:keyvalue/${name}@${version}`),
);

/** Two sets of interfaces over one capability; a bucket of one draft is none of the other. */
export function keyvalueInterfaces(keyvalue: KeyValue): Imports {
  const imports: Record<string, object> = Object.create(null);
  for (const version of VERSIONS) {
    const { store, atomics, batch } = version === "0.2.0-draft" ? firstDraft(keyvalue) : secondDraft(keyvalue);
    imports[`wasi:keyvalue/store@${version}`] = store;
    imports[`wasi:keyvalue/atomics@${version}`] = atomics;
    imports[`wasi:keyvalue/batch@${version}`] = batch;
  }
  return imports;
}

/** What a handle of a bucket stands for. */
class OpenBucket {
  readonly #keyvalue: KeyValue;
  readonly #name: string;

  constructor(keyvalue: KeyValue, name: string) {
    this.#keyvalue = keyvalue;
    this.#name = name;
  }

  /** Not a method: guests and interposers see the interface only. */
  static of(bucket: OpenBucket): string {
    return bucket.#name;
  }

  /** A page of keys; `cursor` 0 for the first. */
  static list<C>(bucket: OpenBucket, cursor: bigint, write: (cursor: bigint) => C): Later<KeyResponse<C>> {
    return after(bucket.#keyvalue.keys(bucket.#name, cursor), ({ keys, next }) => ({ keys: [...keys], cursor: next === undefined ? undefined : write(next) }));
  }

  get(key: string): Later<Uint8Array | undefined> {
    return this.#keyvalue.get(this.#name, key);
  }

  set(key: string, value: Uint8Array): Later<void> {
    return this.#keyvalue.set(this.#name, key, value);
  }

  delete(key: string): Later<void> {
    return this.#keyvalue.delete(this.#name, key);
  }

  exists(key: string): Later<boolean> {
    return this.#keyvalue.exists(this.#name, key);
  }
}

interface KeyResponse<C> {
  readonly keys: string[];
  readonly cursor: C | undefined;
}

function firstDraft(keyvalue: KeyValue) {
  class Bucket extends OpenBucket {
    listKeys(cursor: bigint | undefined): Later<KeyResponse<bigint>> {
      return OpenBucket.list(this, cursor ?? 0n, (next) => next);
    }
  }
  return { store: storeOf(keyvalue, Bucket), atomics: { increment: incrementOf(keyvalue, U64) }, batch: batchOf(keyvalue) };
}

function secondDraft(keyvalue: KeyValue) {
  class Bucket extends OpenBucket {
    listKeys(cursor: string | undefined): Later<KeyResponse<string>> {
      return OpenBucket.list(this, cursor === undefined ? 0n : readCursor(cursor), String);
    }
  }

  /** The value as it was when the handle was made: a swap fails if it is another by then. */
  class Cas {
    readonly #bucket: string;
    readonly #key: string;
    readonly #seen: Uint8Array | undefined;

    constructor(bucket: string, key: string, seen: Uint8Array | undefined) {
      this.#bucket = bucket;
      this.#key = key;
      this.#seen = seen;
    }

    static new(bucket: Bucket, key: string): Later<Cas> {
      return Cas.#look(OpenBucket.of(bucket), key);
    }

    static swap(cas: Cas, value: Uint8Array): Later<void> {
      const replaced = orStoreError(() => keyvalue.replace(cas.#bucket, cas.#key, cas.#seen, value));
      return after(replaced, (done) => {
        if (done) return;
        const looked = orStoreError(() => Cas.#look(cas.#bucket, cas.#key));
        return after(looked, (val) => {
          throw { tag: "cas-failed", val };
        });
      });
    }

    static #look(bucket: string, key: string): Later<Cas> {
      return after(keyvalue.get(bucket, key), (seen) => new Cas(bucket, key, seen));
    }

    current(): Uint8Array | undefined {
      return this.#seen;
    }
  }
  const atomics = { Cas, increment: incrementOf(keyvalue, S64), swap: Cas.swap };
  return { store: storeOf(keyvalue, Bucket), atomics, batch: batchOf(keyvalue) };
}

function storeOf<B extends OpenBucket>(keyvalue: KeyValue, Bucket: new (keyvalue: KeyValue, name: string) => B) {
  return {
    Bucket,
    open(identifier: string): B {
      keyvalue.open(identifier);
      return new Bucket(keyvalue, identifier);
    },
  };
}

function incrementOf(keyvalue: KeyValue, range: CounterRange) {
  return (bucket: OpenBucket, key: string, delta: bigint): Later<bigint> => keyvalue.increment(OpenBucket.of(bucket), key, delta, range);
}

function batchOf(keyvalue: KeyValue) {
  return {
    getMany: (bucket: OpenBucket, keys: readonly string[]): Later<([string, Uint8Array] | undefined)[]> =>
      after(keyvalue.getMany(OpenBucket.of(bucket), keys), (values) => values.map((value, i) => (value === undefined ? undefined : [keys[i]!, value]))),
    setMany: (bucket: OpenBucket, pairs: readonly (readonly [string, Uint8Array])[]): Later<void> => keyvalue.setMany(OpenBucket.of(bucket), pairs),
    deleteMany: (bucket: OpenBucket, keys: readonly string[]): Later<void> => keyvalue.deleteMany(OpenBucket.of(bucket), keys),
  };
}

/** A cursor that this store gave is a decimal number. */
function readCursor(text: string): bigint {
  if (!/^[0-9]{1,20}$/.test(text)) throw { tag: "other", val: "the cursor is none that this store gave" };
  return BigInt(text);
}

/** `cas-error` has the errors of the store in a case of their own. */
function orStoreError<T>(act: () => Later<T>): Later<T> {
  const wrapped = (error: unknown): never => {
    throw typeof error === "object" && error !== null && "tag" in error ? { tag: "store-error", val: error } : error;
  };
  try {
    const done = act();
    return done instanceof Promise ? done.catch(wrapped) : done;
  } catch (error) {
    return wrapped(error);
  }
}
