import type { Json } from "../document/document.ts";
import { type Random, random } from "../random/random-capability.ts";
import type { CapabilityKind, Importer } from "./kind.ts";
import { aboutOptions, checkOptions, type Options } from "./options.ts";
import { WasiSets, wasiNames } from "./wasi-set.ts";

const OPTIONS: Options = new Map([
  [
    "seed",
    {
      about: "the same bytes on each run, for tests: not for secrets",
      expected: "a whole number",
      accepts: (value: Json) => Number.isSafeInteger(value),
      example: 7,
    },
  ],
]);

/** `random`: random bytes. With a seed each part draws the same, whatever the others draw. */
export function randomKind(): CapabilityKind {
  const names = wasiNames("random/");
  return {
    name: "random",
    about: "random bytes",
    options: aboutOptions(OPTIONS),
    exports: names,
    check: (config, place) => checkOptions("random", OPTIONS, config, place),
    asks: () => [],
    make: async ({ seed }, context) => {
      const given = new WeakMap<Importer, Random>();
      const optionsFor = (importer: Importer) => {
        const own = random(seed === undefined ? {} : { seed: seed as number });
        own.audit(context.audit);
        given.set(importer, own);
        return { random: own };
      };
      const release = (importer: Importer) => {
        given.get(importer)?.revoke();
        given.delete(importer);
      };
      return new WasiSets(names, { optionsFor, release, revoke: () => {} });
    },
  };
}
