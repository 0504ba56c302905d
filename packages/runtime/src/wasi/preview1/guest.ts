import type { WasiHost } from "../options.ts";
import type { Descriptors } from "./descriptors.ts";
import type { GuestMemory } from "./guest-memory.ts";

/** What the functions of one module work on. */
export interface Guest {
  readonly host: WasiHost;
  readonly memory: GuestMemory;
  readonly descriptors: Descriptors;
}
