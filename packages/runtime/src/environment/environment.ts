import { type Audit, Authority } from "../capability/authority.ts";

/** What the host tells of where a component runs, nothing of its own. */
export interface EnvironmentOptions {
  /** The first is the name of the program itself. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly initialCwd?: string;
}

/** Arguments, variables and the initial directory as a capability: `WasiOptions.environment`. */
export class Environment {
  readonly authority: Authority;
  readonly #args: readonly string[];
  readonly #variables: readonly [string, string][];
  readonly #initialCwd: string | undefined;

  constructor({ args = [], env = {}, initialCwd }: EnvironmentOptions, parent?: Authority) {
    this.authority = new Authority("environment", parent);
    this.#args = [...args];
    this.#variables = Object.entries(env);
    this.#initialCwd = initialCwd;
  }

  args(): readonly string[] {
    this.authority.use("get-arguments", "arguments");
    return this.#args;
  }

  variables(): readonly [string, string][] {
    this.authority.use("get-environment", "variables");
    return this.#variables;
  }

  initialCwd(): string | undefined {
    this.authority.use("initial-cwd", "initial directory");
    return this.#initialCwd;
  }

  /** The same with the variables of these names alone, as a capability of its own that ends with this one. */
  only(names: readonly string[]): Environment {
    const env = Object.fromEntries(this.#variables.filter(([name]) => names.includes(name)));
    const initialCwd = this.#initialCwd === undefined ? {} : { initialCwd: this.#initialCwd };
    return new Environment({ args: this.#args, env, ...initialCwd }, this.authority);
  }

  revoke(): void {
    this.authority.revoke();
  }

  audit(audit: Audit | undefined): void {
    this.authority.audit = audit;
  }
}

/** Makes an environment that can be given to components: nothing of the host's is in it but what is given here. */
export function environment(options: EnvironmentOptions = {}): Environment {
  return new Environment(options);
}
