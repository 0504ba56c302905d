import { type KeyValueBackend, StoreError } from "./backend.ts";

/** Pairs, and bytes of values, that are carried at a time. */
const MAX_PAIRS = 1000;
const MAX_BYTES = 8 * 1024 * 1024;

/** Copies all pairs to a store in which nothing is, and says how many; if they don't all go in, that store is empty again. @throws StoreError */
export async function carryOver(from: KeyValueBackend, to: KeyValueBackend): Promise<number> {
  try {
    let count = 0;
    for (const bucket of await from.buckets()) count += await carryBucket(bucket, from, to);
    return count;
  } catch (error) {
    await empty(to);
    if (error instanceof StoreError) throw new StoreError(`the pairs of \`${from.name}\` could not be carried over to \`${to.name}\`: ${error.message}`);
    throw error;
  }
}

export async function isEmpty(store: KeyValueBackend): Promise<boolean> {
  return (await store.buckets()).length === 0;
}

async function carryBucket(bucket: string, from: KeyValueBackend, to: KeyValueBackend): Promise<number> {
  let count = 0;
  for (let after: bigint | undefined = 0n; after !== undefined; ) {
    const { keys, next }: Awaited<ReturnType<KeyValueBackend["keys"]>> = await from.keys(bucket, after, MAX_PAIRS);
    let pairs: [string, Uint8Array][] = [];
    let bytes = 0;
    for (const key of keys) {
      const value = await from.get(bucket, key);
      if (value === undefined) continue;
      pairs.push([key, value]);
      bytes += value.length;
      count++;
      if (bytes < MAX_BYTES) continue;
      await to.setMany(bucket, pairs);
      [pairs, bytes] = [[], 0];
    }
    if (pairs.length > 0) await to.setMany(bucket, pairs);
    after = next;
  }
  return count;
}

async function empty(store: KeyValueBackend): Promise<void> {
  for (const bucket of await store.buckets()) {
    for (;;) {
      const { keys } = await store.keys(bucket, 0n, MAX_PAIRS);
      if (keys.length === 0) break;
      await store.deleteMany(bucket, keys);
    }
  }
}
