/**
 * All of WASI 0.2 as imports for components of any 0.2.x: the engine matches by version track. What is not given is empty, closed or
 * denied; but for clocks and random bytes, which nearly every program needs and which convey no authority, nothing of the host
 * is reached. Files, sockets and outgoing requests are complete interfaces with every operation refused.
 *
 * One such object serves any number of components and instances: state hangs from the resources that it hands out.
 */
import type { Imports } from "@tenon/engine";
import { monotonicClock as defaultMonotonicClock, wallClock as defaultWallClock, type MonotonicClock, type WallClock } from "../../clock/clock.ts";
import { type RandomSource, secureRandom } from "../../random/random-source.ts";
import { emptyInput, type InputSource } from "../../streams/input-source.ts";
import { closedSink, type OutputSink } from "../../streams/output-sink.ts";
import { type Environment, environment } from "./cli/environment.ts";
import { exit } from "./cli/exit.ts";
import { run } from "./cli/run.ts";
import { stderr, stdin, stdout } from "./cli/stdio.ts";
import { terminalInput, terminalOutput, terminalStderr, terminalStdin, terminalStdout } from "./cli/terminal.ts";
import { monotonicClock } from "./clocks/monotonic-clock.ts";
import { timezone } from "./clocks/timezone.ts";
import { wallClock } from "./clocks/wall-clock.ts";
import { preopens } from "./filesystem/preopens.ts";
import { types as filesystemTypes } from "./filesystem/types.ts";
import { incomingHandler } from "./http/incoming-handler.ts";
import { outgoingHandler } from "./http/outgoing-handler.ts";
import { types as httpTypes } from "./http/types.ts";
import { error } from "./io/error.ts";
import { poll } from "./io/poll.ts";
import { streams } from "./io/streams.ts";
import { insecure } from "./random/insecure.ts";
import { insecureSeed } from "./random/insecure-seed.ts";
import { random } from "./random/random.ts";
import { instanceNetwork } from "./sockets/instance-network.ts";
import { ipNameLookup } from "./sockets/ip-name-lookup.ts";
import { network } from "./sockets/network.ts";
import { tcp } from "./sockets/tcp.ts";
import { tcpCreateSocket } from "./sockets/tcp-create-socket.ts";
import { udp } from "./sockets/udp.ts";
import { udpCreateSocket } from "./sockets/udp-create-socket.ts";

/** The newest release that these interfaces are those of; older ones have fewer functions, none other. */
export const WASI_02_VERSION = "0.2.12";

export interface Wasi02Options extends Environment {
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
}

export function wasi02(options: Wasi02Options = {}): Imports {
  const { stdin: input = emptyInput, stdout: output = closedSink, stderr: errors = closedSink, clock = {}, random: source = secureRandom } = options;
  const interfaces: Record<string, object> = {
    "cli/environment": environment(options),
    "cli/exit": exit,
    "cli/run": run,
    "cli/stdin": stdin(input),
    "cli/stdout": stdout(output),
    "cli/stderr": stderr(errors),
    "cli/terminal-input": terminalInput,
    "cli/terminal-output": terminalOutput,
    "cli/terminal-stdin": terminalStdin(input),
    "cli/terminal-stdout": terminalStdout(output),
    "cli/terminal-stderr": terminalStderr(errors),
    "clocks/monotonic-clock": monotonicClock(clock.monotonic ?? defaultMonotonicClock),
    "clocks/timezone": timezone,
    "clocks/wall-clock": wallClock(clock.wall ?? defaultWallClock),
    "filesystem/preopens": preopens,
    "filesystem/types": filesystemTypes,
    "http/incoming-handler": incomingHandler,
    "http/outgoing-handler": outgoingHandler,
    "http/types": httpTypes,
    "io/error": error,
    "io/poll": poll,
    "io/streams": streams,
    "random/insecure": insecure(source),
    "random/insecure-seed": insecureSeed(source),
    "random/random": random(source),
    "sockets/instance-network": instanceNetwork,
    "sockets/ip-name-lookup": ipNameLookup,
    "sockets/network": network,
    "sockets/tcp": tcp,
    "sockets/tcp-create-socket": tcpCreateSocket,
    "sockets/udp": udp,
    "sockets/udp-create-socket": udpCreateSocket,
  };
  const imports: Record<string, object> = Object.create(null);
  for (const [name, provided] of Object.entries(interfaces)) imports[`wasi:${name}@${WASI_02_VERSION}`] = provided;
  return imports;
}
