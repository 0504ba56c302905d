import { log } from "../log/log.ts";
import { stdio } from "../stdio/stdio.ts";
import type { CapabilityKind } from "./kind.ts";
import { aboutOptions, checkOptions, isCount, type Options } from "./options.ts";
import { WasiSets, wasiNames } from "./wasi-set.ts";

const OPTIONS: Options = new Map([
  [
    "bytesPerSecond",
    { about: "how much a part may log; what comes faster is dropped and counted", ...isCount("a number of bytes, at least 1", 1), example: 100_000 },
  ],
]);

/** `log`: what a part logs, or writes to standard output and error, becomes lines of its log. */
export function logKind(): CapabilityKind {
  const names = wasiNames("logging/", "cli/stdout", "cli/stderr");
  return {
    name: "log",
    about: "standard output and error, and logging, to the part's log",
    options: aboutOptions(OPTIONS),
    exports: names,
    check: (config, place) => checkOptions("log", OPTIONS, config, place),
    asks: () => [],
    make: async ({ bytesPerSecond }) =>
      new WasiSets(names, {
        optionsFor: (importer) => {
          const own = log((entry) => importer.log(entry), bytesPerSecond === undefined ? {} : { bytesPerSecond: bytesPerSecond as number });
          return { log: own, stdio: stdio({ log: own }) };
        },
        revoke: () => {},
      }),
  };
}
