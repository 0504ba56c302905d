import { type Audit, Authority } from "../capability/authority.ts";

/** Named values as a capability, for `wasi:config`: `WasiOptions.config`. */
export class Config {
  readonly authority: Authority;
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: Iterable<readonly [string, string]>, parent?: Authority) {
    this.authority = new Authority("config", parent);
    this.#values = new Map(values);
  }

  /** @throws ConfigRevoked */
  get(key: string): string | undefined {
    this.#use("get", key);
    return this.#values.get(key);
  }

  /** @throws ConfigRevoked */
  all(): [string, string][] {
    this.#use("get-all", "");
    return [...this.#values];
  }

  /** The values of these names alone, as a capability of its own that ends with this one. */
  only(names: readonly string[]): Config {
    return new Config(
      [...this.#values].filter(([name]) => names.includes(name)),
      this.authority,
    );
  }

  revoke(): void {
    this.authority.revoke();
  }

  audit(audit: Audit | undefined): void {
    this.authority.audit = audit;
  }

  #use(operation: string, key: string): void {
    const { authority } = this;
    if (authority.audited) authority.used(operation, key, authority.revoked ? "upstream" : "ok");
    if (authority.revoked) throw new ConfigRevoked();
  }
}

/** The error case of `wasi:config` is the words. */
export class ConfigRevoked extends Error {
  override readonly name = "ConfigRevoked";

  constructor() {
    super("the configuration has been revoked");
  }
}

/** Makes named values that can be given to components. */
export function config(values: Readonly<Record<string, string>>): Config {
  return new Config(Object.entries(values));
}
