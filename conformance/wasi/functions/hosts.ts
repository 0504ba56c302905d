/** The two hosts, and the options by which each grants what a run may use. */
import path from "node:path";
import { A_DIRECTORY, type Grant, type Run } from "./runs.ts";

export interface Granting {
  /** Where the directory of the run lies. */
  readonly directory: string;
}

export interface Host {
  readonly name: string;
  /** Whether the run needs no process of its own. */
  inProcess(run: Run): boolean;
  /** The program and its arguments, up to those of the guest. */
  commandLine(run: Run, wasm: string, granting: Granting): readonly string[];
}

const MAIN = path.join(import.meta.dirname, "../../../packages/cli/src/main.ts");

export const tenon: Host = {
  name: "tenon",
  // most are run by the JavaScript API: a process takes ten times as long
  inProcess: (run) => run.kind === "service" || (run.full === undefined && run.stdin !== A_DIRECTORY),
  commandLine(run, wasm) {
    if (run.kind === "service") throw new Error("services are run by the JavaScript API");
    return [process.execPath, MAIN, "run", ...environment(run.env), wasm];
  },
};

export function wasmtime(program: string): Host {
  return {
    name: "wasmtime",
    inProcess: () => false,
    commandLine(run, wasm, { directory }) {
      const options: Record<Grant, readonly string[]> = {
        directory: ["--dir", `${directory}::/`],
        network: ["-S", "inherit-network,allow-ip-name-lookup"],
        http: ["-S", "http,inherit-network"],
      };
      if (run.kind === "service") return [program, "serve", "-S", "p3,cli", "--no-logging-prefix", "--addr", "127.0.0.1:0", wasm];
      // sockets can be made without leave to use them unless that is denied, too
      const sockets = run.grants?.includes("network") ? [] : ["-S", "tcp=n,udp=n"];
      return [program, "run", "-S", "p3,network-error-code", ...sockets, ...environment(run.env), ...grants(run, options), wasm];
    },
  };
}

function environment(env: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
}

function grants({ grants = [] }: Run, options: Record<Grant, readonly string[]>): string[] {
  return grants.flatMap((grant) => options[grant]);
}
