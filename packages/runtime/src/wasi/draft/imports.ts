/** Interfaces of WASI that are proposals yet, under every name that components in use import them by: drafts are matched by their whole name. */
import type { Imports } from "@tenon/engine";
import type { WasiHost } from "../options.ts";
import { versioned } from "../versioned.ts";
import { configStore } from "./config.ts";
import { logging } from "./logging.ts";

export function draftsOf(host: WasiHost): Imports {
  const store = configStore(host.config);
  return {
    ...versioned(["0.2.0-rc.1", "0.2.0-draft"], { "config/store": store }),
    ...versioned(["0.2.0-draft"], { "config/runtime": store }),
    ...versioned(["0.1.0-draft"], { "logging/logging": logging(host.log) }),
  };
}
