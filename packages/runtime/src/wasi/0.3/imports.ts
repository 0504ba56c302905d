/**
 * All of WASI 0.3 as imports for components of any 0.3.x: the engine matches by version track, release candidates by their whole name.
 * What is not given is empty, closed or denied, as in 0.2, and both bindings stand on the same clocks, random bytes and streams: a
 * component may import from both.
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
import { systemClock } from "./clocks/system-clock.ts";
import { timezone } from "./clocks/timezone.ts";
import { preopens } from "./filesystem/preopens.ts";
import { types as filesystemTypes } from "./filesystem/types.ts";
import { client } from "./http/client.ts";
import { handler } from "./http/handler.ts";
import { types as httpTypes } from "./http/types.ts";
import { insecure } from "./random/insecure.ts";
import { insecureSeed } from "./random/insecure-seed.ts";
import { random } from "./random/random.ts";
import { ipNameLookup } from "./sockets/ip-name-lookup.ts";
import { types as socketTypes } from "./sockets/types.ts";

/** The release that these interfaces are those of; later ones of 0.3 have no others. */
export const WASI_03_VERSION = "0.3.0";

/** The release candidates that have the same interfaces. */
export const WASI_03_CANDIDATES: readonly string[] = ["0.3.0-rc-2026-03-15"];

export function wasi03(options: WasiOptions = {}): Imports {
  return wasi03Of(new WasiHost(options));
}

/** For a host that other versions share. */
export function wasi03Of(host: WasiHost): Imports {
  return versioned([WASI_03_VERSION, ...WASI_03_CANDIDATES], {
    "cli/environment": environment(host),
    "cli/exit": exit,
    "cli/run": run,
    "cli/stdin": stdin(host.stdin),
    "cli/stdout": stdout(host.stdout),
    "cli/stderr": stderr(host.stderr),
    "cli/terminal-input": terminalInput,
    "cli/terminal-output": terminalOutput,
    "cli/terminal-stdin": terminalStdin(host.stdin),
    "cli/terminal-stdout": terminalStdout(host.stdout.sink),
    "cli/terminal-stderr": terminalStderr(host.stderr.sink),
    "cli/types": {},
    "clocks/monotonic-clock": monotonicClock(host.monotonicClock),
    "clocks/system-clock": systemClock(host.wallClock),
    "clocks/timezone": timezone,
    "clocks/types": {},
    "filesystem/preopens": preopens(host),
    "filesystem/types": filesystemTypes,
    "http/client": client(host),
    "http/handler": handler,
    "http/types": httpTypes,
    "random/insecure": insecure(host.random),
    "random/insecure-seed": insecureSeed(host),
    "random/random": random(host.random),
    "sockets/ip-name-lookup": ipNameLookup(host),
    "sockets/types": socketTypes(host),
  });
}
