import { RequestRule } from "../http/client/request-rules.ts";
import type { CapabilityKind } from "./kind.ts";
import { aboutOptions, checkOptions, isCount, isTexts, type Options } from "./options.ts";
import type { PlatformMakers } from "./platform-makers.ts";
import { checkRules } from "./rules.ts";
import { WasiSets, wasiNames } from "./wasi-set.ts";

const OPTIONS: Options = new Map([
  ["allow", { about: "to which hosts requests may go", ...isTexts("hosts"), example: ["https://api.example"], required: true }],
  ["methods", { about: "which methods they may have; default: all", ...isTexts("methods"), example: ["GET", "HEAD"] }],
  ["requests", { about: "how many may be sent in all", ...isCount("a number, at least 0", 0), example: 1000 }],
  ["perSecond", { about: "how many may be sent in a second", ...isCount("a number, at least 1", 1), example: 10 }],
  [
    "bytes",
    { about: "how many bytes all bodies may have together, of requests and responses", ...isCount("a number of bytes, at least 0", 0), example: 100_000_000 },
  ],
]);

interface Config {
  readonly allow: readonly string[];
  readonly methods?: readonly string[];
  readonly requests?: number;
  readonly perSecond?: number;
  readonly bytes?: number;
}

/** `http-client`: outgoing requests. */
export function httpClientKind(make: NonNullable<PlatformMakers["httpClient"]>): CapabilityKind {
  // Not the interfaces that a handler exports: who imports those wants another part, not the network.
  const names = wasiNames("http/types", "http/outgoing-handler", "http/client");
  return {
    name: "http-client",
    about: "requests to the hosts that are allowed",
    options: aboutOptions(OPTIONS),
    exports: names,
    check: (config, place) => [
      ...checkOptions("http-client", OPTIONS, config, place),
      ...checkRules("http-client", "allow", config, place, (rule) => new RequestRule(rule)),
    ],
    asks: (config) => (config as unknown as Config).allow.map((rule) => ({ id: `request ${rule}`, words: `sends requests to ${rule}`, own: false })),
    make: async (config, context) => {
      const { allow, methods, ...limits } = config as unknown as Config;
      const client = make({ allow, ...(methods && { methods }) }, context.part);
      client.audit(context.audit);
      const made = Object.keys(limits).length === 0 ? client : client.limit(limits);
      return new WasiSets(names, { optionsFor: () => ({ http: made }), revoke: () => client.revoke() });
    },
  };
}
