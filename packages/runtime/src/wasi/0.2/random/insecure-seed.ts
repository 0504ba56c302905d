import type { WasiHost } from "../../options.ts";

/** `wasi:random/insecure-seed`. */
export function insecureSeed(host: WasiHost) {
  return { insecureSeed: (): [bigint, bigint] => host.insecureSeed() };
}
