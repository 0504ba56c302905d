import { classifyIp } from "../network/address.ts";
import { isLocalhost } from "../network/host-name.ts";
import { memoryNetwork } from "../network/memory/memory-network.ts";
import type { NetworkRules } from "../network/network.ts";
import { parsePattern } from "../network/pattern.ts";
import type { Ask, CapabilityKind } from "./kind.ts";
import { aboutOptions, checkOptions, isTexts, type Option, type Options } from "./options.ts";
import type { PlatformMakers } from "./platform-makers.ts";
import { checkRules } from "./rules.ts";
import { WasiSets, wasiNames } from "./wasi-set.ts";

const OPTIONS: Options = new Map<string, Option>([
  ["connect", { about: "to where parts may connect by TCP and send by UDP", ...isTexts("rules, `host:port`"), example: ["db.example:5432"] }],
  ["listen", { about: "on which local addresses they may listen", ...isTexts("rules, `address:port`"), example: ["127.0.0.1:8080"] }],
  ["lookup", { about: "names that they may look up, besides those of `connect`", ...isTexts("names"), example: ["*.example"] }],
  [
    "memory",
    {
      about: "instead of the machine's network: one inside of the process, in which the parts reach one another and nothing else",
      expected: "true",
      accepts: (value) => value === true,
      example: true,
    },
  ],
]);

interface Config extends NetworkRules {
  readonly memory?: true;
}

/** `network`: sockets. Where a platform has none, in memory only. */
export function networkKind(make: PlatformMakers["network"]): CapabilityKind {
  const names = wasiNames("sockets/");
  return {
    name: "network",
    about: "sockets to where it is allowed",
    options: aboutOptions(OPTIONS),
    exports: names,
    check: (config, place) => [
      ...checkOptions("network", OPTIONS, config, place),
      ...(["connect", "listen", "lookup"] as const).flatMap((option) =>
        checkRules("network", option, config, place, (rule) => memoryNetwork({ [option]: [rule] })),
      ),
      ...(make === undefined && config.memory !== true
        ? [{ code: "document/missing-option", message: "there are no sockets on this platform: `network` needs `memory`", place, hint: '"memory": true' }]
        : []),
    ],
    asks: (config) => {
      const { memory, connect = [], listen = [], lookup = [] } = config as Config;
      if (memory) return [];
      return [
        ...connect.map((rule): Ask => ({ id: `connect ${rule}`, words: `connects to ${rule}`, own: false })),
        ...listen.map((rule): Ask => ({ id: `listen ${rule}`, words: `listens on ${rule}`, own: isLoopback(rule) })),
        ...lookup.map((rule): Ask => ({ id: `lookup ${rule}`, words: `looks up ${rule}`, own: false })),
      ];
    },
    make: async (config, context) => {
      const { memory, ...rules } = config as Config;
      const made = memory ? memoryNetwork({ ...rules, name: context.part }) : make!(rules, context.part);
      made.audit(context.audit);
      return new WasiSets(names, { optionsFor: () => ({ network: made }), revoke: () => made.revoke() });
    },
  };
}

/** Whether a rule for listening is about this machine alone. */
function isLoopback(rule: string): boolean {
  const { host } = parsePattern(rule);
  if (host.tag === "name") return isLocalhost(host.name);
  // A block that begins with a loopback address has no others: its beginning has no bits beyond the prefix.
  return host.tag === "block" && classifyIp(host.address) === "loopback";
}
