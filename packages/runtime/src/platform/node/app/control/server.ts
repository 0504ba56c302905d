/**
 * Listens for the owner of a running app, on a socket that only they can open. A message is a line of JSON: `{ id, method, params }`, answered
 * by `{ id, result }` or `{ id, error }`; after `{ id, method: "follow" }` each line of the log comes as `{ line }`.
 */
import { chmodSync, mkdirSync, unlinkSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import path from "node:path";
import type { LogLine } from "../../../../app/app-log.ts";
import { CONTROL_METHODS, type Control } from "../../../../app/control.ts";
import { AppError } from "../../../../document/problem.ts";
import { MAX_CONTROL_CLIENTS } from "../../../../limits.ts";
import { connectControl } from "./client.ts";
import { readLines } from "./lines.ts";
import { controlPlace } from "./place.ts";

export interface ControlServer {
  close(): Promise<void>;
}

type Method = keyof typeof CONTROL_METHODS;

export interface Served {
  readonly control: Control;
  /** Tells of each line of the log until the function returned is called. */
  readonly follow: (tell: (line: LogLine) => void) => () => void;
}

/**
 * Listens before there is an app, so that there is one at most; whoever asks waits for it.
 *
 * @throws AppError `app/runs-already`
 */
export async function serveControl(document: string, served: Promise<Served>): Promise<ControlServer> {
  const place = controlPlace(document);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    if (sockets.size >= MAX_CONTROL_CLIENTS) return void socket.destroy();
    sockets.add(socket);
    let forget: (() => void) | undefined;
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      forget?.();
    });
    const send = (message: object): void => void socket.write(`${JSON.stringify(message)}\n`);
    readLines(socket, (message) => {
      const { id, method, params } = requestOf(message);
      if (id === undefined) return void socket.destroy();
      const answered = served.then(({ control, follow }) => {
        if (method !== "follow") return answer(control, method, params);
        forget ??= follow((line) => send({ line }));
      });
      answered.then(
        (result) => send({ id, result: result ?? null }),
        (error: unknown) => send({ id, error: errorOf(error) }),
      );
    });
  });
  mkdirSync(path.dirname(place), { recursive: true, mode: 0o700 });
  await listen(server, place, document);
  return {
    close() {
      for (const socket of sockets) socket.destroySoon();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function listen(server: Server, place: string, document: string, again = true): Promise<void> {
  // What is made here is the owner's alone, from its first moment.
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(place, resolve);
    });
    if (process.platform !== "win32") chmodSync(place, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || !again) throw error;
    const other = await connectControl(document);
    if (other !== undefined) {
      other.close();
      throw new AppError([{ code: "app/runs-already", message: `${document} runs already`, place: [], hint: "`tenon status` shows it, `tenon stop` ends it" }]);
    }
    // Who listened there is gone, without having cleared up.
    unlinkSync(place);
    await listen(server, place, document, false);
  } finally {
    process.umask(mask);
  }
}

interface Request {
  readonly id: number | undefined;
  readonly method: string;
  readonly params: readonly unknown[];
}

function requestOf(message: unknown): Request {
  const { id, method, params = [] } = (typeof message === "object" && message !== null ? message : {}) as Record<string, unknown>;
  const good = typeof id === "number" && typeof method === "string" && Array.isArray(params);
  return good ? { id, method, params } : { id: undefined, method: "", params: [] };
}

async function answer(control: Control, method: string, params: readonly unknown[]): Promise<unknown> {
  if (!Object.hasOwn(CONTROL_METHODS, method)) throw new Error(`an app has no \`${method}\`: it may run with another version of tenon`);
  if (params.length !== CONTROL_METHODS[method as Method])
    throw new Error(`\`${method}\` takes ${CONTROL_METHODS[method as Method]} parameters, not ${params.length}`);
  return (control[method as Method] as (...params: readonly unknown[]) => Promise<unknown>)(...params);
}

function errorOf(error: unknown): object {
  if (error instanceof AppError) return { problems: error.problems };
  return { message: error instanceof Error ? error.message : String(error) };
}
