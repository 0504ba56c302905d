import { type RandomSource, randomU64 } from "../../../random/random-source.ts";
import { someRandomBytes } from "./random.ts";

/** `wasi:random/insecure`. */
export function insecure(source: RandomSource) {
  return {
    getInsecureRandomBytes: (maxLength: bigint): Uint8Array => someRandomBytes(source, maxLength),
    getInsecureRandomU64: (): bigint => randomU64(source),
  };
}
