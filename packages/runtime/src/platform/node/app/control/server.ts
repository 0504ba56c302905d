/**
 * Listens for the owner of a running app, on a socket that only they can open. A message is a line of JSON: `{ id, method, params }`, answered
 * by `{ id, result }` or `{ id, error }`; after `{ id, method: "follow" }` each line of the log comes as `{ line }`.
 */
import { lstatSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import path from "node:path";
import type { LogLine } from "../../../../app/app-log.ts";
import { CONTROL_METHODS, type Control } from "../../../../app/control.ts";
import type { Json } from "../../../../document/document.ts";
import { AppError } from "../../../../document/problem.ts";
import { refusal } from "../../../../document/refusal.ts";
import { MAX_CONTROL_BACKLOG, MAX_CONTROL_CLIENTS, MAX_CONTROL_REQUESTS } from "../../../../limits.ts";
import { runsAlready } from "../lock.ts";
import { connectControl } from "./client.ts";
import { readLines } from "./lines.ts";
import { controlPlace } from "./place.ts";

export interface ControlServer {
  close(): Promise<void>;
}

export interface Served {
  readonly control: Control;
  /** Tells of each line of the log until the function returned is called. */
  readonly follow: (tell: (line: LogLine) => void) => () => void;
}

/**
 * Listens before there is an app; whoever asks waits for it. Called by who holds the app (`lock.ts`).
 *
 * @throws AppError `app/runs-already`: a part that may write in the app's folder can end a lock there, but not make a socket fall silent
 */
export async function serveControl(document: string, served: Promise<Served>): Promise<ControlServer> {
  const place = controlPlace(document);
  const clients = new Set<Client>();
  const server = createServer((socket) => {
    if (clients.size >= MAX_CONTROL_CLIENTS) return void socket.destroy();
    const client = new Client(socket, served);
    clients.add(client);
    socket.on("close", () => clients.delete(client));
  });
  ownFolder(path.dirname(place));
  const other = await connectControl(document).catch(() => undefined);
  other?.close();
  if (other !== undefined) throw runsAlready(document);
  // Who listened there is gone, without having cleared up.
  if (process.platform !== "win32") rmSync(place, { force: true });
  await listen(server, place);
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([...clients].map((client) => client.close()));
      await closed;
    },
  };
}

/** One who is connected. */
class Client {
  readonly #socket: Socket;
  readonly #served: Promise<Served>;
  /** Answers that are not there yet. */
  readonly #pending = new Set<Promise<void>>();
  #forget: (() => void) | undefined;

  constructor(socket: Socket, served: Promise<Served>) {
    this.#socket = socket;
    this.#served = served;
    socket.on("error", () => {});
    socket.on("close", () => this.#forget?.());
    readLines(socket, (message) => this.#read(message));
  }

  /** With what it has asked answered. */
  async close(): Promise<void> {
    this.#socket.pause();
    await Promise.all(this.#pending);
    this.#socket.destroySoon();
  }

  #read(message: unknown): void {
    const { id, method, params } = requestOf(message);
    if (id === undefined || this.#pending.size >= MAX_CONTROL_REQUESTS) return void this.#socket.destroy();
    const answered = this.#answer(method, params)
      .then(
        (result) => this.#send({ id, result: result ?? null }),
        (error: unknown) => this.#send({ id, error: errorOf(error) }),
      )
      .finally(() => this.#pending.delete(answered));
    this.#pending.add(answered);
  }

  async #answer(method: string, params: readonly Json[]): Promise<unknown> {
    const { control, follow } = await this.#served;
    if (method !== "follow") return answer(control, method, params);
    this.#forget ??= follow((line) => this.#send({ line }));
    return null;
  }

  #send(message: object): void {
    if (this.#socket.destroyed) return;
    this.#socket.write(`${JSON.stringify(message)}\n`);
    if (this.#socket.writableLength > MAX_CONTROL_BACKLOG) this.#socket.destroy();
  }
}

/** Makes a folder that is its owner's alone; one in a place for all may be somebody else's, laid there to listen in. */
function ownFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (process.getuid === undefined) return;
  const { uid } = lstatSync(folder);
  if (uid !== process.getuid()) throw refusal("app/no-state", `the folder for the app's socket, ${folder}, belongs to another user`);
}

async function listen(server: Server, place: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    // What is made here is the owner's alone, from its first moment; it is made before `listen` returns.
    const mask = process.umask(0o177);
    try {
      server.listen(place, resolve);
    } finally {
      process.umask(mask);
    }
  });
}

interface Request {
  readonly id: number | undefined;
  readonly method: string;
  readonly params: readonly Json[];
}

function requestOf(message: unknown): Request {
  const { id, method, params = [] } = (typeof message === "object" && message !== null ? message : {}) as Record<string, unknown>;
  const good = typeof id === "number" && typeof method === "string" && Array.isArray(params);
  return good ? { id, method, params } : { id: undefined, method: "", params: [] };
}

async function answer(control: Control, method: string, params: readonly Json[]): Promise<unknown> {
  if (!Object.hasOwn(CONTROL_METHODS, method)) throw new Error(`an app has no \`${method}\`: it may run with another version of tenon`);
  const readers: readonly ((value: Json) => unknown)[] = CONTROL_METHODS[method as keyof Control];
  if (params.length !== readers.length) throw new Error(`\`${method}\` takes ${readers.length} parameters, not ${params.length}`);
  const read = readers.map((reader, i) => reader(params[i]!));
  return (control[method as keyof Control] as (...params: readonly unknown[]) => Promise<unknown>)(...read);
}

function errorOf(error: unknown): object {
  if (error instanceof AppError) return { problems: error.problems };
  return { message: error instanceof Error ? error.message : String(error) };
}
