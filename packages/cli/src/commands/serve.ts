/** `tenon serve`: a component that answers HTTP requests. */
import { setFlagsFromString } from "node:v8";
import type { Component } from "@tenon/engine";
import { handlerExport } from "@tenon/runtime";
import { serve as listen, nodeStdio, type ServeOptions, type Server } from "@tenon/runtime/node";
import { type Command, runCommandLine } from "../command.ts";
import { InputError, report, UsageError } from "../failure.ts";
import { capabilitiesOf, grantOptions, grantsOf } from "../grants.ts";
import { loadComponent } from "../load.ts";
import { print } from "../print.ts";
import { Refusals } from "../refusals.ts";
import { needSuspension } from "../suspension.ts";

const DEFAULT_PORT = 8080;

/** What every handler gets, for `--show-grants`. */
const STREAMS = "the requests that come in, standard output and error, clocks and random numbers";

const command: Command = {
  name: "serve",
  usage: "[OPTIONS] FILE",
  about:
    "Answers HTTP requests on this machine's loopback address with a component that exports `wasi:http/handler` (any 0.3 version) or\n" +
    "`wasi:http/incoming-handler` (any 0.2 version). Components of 0.3 take requests side by side: 16 share an instance, which ends after\n" +
    "1024. Those of 0.2 get a fresh instance for each request, so that none sees what another left behind. When the component fails, the\n" +
    "request is answered with 500 and a line on standard error tells why.",
  options: {
    port: { type: "string", value: "N", help: `listen on this port (${DEFAULT_PORT}; 0 takes a free one)` },
    reuse: { type: "boolean", help: "one instance for all requests; a trap ends it. With 0.2 it takes one request at a time" },
    fresh: { type: "boolean", help: "an instance of its own for each request, with 0.3 too" },
    ...grantOptions,
  },
  absent: { addr: "components are served on the loopback address only; `--port N` chooses the port" },
  examples: ["tenon serve hello.wasm", "tenon serve --port 3000 --reuse site.wasm"],
  async run(line) {
    const { file, flag, option } = line;
    await needSuspension();
    if (flag("reuse") && flag("fresh")) throw new UsageError("`--reuse` and `--fresh` exclude each other");
    const port = portOf(option("port") ?? String(DEFAULT_PORT));
    const component = await loadComponent(file);
    const handler = handlerExport(component);
    if (handler === undefined) throw new InputError(noHandler(file, component.exports));
    collectGarbageEarly(handler.startsWith("wasi:http/handler@"));
    const grants = grantsOf(line);
    if (flag("show-grants")) {
      const { showGrants } = await import("../show-grants.ts");
      print(showGrants(file, grants, { streams: STREAMS, imports: component.imports }));
      return 0;
    }
    const { stdout, stderr } = nodeStdio();
    const { note } = new Refusals((refusal) => process.stderr.write(`tenon: ${refusal}\n`));
    const server = await listenOn(port, component, {
      ...capabilitiesOf(grants, { stderr, refused: note }),
      stdout,
      stderr,
      reuse: flag("reuse") ? true : flag("fresh") ? false : undefined,
      onError: (error) => void report(error, file),
    });
    process.stderr.write(`tenon: serving ${file} at http://127.0.0.1:${server.port}/\n`);
    return untilSignalled(server);
  },
};

export const main = (args: readonly string[]): Promise<number> => runCommandLine(command, args);

function noHandler(file: string, exports: readonly { readonly name: string }[]): string {
  if (exports.some(({ name }) => /^wasi:http\/(?:incoming-)?handler@/.test(name))) {
    return `${file} answers HTTP requests by another version of WASI: this version of tenon serves those of WASI 0.2 and 0.3`;
  }
  return `${file} does not answer HTTP requests: it exports neither \`wasi:http/handler\` nor \`wasi:http/incoming-handler\`; \`tenon inspect ${file}\` shows what it does export`;
}

async function listenOn(port: number, component: Component, options: ServeOptions): Promise<Server> {
  try {
    return await listen(component, { port, ...options });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") throw new InputError(`port ${port} is in use; \`--port 0\` takes a free one`);
    if (code === "EACCES") throw new InputError(`port ${port} needs more rights than you have; choose one above 1023 with \`--port\``);
    throw error;
  }
}

/**
 * Each request leaves a little behind, of which V8 would let many megabytes gather before it clears them away. Collecting at twice what
 * is in use costs nothing that can be measured and keeps a busy server's memory at two thirds. What async requests leave behind lives as
 * long as they wait: there a larger space for the young is worth a tenth of the time.
 */
function collectGarbageEarly(async: boolean): void {
  const young = async ? ["--max-semi-space-size=16"] : ["--semi-space-growth-factor=1", "--max-semi-space-size=8"];
  for (const flag of ["--heap-growing-percent=100", ...young]) setFlagsFromString(flag);
}

/** The first signal lets the requests under way end, which is no failure; a second one, or a guest that does not let go, ends the process at once. */
function untilSignalled(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => server.close().then(() => resolve(0), reject));
    }
  });
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new UsageError(`\`--port ${text}\`: a port is a number from 0 to 65535`);
  return port;
}
