import { MAX_RANDOM_BYTES } from "../../../limits.ts";
import { type RandomSource, randomBytes, randomU64 } from "../../../random/random-source.ts";

/** `wasi:random/random`. */
export function random(source: RandomSource) {
  return {
    getRandomBytes: (maxLength: bigint): Uint8Array => someRandomBytes(source, maxLength),
    getRandomU64: (): bigint => randomU64(source),
  };
}

/** Fewer than asked for are an answer: the guest asks on. */
export function someRandomBytes(source: RandomSource, maxLength: bigint): Uint8Array {
  return randomBytes(source, maxLength < BigInt(MAX_RANDOM_BYTES) ? Number(maxLength) : MAX_RANDOM_BYTES);
}
