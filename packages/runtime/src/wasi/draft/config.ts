import { type Config, ConfigRevoked } from "../../config/config.ts";

/** `wasi:config/store`, and `wasi:config/runtime` as it was called before: the functions are the same. */
export function configStore(config: Config | undefined) {
  return {
    get: (key: string): string | undefined => orUpstream(() => config?.get(key)),
    getAll: (): [string, string][] => orUpstream(() => config?.all() ?? []),
  };
}

/** `error` of the interface: what stands behind a configuration is "upstream" of it. */
function orUpstream<T>(operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw error instanceof ConfigRevoked ? { tag: "upstream", val: error.message } : error;
  }
}
