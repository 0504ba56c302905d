import { MAX_RANDOM_BYTES } from "../../../limits.ts";
import { type RandomSource, randomBytes, randomU64 } from "../../../random/random-source.ts";
import { trap } from "../trap.ts";

/** `wasi:random/random`. */
export function random(source: RandomSource) {
  return {
    getRandomBytes: (length: bigint): Uint8Array => allRandomBytes(source, length),
    getRandomU64: (): bigint => randomU64(source),
  };
}

/** As many bytes as asked for: fewer are no answer, so too many trap before anything is allocated. */
export function allRandomBytes(source: RandomSource, length: bigint): Uint8Array {
  if (length > BigInt(MAX_RANDOM_BYTES)) trap(`wasi:random: ${length} bytes were asked for, at most ${MAX_RANDOM_BYTES} are given at once`);
  return randomBytes(source, Number(length));
}
