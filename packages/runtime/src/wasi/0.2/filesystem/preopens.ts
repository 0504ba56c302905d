import { preopens as preopensOf } from "../../filesystem/preopens.ts";
import type { WasiHost } from "../../options.ts";
import { Descriptor } from "./types.ts";

/** `wasi:filesystem/preopens`. */
export const preopens = (host: WasiHost) => preopensOf(host, (handle, open) => new Descriptor(handle, open));
