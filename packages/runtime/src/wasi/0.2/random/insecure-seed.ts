import { type RandomSource, randomU64 } from "../../../random/random-source.ts";

/** `wasi:random/insecure-seed`. */
export function insecureSeed(source: RandomSource) {
  return { insecureSeed: (): [bigint, bigint] => [randomU64(source), randomU64(source)] };
}
