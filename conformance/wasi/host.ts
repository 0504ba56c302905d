/** How a test is put to a host of WebAssembly: its command line. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Group } from "./suite.ts";

export interface Host {
  readonly name: string;
  /** Program and its first arguments. */
  readonly command: readonly string[];
  readonly flags: (test: Run) => readonly string[];
}

export interface Run {
  readonly group: Group;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The directory that the guest is to see as `/`. */
  readonly root: string | undefined;
  readonly proposals: readonly string[];
  /** The test has servers to talk to. */
  readonly asksServers: boolean;
}

const OURS = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

export const tenon: Host = {
  name: "tenon",
  command: [process.execPath, OURS],
  flags({ group, proposals, asksServers }) {
    const outside = proposals.includes("sockets") || asksServers ? LOOPBACK.flatMap((address) => ["--allow-net", `${address}:*`]) : [];
    const inside = proposals.includes("sockets") ? [...LOOPBACK, ...ANY].flatMap((address) => ["--listen", `${address}:*`]) : [];
    return group === "http" ? ["serve", "--port", "0", ...outside] : ["run", ...outside, ...inside];
  },
};

const LOOPBACK = ["127.0.0.1", "[::1]"];
/** What a socket listens on that was not bound. */
const ANY = ["0.0.0.0", "[::]"];

const wasmtimeFlags: Host["flags"] = ({ group, proposals }) => {
  if (group === "p1" || group === "p2") return ["run"];
  const more = [...(proposals.includes("http") ? ["http"] : []), ...(proposals.includes("sockets") ? ["inherit-network"] : [])];
  const features = ["-Wcomponent-model-async", `-S${["p3", ...more].join(",")}`];
  return group === "http" ? ["serve", ...features, "-Scli", "--addr=127.0.0.1:0"] : ["run", ...features];
};

/** Another host by its command: one of ours, built, or wasmtime. */
export function hostOf(command: string): Host {
  const [program, ...first] = command.split(" ") as [string, ...string[]];
  const name = path.basename(program);
  if (name.startsWith("wasmtime")) return { name, command: [program, ...first], flags: wasmtimeFlags };
  return { ...tenon, name, command: [program, ...first] };
}

export function commandLine(host: Host, wasm: string, run: Run): string[] {
  const env = Object.entries(run.env).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
  const dir = run.root === undefined ? [] : ["--dir", `${run.root}::/`];
  return [...host.command, ...host.flags(run), ...env, ...dir, wasm, ...run.args];
}
