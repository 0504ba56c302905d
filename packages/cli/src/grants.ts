/** What a command line grants to the guest beyond streams, clocks and random numbers: the options, and the capabilities made of them. */
import { type Audit, type Config, clock, config, type Log, log, type OutputSink, type WasiOptions } from "@tenon/runtime";
import { httpClient, network } from "@tenon/runtime/node";
import type { CommandLine, Option } from "./command.ts";
import { type DirectoryGrant, directoryGrants, openDirectories } from "./directory-grants.ts";
import { environmentOf, namedValues } from "./environment.ts";
import { UsageError } from "./failure.ts";

export const grantOptions: Readonly<Record<string, Option>> = {
  env: {
    type: "string",
    value: "NAME=VALUE",
    multiple: true,
    help: "an environment variable for the component; NAME alone passes yours on (may be repeated)",
  },
  dir: {
    type: "string",
    value: "HOST[::GUEST[:ro]]",
    multiple: true,
    help: "a directory for the component, under the name GUEST or as you name it; `:ro` lets it read only (may be repeated)",
  },
  strict: { type: "boolean", help: "refuse `--dir` where another process of this machine could lead the component out of it: everywhere but on Linux" },
  "allow-net": {
    type: "string",
    value: "HOST:PORT",
    multiple: true,
    help: "where the component may connect and send requests to: a name, *.name, address or block; PORT may be * or a range (may be repeated)",
  },
  listen: { type: "string", value: "ADDRESS:PORT", multiple: true, help: "an address of yours on which the component may listen (may be repeated)" },
  config: { type: "string", value: "NAME=VALUE", multiple: true, help: "a value for `wasi:config` (may be repeated)" },
  "show-grants": { type: "boolean", help: "print what the component would get, in plain sentences, and what else it asks for; don't run it" },
};

/** What was granted, read from the command line: nothing is open yet. */
export interface Grants {
  readonly env: Readonly<Record<string, string>>;
  readonly directories: readonly DirectoryGrant[];
  readonly strict: boolean;
  readonly connect: readonly string[];
  readonly listen: readonly string[];
  readonly config: Readonly<Record<string, string>>;
}

export function grantsOf({ options, flag }: Pick<CommandLine, "options" | "flag">): Grants {
  return {
    env: environmentOf(options("env")),
    directories: directoryGrants(options("dir")),
    strict: flag("strict"),
    connect: options("allow-net"),
    listen: options("listen"),
    config: namedValues("config", options("config")),
  };
}

/** The capabilities. `refused` hears of uses of the network, the refused ones among them. */
export function capabilitiesOf(grants: Grants, { stderr, refused }: { stderr: OutputSink; refused: Audit }): WasiOptions {
  const sockets = orUsageError(() => network({ connect: grants.connect, listen: grants.listen }));
  const http = orUsageError(() => httpClient({ allow: grants.connect }));
  sockets.audit(refused);
  http.audit(refused);
  return {
    env: grants.env,
    directories: openDirectories(grants.directories, grants.strict),
    network: sockets,
    http,
    // A program that you run yourself gets the time as exactly as other runtimes give it.
    clock: clock({ resolution: 1n }),
    config: configOf(grants),
    log: logTo(stderr),
  };
}

function configOf({ config: values }: Grants): Config {
  return config(values);
}

/** `wasi:logging`, in lines on standard error. */
function logTo(stderr: OutputSink): Log {
  return log(({ level, context, message }) => {
    const line = `${level}${context === "" ? "" : ` ${context}`}: ${message}\n`;
    if (stderr.permit() !== undefined) stderr.write(new TextEncoder().encode(line));
  });
}

/** Rules that can't be read say what is wrong with them. */
function orUsageError<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}
