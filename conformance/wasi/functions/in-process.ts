/** Runs a program by the JavaScript API: what differs from `tenon run` is only how what is granted is written down. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Component, compile } from "@tenon/engine";
import { BytesSource, CallbackSink, type InputSource, type RunOptions, run } from "@tenon/runtime";
import { directory, httpClient, network, serve } from "@tenon/runtime/node";
import { PROGRAMS } from "./listing.ts";
import type { CommandRun, Grant, ServiceRun } from "./runs.ts";

/** What a program prints when all is open that it wants to see closed. */
const REVOKE = "revoke\n";

/** The status of a command that trapped, as its process would have it. */
const TRAPPED = 134;

export interface Ended {
  /** Standard output, then standard error. */
  readonly written: string;
  readonly status: number;
  readonly error?: unknown;
}

export async function runHere(spec: CommandRun, args: readonly string[], folder: string): Promise<Ended> {
  const granted = (spec.grants ?? []).map((grant) => GRANTS[grant](folder));
  const revokeWhenAsked = (text: string) => {
    if (spec.revoked && text.endsWith(REVOKE)) for (const { revoke } of granted) revoke();
  };
  const [stdout, stderr] = [new Written(revokeWhenAsked), new Written()];
  const component = await compiled(spec.program);
  const stdin: InputSource = new BytesSource(typeof spec.stdin === "string" ? spec.stdin : "");
  if (spec.terminal) for (const stream of [stdin, stdout.sink, stderr.sink]) Object.assign(stream, { isTerminal: true });
  const options = { args: [spec.program, ...args], env: spec.env ?? {}, stdin, stdout: stdout.sink, stderr: stderr.sink };
  try {
    const { exitCode } = await run(component, Object.assign(options, ...granted.map((one) => one.options)) as RunOptions);
    return { written: stdout.text + stderr.text, status: exitCode };
  } catch (error) {
    return { written: stdout.text + stderr.text, status: TRAPPED, error };
  }
}

export interface Service extends AsyncDisposable {
  readonly url: string;
  /** Standard output. */
  readonly stdout: Written;
}

export async function serveHere({ program }: ServiceRun): Promise<Service> {
  const stdout = new Written();
  const server = await serve(await compiled(program), { stdout: stdout.sink, onError: () => {} });
  return { url: `http://127.0.0.1:${server.port}/`, stdout, [Symbol.asyncDispose]: () => server.close() };
}

/** The text that is written to a sink. */
export class Written {
  text = "";
  readonly sink: CallbackSink;
  readonly #decoder = new TextDecoder();
  #changed: (text: string) => void;

  constructor(changed: (text: string) => void = () => {}) {
    this.#changed = changed;
    this.sink = new CallbackSink((bytes) => {
      this.text += this.#decoder.decode(bytes, { stream: true });
      this.#changed(this.text);
      return undefined;
    });
  }

  /** Resolves when the text is so. */
  async until(holds: (text: string) => boolean): Promise<void> {
    if (holds(this.text)) return;
    await new Promise<void>((resolve) => {
      this.#changed = (text) => {
        if (holds(text)) resolve();
      };
    });
  }
}

const GRANTS: Readonly<Record<Grant, (folder: string) => { readonly options: RunOptions; revoke(): void }>> = {
  directory(folder) {
    const root = directory({ path: folder });
    return { options: { directories: { "/": root } }, revoke: () => root.revoke() };
  },
  network() {
    const all = network({ connect: ["127.0.0.1:*", "[::1]:*", "localhost:*"], listen: ["*:*"] });
    return { options: { network: all }, revoke: () => all.revoke() };
  },
  http() {
    const client = httpClient({ allow: ["127.0.0.1:*"] });
    return { options: { http: client }, revoke: () => client.revoke() };
  },
};

async function compiled(program: string): Promise<Component> {
  return compile(readFileSync(path.join(PROGRAMS, `${program}.wasm`)));
}
