/** Where random bytes come from. */
export interface RandomSource {
  /** Fills all of `bytes`. */
  fill(bytes: Uint8Array<ArrayBuffer>): void;
}

/** `crypto.getRandomValues` takes no more at once. */
const MAX_FILL = 65536;

/** The platform's cryptographic generator. */
export const secureRandom: RandomSource = {
  fill(bytes) {
    for (let start = 0; start < bytes.length; start += MAX_FILL) crypto.getRandomValues(bytes.subarray(start, start + MAX_FILL));
  },
};

export function randomBytes(source: RandomSource, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  source.fill(bytes);
  return bytes;
}

export function randomU64(source: RandomSource): bigint {
  const words = new BigUint64Array(1);
  source.fill(new Uint8Array(words.buffer));
  return words[0]!;
}

/** The same bytes on each run (xorshift128+), for tests and replay. Not for secrets. */
export function seededRandom(seed: bigint): RandomSource {
  let a = BigInt.asUintN(64, seed ^ 0x9e3779b97f4a7c15n) || 1n;
  let b = BigInt.asUintN(64, seed * 0xbf58476d1ce4e5b9n + 0x94d049bb133111ebn);
  return {
    fill(bytes) {
      for (let i = 0; i < bytes.length; i++) {
        let x = a;
        a = b;
        x ^= BigInt.asUintN(64, x << 23n);
        b = x ^ a ^ (x >> 17n) ^ (a >> 26n);
        bytes[i] = Number(((a + b) >> 32n) & 0xffn);
      }
    },
  };
}
