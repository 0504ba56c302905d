import type { Imports } from "@tenon/engine";
import { wasi02Of } from "./0.2/imports.ts";
import { wasi03Of } from "./0.3/imports.ts";
import { draftsOf } from "./draft/imports.ts";
import { WasiHost, type WasiOptions } from "./options.ts";

/** WASI of every version there is, and its proposals, over one set of streams, clocks and random bytes: a component may import from several. */
export function wasi(options: WasiOptions = {}): Imports {
  return wasiOf(new WasiHost(options));
}

export function wasiOf(host: WasiHost): Imports {
  return { ...wasi02Of(host), ...wasi03Of(host), ...draftsOf(host) };
}
