import { OpenHandles } from "../capability/open-handles.ts";
import { coarse, type MonotonicClock, monotonicClock, type WallClock, wallClock } from "../clock/clock.ts";
import type { Config } from "../config/config.ts";
import type { Directory } from "../directory/directory.ts";
import { Environment, type EnvironmentOptions } from "../environment/environment.ts";
import { GuestRequests } from "../http/client/guest-requests.ts";
import type { HttpClient } from "../http/client/http-client.ts";
import { MIN_CLOCK_RESOLUTION } from "../limits.ts";
import type { Log } from "../log/log.ts";
import { GuestSockets } from "../network/guest-sockets.ts";
import type { Network } from "../network/network.ts";
import { type RandomSource, randomBytes, randomU64, secureRandom } from "../random/random-source.ts";
import type { Stdio } from "../stdio/stdio.ts";
import { emptyInput, type InputSource } from "../streams/input-source.ts";
import { Outlet } from "../streams/outlet.ts";
import { closedSink, type OutputSink } from "../streams/output-sink.ts";

/** What a component is given through WASI, whichever version it was made for. What is omitted is empty, closed or denied. */
export interface WasiOptions extends EnvironmentOptions {
  /** For what of `args`, `env` and `initialCwd` is not given beside it. */
  readonly environment?: Environment;
  /** For those of `stdin`, `stdout` and `stderr` that are not given beside it. */
  readonly stdio?: Stdio;
  /** Default: at its end. */
  readonly stdin?: InputSource;
  /** Default: closed. */
  readonly stdout?: OutputSink;
  /** Default: closed. */
  readonly stderr?: OutputSink;
  /** Default: the real time, in steps of a millisecond. */
  readonly clock?: { readonly monotonic?: MonotonicClock; readonly wall?: WallClock };
  /** Default: the platform's cryptographic generator, for all three interfaces. */
  readonly random?: RandomSource;
  /** By the name under which the guest sees each: `/`, `data`. Default: none. */
  readonly directories?: Readonly<Record<string, Directory>>;
  /** Default: every socket is refused. */
  readonly network?: Network;
  /** Default: every outgoing request is refused. */
  readonly http?: HttpClient;
  /** For `wasi:config`. Default: it holds nothing. */
  readonly config?: Config;
  /** For `wasi:logging`. Default: nothing is kept. */
  readonly log?: Log;
}

/** The one set of things that the bindings of every version stand on. */
export class WasiHost {
  readonly stdin: InputSource;
  readonly stdout: Outlet;
  readonly stderr: Outlet;
  readonly monotonicClock: MonotonicClock;
  readonly wallClock: WallClock;
  readonly random: RandomSource;
  readonly directories: readonly (readonly [name: string, directory: Directory])[];
  readonly sockets: GuestSockets;
  readonly requests: GuestRequests;
  readonly config: Config | undefined;
  readonly log: Log | undefined;
  /** What guests have open through this host. */
  readonly open: OpenHandles = new OpenHandles();
  readonly #environment: Environment;
  readonly #own: EnvironmentOptions;
  readonly #ownVariables: readonly [string, string][] | undefined;
  readonly #stdio: Stdio | undefined;
  #insecureSeed: [bigint, bigint] | undefined;

  constructor(options: WasiOptions) {
    const { environment = new Environment({}), stdio, clock = {}, random = secureRandom, directories = {}, network, http, config, log } = options;
    this.#environment = environment;
    this.#own = options;
    this.#ownVariables = options.env && Object.entries(options.env);
    this.#stdio = stdio;
    this.stdin = options.stdin ?? stdio?.stdin ?? emptyInput;
    this.stdout = new Outlet(options.stdout ?? stdio?.stdout ?? closedSink);
    this.stderr = new Outlet(options.stderr ?? stdio?.stderr ?? closedSink);
    this.monotonicClock = clock.monotonic ?? coarse(monotonicClock, MIN_CLOCK_RESOLUTION);
    this.wallClock = clock.wall ?? wallClock;
    this.random = random;
    this.directories = Object.entries(directories);
    this.sockets = new GuestSockets(network);
    this.requests = new GuestRequests(http);
    this.config = config;
    this.log = log;
  }

  args(): readonly string[] {
    return this.#own.args ?? this.#environment.args();
  }

  variables(): readonly [string, string][] {
    return this.#ownVariables ?? this.#environment.variables();
  }

  initialCwd(): string | undefined {
    return this.#own.initialCwd ?? this.#environment.initialCwd();
  }

  /** The same each time: it is to become a value instead of a function, and guests expect that of it. */
  insecureSeed(): [bigint, bigint] {
    // A source that has been revoked gives nothing any more, what it once gave included.
    if (this.#insecureSeed !== undefined) randomBytes(this.random, 0);
    return (this.#insecureSeed ??= [randomU64(this.random), randomU64(this.random)]);
  }

  /** Closes what the guest left open. Resolves when all that it wrote is passed on. */
  async finished(): Promise<void> {
    await Promise.all([this.stdout.flushed(), this.stderr.flushed()]);
    this.#stdio?.end();
    this.log?.end();
    this.open.closeAll();
    this.requests.end();
    await Promise.all([this.open.finished(), this.sockets.end()]);
  }
}
