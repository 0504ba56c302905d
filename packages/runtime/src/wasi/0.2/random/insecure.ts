import { type RandomSource, randomU64 } from "../../../random/random-source.ts";
import { allRandomBytes } from "./random.ts";

/** `wasi:random/insecure`. */
export function insecure(source: RandomSource) {
  return {
    getInsecureRandomBytes: (length: bigint): Uint8Array => allRandomBytes(source, length),
    getInsecureRandomU64: (): bigint => randomU64(source),
  };
}
