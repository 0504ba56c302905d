import { basics } from "../basics/basics.ts";
import { wasiOf } from "../wasi/imports.ts";
import { WasiHost } from "../wasi/options.ts";
import type { CapabilityKind } from "./kind.ts";
import { checkOptions } from "./options.ts";
import { WasiSets } from "./wasi-set.ts";

/**
 * `basics`: what nearly every program imports, without authority. It conveys WASI whole, of every version, since real components import
 * interfaces that they never use; files, sockets and outgoing requests refuse every operation. A part that calls `wasi:cli/exit` ends as
 * if by a trap: there is nobody to whom a status could be returned, and the supervisor decides what comes next.
 */
export function basicsKind(): CapabilityKind {
  const names = Object.keys(wasiOf(new WasiHost({})));
  return {
    name: "basics",
    about: "what nearly every program needs: the time, random bytes, standard output to the part's log, an empty environment, no files",
    options: {},
    exports: names,
    check: (config, place) => checkOptions("basics", new Map(), config, place),
    asks: () => [],
    make: async () => new WasiSets(names, { optionsFor: (importer) => basics({ log: (entry) => importer.log(entry) }), revoke: () => {} }),
  };
}
