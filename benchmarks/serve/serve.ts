/** Requests per second of servers that run the same handler, one after the other, under `wrk`; and what memory they hold meanwhile. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Command, find, megabytes, type Wasmtime } from "../peers.ts";
import { type Figure, timesBetter } from "../report.ts";

/** The same handler, for 0.2 and for 0.3. */
const HANDLER = fileURLToPath(new URL("../../examples/http/http-hello.wasm", import.meta.url));
const HANDLER_3 = fileURLToPath(new URL("handler/hello-p3.wasm", import.meta.url));
const PLAIN = fileURLToPath(new URL("plain.mjs", import.meta.url));

/** What a server answers to `/Ada`. */
const HELLO = /^Hello Ada, from /;

export interface Load {
  readonly requests: number;
  /** Resident megabytes after a sixth of the time (10 s of 60) and at the end. */
  readonly early: number | undefined;
  readonly late: number | undefined;
}

export async function serving(tenon: string, wasmtime: Wasmtime | undefined, seconds: number): Promise<Figure[]> {
  const wrk = find("wrk");
  if (wrk === undefined) throw new Error("no `wrk` on PATH: apt-get install wrk");
  const node = (port: number, ...args: string[]): Command => ({ program: process.execPath, arguments: [...args, String(port)] });
  const under = (server: (port: number) => Command): Promise<Load> => underLoad(wrk, server, { seconds, connections: 16, expected: HELLO });

  const fresh = await under((port) => node(port, tenon, "serve", HANDLER, "--port"));
  const reuse = await under((port) => node(port, tenon, "serve", "--reuse", HANDLER, "--port"));
  const plain = await under((port) => node(port, PLAIN));
  const others: Record<string, number> = { "plain node": plain.requests };
  if (wasmtime !== undefined) {
    const { program } = wasmtime;
    others.wasmtime = (await under((port) => ({ program, arguments: ["serve", "--addr", `127.0.0.1:${port}`, HANDLER] }))).requests;
  }
  const jco = find("jco");
  if (jco !== undefined) others.jco = (await under((port) => ({ program: jco, arguments: ["serve", "--port", String(port), HANDLER] }))).requests;

  return [
    withBar({ group: "serve", name: "fresh instance per request", unit: "requests/s", values: { tenon: fresh.requests, ...others } }, 1),
    withBar({ group: "serve", name: "one instance (--reuse)", unit: "requests/s", values: { tenon: reuse.requests, ...others } }, 3),
    ...memory("serve", "fresh", fresh),
    ...memory("serve", "--reuse", reuse),
    ...(await serving3(tenon, wasmtime, (server) => underLoad(wrk, server, { seconds, connections: 64, expected: HELLO }))),
  ];
}

/** Requests of WASI 0.3 share instances, in wasmtime too: by default 16 at a time, and 128 in all. */
async function serving3(tenon: string, wasmtime: Wasmtime | undefined, under: (server: (port: number) => Command) => Promise<Load>): Promise<Figure[]> {
  const node = (port: number, ...args: string[]): Command => ({ program: process.execPath, arguments: [...args, String(port)] });
  const shared = await under((port) => node(port, tenon, "serve", HANDLER_3, "--port"));
  const one = await under((port) => node(port, tenon, "serve", "--reuse", HANDLER_3, "--port"));
  const fresh = await under((port) => node(port, tenon, "serve", "--fresh", HANDLER_3, "--port"));
  const plain = await under((port) => node(port, PLAIN));
  const [others, freshOthers]: [Record<string, number>, Record<string, number>] = [{ "plain node": plain.requests }, {}];
  if (wasmtime !== undefined) {
    const server =
      (...more: string[]) =>
      (port: number): Command => ({ program: wasmtime.program, arguments: ["serve", "-Sp3", ...more, "--addr", `127.0.0.1:${port}`, HANDLER_3] });
    others.wasmtime = (await under(server())).requests;
    freshOthers.wasmtime = (await under(server("--max-instance-reuse-count", "1"))).requests;
  }
  const figure = (name: string, { requests }: Load, besides: Record<string, number>): Figure => ({
    group: "serve, WASI 0.3, 64 connections",
    name,
    unit: "requests/s",
    values: { tenon: requests, ...besides },
  });
  return [
    withBar(figure("128 requests to an instance", shared, others), 1),
    figure("one instance (--reuse)", one, others),
    figure("fresh instance per request (--fresh)", fresh, freshOthers),
    ...memory("serve, WASI 0.3", "128 to an instance", shared),
    ...memory("serve, WASI 0.3", "--reuse", one),
  ];
}

export function withBar(figure: Figure, times: number): Figure {
  const ratio = timesBetter(figure, "wasmtime");
  return ratio === undefined ? figure : { ...figure, bar: { text: `${times}x wasmtime`, met: ratio >= times } };
}

export function memory(group: string, name: string, { early, late }: Load): Figure[] {
  if (early === undefined || late === undefined) return [];
  const bar = { text: `1.2x of ${early.toFixed(0)} MB`, met: late <= 1.2 * early };
  return [{ group: `${group}, resident memory`, name: `${name}, at the end`, unit: "MB", values: { tenon: late }, bar }];
}

export interface LoadOptions {
  readonly seconds: number;
  readonly connections: number;
  /** What it answers. */
  readonly expected: RegExp;
}

export async function underLoad(wrk: string, server: (port: number) => Command, { seconds, connections, expected }: LoadOptions): Promise<Load> {
  const port = await freePort();
  const { program, arguments: args } = server(port);
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => (said = (said + chunk).slice(-2000)));
  try {
    await answers(port, child, expected).catch((error) => {
      throw new Error(`${program} ${args.join(" ")}: ${error.message}\n${said}`);
    });
    const running = promisify(execFile)(wrk, ["-t1", `-c${connections}`, `-d${seconds}s`, `http://127.0.0.1:${port}/Ada`]);
    await sleep((seconds * 1000) / 6);
    const early = megabytes(child, "VmRSS");
    await sleep((seconds * 1000 * 5) / 6 - 200);
    const late = megabytes(child, "VmRSS");
    const { stdout } = await running;
    const requests = Number(/Requests\/sec:\s*([\d.]+)/.exec(stdout)?.[1]);
    if (!(requests > 0) || /Non-2xx/.test(stdout)) throw new Error(`${program} ${args.join(" ")}: ${stdout}\n${said}`);
    return { requests, early, late };
  } finally {
    await stop(child);
  }
}

/** A server that does not end when asked to is ended. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill();
  const patience = setTimeout(() => child.kill("SIGKILL"), 3000);
  await ended;
  clearTimeout(patience);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function answers(port: number, child: ChildProcess, expected: RegExp): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`ended with status ${child.exitCode}`);
    try {
      const response = await fetch(`http://127.0.0.1:${port}/Ada`);
      const text = await response.text();
      if (expected.test(text)) return;
      throw new Error(`answered ${response.status} ${text}`);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      await sleep(50);
    }
  }
  throw new Error("does not listen");
}
