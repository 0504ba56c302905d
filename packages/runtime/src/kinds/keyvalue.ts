import { KEYVALUE_INTERFACES, keyvalueInterfaces } from "../keyvalue/interfaces.ts";
import { KeyValue } from "../keyvalue/keyvalue.ts";
import { MemoryBackend } from "../keyvalue/memory-backend.ts";
import type { CapabilityKind } from "./kind.ts";
import { aboutOptions, checkOptions, type Options } from "./options.ts";
import type { PlatformMakers } from "./platform-makers.ts";

const OPTIONS: Options = new Map([
  [
    "backend",
    {
      about: "where the pairs are: in memory, or in a file of SQLite",
      expected: '"memory" or "sqlite"',
      accepts: (value) => value === "memory" || value === "sqlite",
      example: "memory",
    },
  ],
]);

/** `keyvalue`: `wasi:keyvalue` of both drafts. */
export function keyvalueKind(_makers: PlatformMakers): CapabilityKind {
  return {
    name: "keyvalue",
    about: "keys and values, in memory or in a file",
    options: aboutOptions(OPTIONS),
    exports: KEYVALUE_INTERFACES,
    check: (config, place) => checkOptions("keyvalue", OPTIONS, config, place),
    asks: () => [],
    make: async () => {
      const keyvalue = new KeyValue(new MemoryBackend());
      const interfaces = keyvalueInterfaces(keyvalue);
      return {
        provide: () => interfaces,
        async close() {
          keyvalue.revoke();
          await keyvalue.backend.close();
        },
      };
    },
  };
}
