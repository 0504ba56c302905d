import type { RandomSource } from "../../../random/random-source.ts";
import { randomU64 } from "./random.ts";

/** `wasi:random/insecure-seed`. */
export function insecureSeed(source: RandomSource) {
  return { insecureSeed: (): [bigint, bigint] => [randomU64(source), randomU64(source)] };
}
