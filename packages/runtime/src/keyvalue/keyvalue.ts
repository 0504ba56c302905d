import { type Audit, Authority } from "../capability/authority.ts";
import { after, type Later } from "../capability/later.ts";
import { MAX_BATCH_BYTES, MAX_KEY_BYTES, MAX_KEYS_PER_CALL, MAX_VALUE_BYTES } from "../limits.ts";
import { type KeyPage, type KeyValueBackend, StoreError } from "./backend.ts";
import type { CounterRange } from "./counter.ts";

/** `error` of `wasi:keyvalue/store`, thrown as the error value of a result. */
export type KeyValueFailure = { readonly tag: "no-such-store" | "access-denied" } | { readonly tag: "other"; readonly val: string };

const NO_SUCH_STORE: KeyValueFailure = Object.freeze({ tag: "no-such-store" });
const ACCESS_DENIED: KeyValueFailure = Object.freeze({ tag: "access-denied" });

export interface KeyValueOptions {
  /** The buckets that there are. Default: whichever a guest names. */
  readonly buckets?: readonly string[];
  /** As the owner knows it: in audits. */
  readonly name?: string;
}

/** Keys and values as a capability. What holds them can be exchanged while guests have buckets open. */
export class KeyValue {
  readonly authority: Authority;
  #backend: KeyValueBackend;
  #buckets: ReadonlySet<string> | undefined;
  /** While pairs are carried over to another backend: operations wait for it. */
  #moving: Promise<void> | undefined;

  constructor(backend: KeyValueBackend, { buckets, name = "keyvalue" }: KeyValueOptions = {}) {
    this.authority = new Authority(name);
    this.#backend = backend;
    this.#buckets = buckets && new Set(buckets);
  }

  get backend(): KeyValueBackend {
    return this.#backend;
  }

  /** The buckets that there are from now on; open ones that are not among them fail. */
  set buckets(buckets: readonly string[] | undefined) {
    this.#buckets = buckets && new Set(buckets);
  }

