import { OpenHandles } from "../capability/open-handles.ts";
import { type MonotonicClock, monotonicClock, type WallClock, wallClock } from "../clock/clock.ts";
import type { Directory } from "../directory/directory.ts";
import type { HttpClient } from "../http/client/http-client.ts";
import type { Network } from "../network/network.ts";
import { type RandomSource, randomU64, secureRandom } from "../random/random-source.ts";
import { emptyInput, type InputSource } from "../streams/input-source.ts";
import { Outlet } from "../streams/outlet.ts";
import { closedSink, type OutputSink } from "../streams/output-sink.ts";

/** What the host tells of where a component runs, nothing of its own. */
export interface Environment {
  /** The first is the name of the program itself. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly initialCwd?: string;
}

/** What a component is given through WASI, whichever version it was made for. */
export interface WasiOptions extends Environment {
  /** Default: at its end. */
  readonly stdin?: InputSource;
  /** Default: closed. */
  readonly stdout?: OutputSink;
  /** Default: closed. */
  readonly stderr?: OutputSink;
  /** Default: the real ones. */
  readonly clock?: { readonly monotonic?: MonotonicClock; readonly wall?: WallClock };
  /** Default: the platform's cryptographic generator, for all three interfaces. */
  readonly random?: RandomSource;
  /** By the name under which the guest sees each: `/`, `data`. Default: none. */
  readonly directories?: Readonly<Record<string, Directory>>;
  /** Default: every socket is refused. */
  readonly network?: Network;
  /** Default: every outgoing request is refused. */
  readonly http?: HttpClient;
}

/** The one set of things that the bindings of every version stand on. */
export class WasiHost {
  readonly args: readonly string[];
  readonly env: readonly [string, string][];
  readonly initialCwd: string | undefined;
  readonly stdin: InputSource;
  readonly stdout: Outlet;
  readonly stderr: Outlet;
  readonly monotonicClock: MonotonicClock;
  readonly wallClock: WallClock;
  readonly random: RandomSource;
  readonly directories: readonly (readonly [name: string, directory: Directory])[];
  readonly network: Network | undefined;
  readonly http: HttpClient | undefined;
  /** What guests have open through this host. */
  readonly open: OpenHandles = new OpenHandles();
  #insecureSeed: [bigint, bigint] | undefined;

  constructor(options: WasiOptions) {
    const {
      args = [],
      env = {},
      initialCwd,
      stdin = emptyInput,
      stdout = closedSink,
      stderr = closedSink,
      clock = {},
      random = secureRandom,
      directories = {},
      network,
      http,
    } = options;
    this.args = args;
    this.env = Object.entries(env);
    this.initialCwd = initialCwd;
    this.stdin = stdin;
    this.stdout = new Outlet(stdout);
    this.stderr = new Outlet(stderr);
    this.monotonicClock = clock.monotonic ?? monotonicClock;
    this.wallClock = clock.wall ?? wallClock;
    this.random = random;
    this.directories = Object.entries(directories);
    this.network = network;
    this.http = http;
  }

  /** The same each time: it is to become a value instead of a function, and guests expect that of it. */
  get insecureSeed(): [bigint, bigint] {
    return (this.#insecureSeed ??= [randomU64(this.random), randomU64(this.random)]);
  }

  /** Closes what the guest left open. Resolves when all that it wrote is passed on. */
  async finished(): Promise<void> {
    await Promise.all([this.stdout.flushed(), this.stderr.flushed()]);
    this.open.closeAll();
    await this.open.finished();
  }
}
