import { config as configOf } from "../config/config.ts";
import type { Json } from "../document/document.ts";
import type { CapabilityKind } from "./kind.ts";
import { aboutOptions, checkOptions, type Options } from "./options.ts";
import { areValues, asksOfValues, resolved } from "./values.ts";
import { WasiSets, wasiNames } from "./wasi-set.ts";

const OPTIONS: Options = new Map([
  [
    "values",
    {
      about: "values, by name",
      expected: 'an object of texts, or `{ "env": "NAME" }` for what the environment of the host has under that name',
      accepts: areValues,
      example: { greeting: "Hej" },
    },
  ],
]);

interface Config {
  readonly values?: Readonly<Record<string, Json>>;
}

/** `config`: `wasi:config`. */
export function configKind(): CapabilityKind {
  const names = wasiNames("config/");
  return {
    name: "config",
    about: "named values",
    options: aboutOptions(OPTIONS),
    exports: names,
    check: (config, place) => checkOptions("config", OPTIONS, config, place),
    asks: (config) => asksOfValues(Object.values((config as Config).values ?? {})),
    make: async (config, context) => {
      const { values = {} } = config as Config;
      const made = configOf(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, resolved(value, context)])));
      made.audit(context.audit);
      return new WasiSets(names, { optionsFor: () => ({ config: made }), revoke: () => made.revoke() });
    },
  };
}
