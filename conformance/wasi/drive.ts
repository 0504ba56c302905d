/** Drives one test: starts it with a host and does what its operations say, one after another. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { startServers } from "./endpoints.ts";
import { commandLine, type Host } from "./host.ts";
import type { Operation, TestCase } from "./suite.ts";

/** What one operation may take. */
const PATIENCE = 30_000;

/** Characters of what a program wrote that a report shows. */
const SHOWN = 600;

/** What differs from what the test expects; `undefined`: nothing. */
export async function drive(host: Host, test: TestCase, wasm: string): Promise<string | undefined> {
  const folder = mkdtempSync(path.join(tmpdir(), "tenon-wasi-"));
  const servers = await startServers(test.servers);
  const program = new Program();
  try {
    for (const operation of test.operations) {
      if (operation.type === "run") {
        const root = operation.root && path.join(folder, "root");
        // Tests leave files behind, and take it ill to find some.
        if (root !== undefined) cpSync(operation.root!, root, { recursive: true, verbatimSymlinks: true });
        const env = { ...operation.env, ...servers.variables };
        const { group, proposals } = test;
        program.start(commandLine(host, wasm, { group, args: operation.args, env, root, proposals, asksServers: test.servers.length > 0 }));
      } else {
        await within(PATIENCE, operation.type, program.perform(operation));
      }
    }
    return undefined;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}${program.said}`;
  } finally {
    program.end();
    await servers.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function within<T>(milliseconds: number, what: string, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what}: nothing came of it in ${milliseconds / 1000} s`)), milliseconds);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

class Program {
  #child: ChildProcessWithoutNullStreams | undefined;
  readonly #outputs = new Map<string, Output>();
  readonly #sockets = new Map<string, { readonly socket: Socket; readonly output: Output }>();
  #closed: Promise<unknown[]> | undefined;
  #url: string | undefined;

  start([program, ...args]: readonly string[]): void {
    const child = spawn(program!, args, { stdio: "pipe" });
    child.stdin.on("error", () => {});
    this.#child = child;
    this.#closed = once(child, "close");
    this.#closed.catch(() => {});
    for (const id of ["stdout", "stderr"] as const) this.#outputs.set(id, new Output(child[id]));
  }

  /** What it wrote that no operation read, for the report. */
  get said(): string {
    return [...this.#outputs]
      .map(([id, { text }]) => (text === "" ? "" : `\n    ${id}: ${text.slice(0, SHOWN).trimEnd().replaceAll("\n", "\n    ")}`))
      .join("");
  }

  end(): void {
    for (const { socket } of this.#sockets.values()) socket.destroy();
    if (this.#child?.exitCode === null) this.#child.kill("SIGKILL");
  }

  async perform(operation: Exclude<Operation, { type: "run" }>): Promise<void> {
    switch (operation.type) {
      case "write":
        this.#child!.stdin.write(operation.payload);
        return;
      case "read":
        return expectEqual(operation.id, await this.#outputs.get(operation.id)!.take(operation.payload.length), operation.payload);
      case "connect":
        return this.#connect(operation.id);
      case "send":
        this.#sockets.get(operation.id)!.socket.write(operation.payload);
        return;
      case "recv":
        return expectEqual(operation.id, await this.#sockets.get(operation.id)!.output.take(operation.payload.length), operation.payload);
      case "request":
        return this.#request(operation);
      case "kill":
        this.#child!.kill(operation.signal);
        return;
      case "wait":
        return this.#wait(operation.exitCode);
    }
  }

  async #wait(exitCode: number): Promise<void> {
    this.#child!.stdin.end();
    const [status, signal] = await this.#closed!;
    expectEqual("exit status", status ?? signal, exitCode);
  }

  /** The guest writes where it listens. */
  async #connect(id: string): Promise<void> {
    const line = await this.#outputs.get("stdout")!.line();
    const [, host, port] = /^(.*):(\d+)$/.exec(line) ?? [];
    if (host === undefined) throw new Error(`an address was expected on stdout, found ${JSON.stringify(line)}`);
    const socket = connect(Number(port), host);
    await once(socket, "connect");
    this.#sockets.set(id, { socket, output: new Output(socket) });
  }

  async #request({ method, path: at, headers, body, response }: Extract<Operation, { type: "request" }>): Promise<void> {
    this.#url ??= await this.#address();
    const sent = httpRequest(new URL(at, this.#url), { method, headers: { ...headers, "content-length": Buffer.byteLength(body) } });
    sent.end(body);
    const [received] = (await once(sent, "response")) as [IncomingMessage];
    let text = "";
    for await (const part of received.setEncoding("utf8")) text += part;
    expectEqual(`${method} ${at}: status`, received.statusCode, response.status);
    for (const [name, value] of Object.entries(response.headers)) expectEqual(`${method} ${at}: ${name}`, received.headers[name.toLowerCase()], value);
    expectEqual(`${method} ${at}: body`, text, response.body);
  }

  /** The first line on standard error says where it serves. */
  async #address(): Promise<string> {
    const line = await this.#outputs.get("stderr")!.line();
    const [url] = /http:\S+/.exec(line) ?? [];
    if (url === undefined) throw new Error(`an address was expected on stderr, found ${JSON.stringify(line)}`);
    return url;
  }
}

/** What comes out of a stream, as it comes. */
class Output {
  text = "";
  #ended = false;
  readonly #wake = new Set<() => void>();

  constructor(stream: Readable) {
    stream.setEncoding("utf8").on("data", (part: string) => {
      this.text += part;
      this.#tell();
    });
    for (const event of ["end", "close", "error"]) {
      stream.on(event, () => {
        this.#ended = true;
        this.#tell();
      });
    }
  }

  take(length: number): Promise<string> {
    return this.#cut(() => (this.text.length >= length ? length : undefined));
  }

  async line(): Promise<string> {
    const line = await this.#cut(() => {
      const end = this.text.indexOf("\n");
      return end < 0 ? undefined : end + 1;
    });
    return line.trim();
  }

  /** Takes off as much as `measure` says, once it says it; at the end what there is. */
  async #cut(measure: () => number | undefined): Promise<string> {
    for (;;) {
      const length = measure() ?? (this.#ended ? this.text.length : undefined);
      if (length !== undefined) {
        const taken = this.text.slice(0, length);
        this.text = this.text.slice(length);
        return taken;
      }
      await new Promise<void>((resolve) => this.#wake.add(resolve));
    }
  }

  #tell(): void {
    for (const wake of this.#wake) wake();
    this.#wake.clear();
  }
}

function expectEqual(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${what}: ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}
