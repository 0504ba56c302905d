import type { RandomSource } from "../../../random/random-source.ts";
import { randomBytes, randomU64 } from "./random.ts";

/** `wasi:random/insecure`. */
export function insecure(source: RandomSource) {
  return {
    getInsecureRandomBytes: (length: bigint): Uint8Array => randomBytes(source, length),
    getInsecureRandomU64: (): bigint => randomU64(source),
  };
}
