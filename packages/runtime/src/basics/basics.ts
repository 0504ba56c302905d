import type { Audit } from "../capability/authority.ts";
import { type Clock, clock } from "../clock/clock-capability.ts";
import { type Environment, environment } from "../environment/environment.ts";
import { Log, type LogEntry } from "../log/log.ts";
import { type Random, random } from "../random/random-capability.ts";
import { type Stdio, stdio } from "../stdio/stdio.ts";
import type { WasiOptions } from "../wasi/options.ts";

export interface BasicsOptions {
  /** Gets what the component logs and writes to standard output and error, line by line. Default: nobody does. */
  readonly log?: Log | ((entry: LogEntry) => void);
}

/** What nearly every program imports, with no authority in it: as `WasiOptions`, alone or with more beside it. */
export class Basics implements WasiOptions {
  readonly environment: Environment = environment();
  readonly clock: Clock = clock();
  readonly random: Random = random();
  readonly stdio: Stdio;
  readonly log: Log;

  constructor(log: Log) {
    this.log = log;
    this.stdio = stdio({ log });
  }

  revoke(): void {
    for (const each of this.#all()) each.revoke();
  }

  audit(audit: Audit | undefined): void {
    for (const each of this.#all()) each.audit(audit);
  }

  #all(): readonly { revoke(): void; audit(audit: Audit | undefined): void }[] {
    return [this.environment, this.clock, this.random, this.stdio, this.log];
  }
}

/** An empty environment, no files, standard streams to a log, the time in steps of a millisecond, and random bytes. */
export function basics({ log = () => {} }: BasicsOptions = {}): Basics {
  return new Basics(log instanceof Log ? log : new Log(log));
}
