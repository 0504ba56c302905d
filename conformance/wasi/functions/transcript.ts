/** Runs a program with a host and gives what it printed, in an order that does not vary, and how it ended. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { Host } from "./hosts.ts";
import { runHere, serveHere } from "./in-process.ts";
import { PROGRAMS } from "./listing.ts";
import type { Peers } from "./peers.ts";
import { A_DIRECTORY, type CommandRun, PORTS, type Run, type ServiceRequest, type ServiceRun } from "./runs.ts";

/** What a run may take, in milliseconds; it takes less than one thousand. */
const PATIENCE = 60_000;

export interface Transcript {
  readonly lines: readonly string[];
  /** What else it had to say: for a person who looks into a difference. */
  readonly aside: string;
}

export async function transcriptOf(run: Run, host: Host, peers: Peers): Promise<Transcript> {
  const folder = mkdtempSync(path.join(tmpdir(), "tenon-functions-"));
  try {
    if (run.kind === "service") return await (host.inProcess(run) ? serviceHere(run) : service(run, commandLine(run, host, folder)));
    const args = argumentsOf(run, peers);
    if (!host.inProcess(run)) {
      const line = [...commandLine(run, host, folder), ...args];
      return await command(run, run.terminal ? inTerminal(line) : line);
    }
    const { written, status, error } = await runHere(run, args, folder);
    return { lines: [...reported(written), `ended with ${status}`], aside: error === undefined ? "" : String(error) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function commandLine(run: Run, host: Host, directory: string): readonly string[] {
  return host.commandLine(run, path.join(PROGRAMS, `${run.program}.wasm`), { directory });
}

function argumentsOf({ args = [] }: CommandRun, { resetPort, server, nobody }: Peers): string[] {
  const values: Readonly<Record<string, string>> = { [PORTS.reset]: String(resetPort), [PORTS.server]: server, [PORTS.nobody]: nobody };
  return args.map((arg) => values[arg] ?? arg);
}

/** `script` of util-linux runs a command with a terminal of its own. */
function inTerminal(line: readonly string[]): readonly string[] {
  return ["script", "--quiet", "--return", "--command", line.map((word) => `'${word}'`).join(" "), "/dev/null"];
}

async function command(run: CommandRun, [program, ...args]: readonly string[]): Promise<Transcript> {
  const input = run.stdin === A_DIRECTORY ? openSync(tmpdir(), "r") : undefined;
  const full = run.full === undefined ? undefined : openSync("/dev/full", "w");
  const output = (name: typeof run.full) => (run.full === name ? full! : "pipe");
  const child = spawn(program!, args, { stdio: [input ?? "pipe", output("stdout"), output("stderr")], timeout: PATIENCE });
  for (const file of [input, full]) if (file !== undefined) closeSync(file);
  child.stdin?.on("error", () => {});
  child.stdin?.end(run.stdin);
  const ended = once(child, "close");
  const [stdout, stderr] = await Promise.all([child.stdout, child.stderr].map((stream) => (stream === null ? "" : text(stream))));
  const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  return { lines: [...reported(stdout!), ...reported(stderr!), `ended with ${code ?? signal}`], aside: stderr! };
}

async function service(run: ServiceRun, [program, ...args]: readonly string[]): Promise<Transcript> {
  const child = spawn(program!, args, { stdio: ["ignore", "pipe", "pipe"], timeout: PATIENCE });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) child[stream]!.setEncoding("utf8").on("data", (chunk: string) => (said[stream] += chunk));
  try {
    const url = await until(child, () => /http:\/\/127\.0\.0\.1:\d+\//.exec(said.stderr)?.[0]);
    const lines = await asked(url, run);
    await until(child, () => allLogged(run, said.stdout) || undefined);
    return { lines: [...lines, ...reported(said.stdout).sort()], aside: said.stderr };
  } catch (error) {
    return { lines: [String(error)], aside: said.stderr };
  } finally {
    if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "close");
  }
}

async function serviceHere(run: ServiceRun): Promise<Transcript> {
  await using served = await serveHere(run);
  const lines = await asked(served.url, run);
  await served.stdout.until((text) => allLogged(run, text));
  return { lines: [...lines, ...reported(served.stdout.text).sort()], aside: "" };
}

/** What a look at the process' output gives, once it gives something. */
async function until<T>(child: ChildProcess, look: () => T | undefined): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const check = () => {
    const found = look();
    if (found !== undefined) resolve(found);
  };
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", check);
  child.once("close", (code, signal) => reject(new Error(`ended with ${code ?? signal}`)));
  check();
  return promise;
}

async function asked(url: string, { requests }: ServiceRun): Promise<string[]> {
  const lines: string[] = [];
  for (const request of requests) lines.push(...(await ask(url, request)));
  return lines;
}

async function ask(url: string, { path, body }: ServiceRequest): Promise<string[]> {
  const method = body === undefined ? "GET" : "POST";
  const request = httpRequest(new URL(path, url), { method, agent: false, headers: { "x-sent": "header" } });
  request.end(body);
  let informed = "";
  request.on("information", ({ statusCode }) => (informed += `${statusCode}, `));
  try {
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return [`${method} ${path} -> ${informed}${response.statusCode}`, ...reported(await text(response))];
  } catch {
    // a response that does not become whole is the same whether its head arrived or not
    return [`${method} ${path} -> broken`];
  }
}

function allLogged({ logged = 0 }: ServiceRun, text: string): boolean {
  return reported(text).length >= logged;
}

/** The lines that programs print about functions. */
function reported(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.startsWith("wasi:"));
}