  /** Carries operations over to another backend, once `fill` is done with both; the old one is closed. If `fill` fails all stays as it was. */
  async moveTo(backend: KeyValueBackend, fill: (from: KeyValueBackend, to: KeyValueBackend) => Promise<void>): Promise<void> {
    while (this.#moving !== undefined) await this.#moving;
    const from = this.#backend;
    const move = async () => {
      await fill(from, backend);
      this.#backend = backend;
    };
    const moved = move();
    this.#moving = moved.catch(() => {}).then(() => (this.#moving = undefined));
    await moved;
    await from.close();
  }

  /** @throws KeyValueFailure, as all that follow */
  open(bucket: string): void {
    this.#check("open", bucket, "");
  }

  get(bucket: string, key: string): Later<Uint8Array | undefined> {
    return this.#use("get", bucket, key, (backend) => backend.get(bucket, key));
  }

  set(bucket: string, key: string, value: Uint8Array): Later<void> {
    return this.#use("set", bucket, key, (backend) => backend.set(bucket, key, checkValue(value)));
  }

  delete(bucket: string, key: string): Later<void> {
    return this.#use("delete", bucket, key, (backend) => backend.delete(bucket, key));
  }

  exists(bucket: string, key: string): Later<boolean> {
    return this.#use("exists", bucket, key, (backend) => backend.exists(bucket, key));
  }

  keys(bucket: string, cursor: bigint): Later<KeyPage> {
    return this.#use("list-keys", bucket, "", (backend) => backend.keys(bucket, cursor, MAX_KEYS_PER_CALL));
  }

  increment(bucket: string, key: string, delta: bigint, range: CounterRange): Later<bigint> {
    return this.#use("increment", bucket, key, (backend) => backend.increment(bucket, key, delta, range));
  }

  replace(bucket: string, key: string, expected: Uint8Array | undefined, value: Uint8Array): Later<boolean> {
    return this.#use("swap", bucket, key, (backend) => backend.replace(bucket, key, expected, checkValue(value)));
  }

  getMany(bucket: string, keys: readonly string[]): Later<readonly (Uint8Array | undefined)[]> {
    return this.#use("get-many", bucket, "", (backend) => backend.getMany(bucket, checkKeys(keys), MAX_BATCH_BYTES));
  }

  setMany(bucket: string, pairs: readonly (readonly [string, Uint8Array])[]): Later<void> {
    return this.#use("set-many", bucket, "", (backend) => {
      checkKeys(pairs.map(([key]) => key));
      for (const [, value] of pairs) checkValue(value);
      return backend.setMany(bucket, pairs);
    });
  }

  deleteMany(bucket: string, keys: readonly string[]): Later<void> {
    return this.#use("delete-many", bucket, "", (backend) => backend.deleteMany(bucket, checkKeys(keys)));
  }

  /** Ends every use, also of open buckets. */
  revoke(): void {
    this.authority.revoke();
  }

  audit(audit: Audit | undefined): void {
    this.authority.audit = audit;
  }

  #use<T>(operation: string, bucket: string, key: string, act: (backend: KeyValueBackend) => Later<T>): Later<T> {
    if (this.#moving !== undefined) return this.#moving.then(() => this.#use(operation, bucket, key, act));
    this.#check(operation, bucket, key);
    try {
      const done = act(this.#backend);
      if (!(done instanceof Promise)) return this.#done(operation, bucket, key, done);
      return after(
        done.catch((error) => this.#failed(operation, bucket, key, error)),
        (value) => this.#done(operation, bucket, key, value),
      );
    } catch (error) {
      return this.#failed(operation, bucket, key, error);
    }
  }

  #check(operation: string, bucket: string, key: string): void {
    const failure = this.#refusal(bucket, key);
    if (failure === undefined) return;
    this.#tell(operation, bucket, key, failure.tag);
    throw failure;
  }

  #refusal(bucket: string, key: string): KeyValueFailure | undefined {
    if (this.authority.revoked) return ACCESS_DENIED;
    if (this.#buckets !== undefined && !this.#buckets.has(bucket)) return NO_SUCH_STORE;
    if (isLong(bucket)) return { tag: "other", val: `the name of a bucket has at most ${MAX_KEY_BYTES} bytes` };
    return isLong(key) ? { tag: "other", val: LONG_KEY } : undefined;
  }

  #done<T>(operation: string, bucket: string, key: string, value: T): T {
    this.#tell(operation, bucket, key, "ok");
    return value;
  }

  #failed(operation: string, bucket: string, key: string, error: unknown): never {
    if (!(error instanceof StoreError)) throw error;
    this.#tell(operation, bucket, key, "other");
    throw { tag: "other", val: error.message } satisfies KeyValueFailure;
  }

  #tell(operation: string, bucket: string, key: string, outcome: string): void {
    if (this.authority.audited) this.authority.used(operation, key === "" ? bucket : `${bucket}/${key}`, outcome);
  }
}

const LONG_KEY = `a key has at most ${MAX_KEY_BYTES} bytes`;

function isLong(text: string): boolean {
  // A UTF-16 unit is at most three bytes of UTF-8, and at least one.
  if (text.length * 3 <= MAX_KEY_BYTES) return false;
  return text.length > MAX_KEY_BYTES || new TextEncoder().encode(text).length > MAX_KEY_BYTES;
}

function checkKeys(keys: readonly string[]): readonly string[] {
  if (keys.length > MAX_KEYS_PER_CALL) throw new StoreError(`a batch has at most ${MAX_KEYS_PER_CALL} keys, not ${keys.length}`);
  if (keys.some(isLong)) throw new StoreError(LONG_KEY);
  return keys;
}

function checkValue(value: Uint8Array): Uint8Array {
  if (value.length > MAX_VALUE_BYTES) throw new StoreError(`a value has at most ${MAX_VALUE_BYTES} bytes, not ${value.length}`);
  return value;
}
