/**
 * All of WASI 0.2 as imports for components of any 0.2.x: the engine matches by version track. What is not given is empty, closed or
 * denied; but for clocks and random bytes, which nearly every program needs and which convey no authority, nothing of the host
 * is reached. Files, sockets and outgoing requests are complete interfaces with every operation refused.
 *
 * One such object serves any number of components and instances: state hangs from the resources that it hands out.
 */
import type { Imports } from "@tenon/engine";
import { exit } from "../cli/exit.ts";
import { run } from "../cli/run.ts";
import { terminalInput, terminalOutput, terminalStderr, terminalStdin, terminalStdout } from "../cli/terminal.ts";
import { WasiHost, type WasiOptions } from "../options.ts";
import { versioned } from "../versioned.ts";
import { environment } from "./cli/environment.ts";
import { stderr, stdin, stdout } from "./cli/stdio.ts";
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

export function wasi02(options: WasiOptions = {}): Imports {
  return wasi02Of(new WasiHost(options));
}

/** For a host that other versions share. */
export function wasi02Of(host: WasiHost): Imports {
  return versioned([WASI_02_VERSION], {
    "cli/environment": environment(host),
    "cli/exit": exit,
    "cli/run": run,
    "cli/stdin": stdin(host.stdin),
    "cli/stdout": stdout(host.stdout.sink),
    "cli/stderr": stderr(host.stderr.sink),
    "cli/terminal-input": terminalInput,
    "cli/terminal-output": terminalOutput,
    "cli/terminal-stdin": terminalStdin(host.stdin),
    "cli/terminal-stdout": terminalStdout(host.stdout.sink),
    "cli/terminal-stderr": terminalStderr(host.stderr.sink),
    "clocks/monotonic-clock": monotonicClock(host.monotonicClock),
    "clocks/timezone": timezone,
    "clocks/wall-clock": wallClock(host.wallClock),
    "filesystem/preopens": preopens(host),
    "filesystem/types": filesystemTypes,
    "http/incoming-handler": incomingHandler,
    "http/outgoing-handler": outgoingHandler(host),
    "http/types": httpTypes,
    "io/error": error,
    "io/poll": poll,
    "io/streams": streams,
    "random/insecure": insecure(host.random),
    "random/insecure-seed": insecureSeed(host),
    "random/random": random(host.random),
    "sockets/instance-network": instanceNetwork(host),
    "sockets/ip-name-lookup": ipNameLookup,
    "sockets/network": network,
    "sockets/tcp": tcp,
    "sockets/tcp-create-socket": tcpCreateSocket(host),
    "sockets/udp": udp,
    "sockets/udp-create-socket": udpCreateSocket(host),
  });
}
