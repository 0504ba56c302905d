import type { Json, JsonObject } from "../document/document.ts";
import { environment } from "../environment/environment.ts";
import type { CapabilityKind } from "./kind.ts";
import { aboutOptions, checkOptions, isText, type Options } from "./options.ts";
import { areValues, asksOfValues, isValue, resolved } from "./values.ts";
import { WasiSets, wasiNames } from "./wasi-set.ts";

const EXPECTED = 'texts, or `{ "env": "NAME" }` for what the environment of the host has under that name';

const OPTIONS: Options = new Map([
  [
    "variables",
    { about: "variables, by name", expected: `an object of ${EXPECTED}`, accepts: areValues, example: { GREETING: "Hej", TOKEN: { env: "TOKEN" } } },
  ],
  [
    "arguments",
    {
      about: "arguments; the first is the name of the program",
      expected: `a list of ${EXPECTED}`,
      accepts: (value: Json) => Array.isArray(value) && value.every(isValue),
      example: ["program", "--all"],
    },
  ],
  ["directory", { about: "the directory in which programs begin, as they see it", ...isText("a path"), example: "/" }],
]);

interface Config {
  readonly variables?: Readonly<Record<string, Json>>;
  readonly arguments?: readonly Json[];
  readonly directory?: string;
}

/** `environment`: variables and arguments. */
export function environmentKind(): CapabilityKind {
  const names = wasiNames("cli/environment");
  return {
    name: "environment",
    about: "variables and arguments",
    options: aboutOptions(OPTIONS),
    exports: names,
    check: (config, place) => checkOptions("environment", OPTIONS, config, place),
    asks: (config) => asksOfValues(valuesOf(config)),
    make: async (config, context) => {
      const { variables = {}, arguments: given = [], directory } = config as Config;
      const made = environment({
        args: given.map((value) => resolved(value, context)),
        env: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, resolved(value, context)])),
        ...(directory !== undefined && { initialCwd: directory }),
      });
      made.audit(context.audit);
      return new WasiSets(names, { optionsFor: () => ({ environment: made }), revoke: () => made.revoke() });
    },
  };
}

function valuesOf(config: JsonObject): Json[] {
  const { variables = {}, arguments: given = [] } = config as Config;
  return [...Object.values(variables), ...given];
}
