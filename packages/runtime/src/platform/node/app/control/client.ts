import { connect, type Socket } from "node:net";
import type { LogLine } from "../../../../app/app-log.ts";
import { CONTROL_METHODS, type Control } from "../../../../app/control.ts";
import { AppError, type Problem } from "../../../../document/problem.ts";
import { MAX_CONTROL_BACKLOG } from "../../../../limits.ts";
import { readLines } from "./lines.ts";
import { controlPlace } from "./place.ts";

export interface ControlClient extends Control {
  /** Tells of each line of the log from now on; resolves when the app has ended. */
  follow(tell: (line: LogLine) => void): Promise<void>;
  /** Resolves when the app has ended. */
  readonly ended: Promise<void>;
  close(): void;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Reaches the app that runs from this document; `undefined`: none does. */
export async function connectControl(document: string): Promise<ControlClient | undefined> {
  const socket = await open(controlPlace(document));
  return socket && clientOf(socket);
}

function open(place: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(place, () => resolve(socket));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ECONNREFUSED") resolve(undefined);
      else reject(error);
    });
  });
}

function clientOf(socket: Socket): ControlClient {
  const waiting = new Map<number, Waiting>();
  const followers: ((line: LogLine) => void)[] = [];
  let id = 0;
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  void closed.then(() => {
    for (const { reject } of waiting.values()) reject(new Error("the app ended before it answered"));
  });
  socket.on("error", () => {});
  readLines(
    socket,
    (message) => {
      const { id, result, error, line } = message as {
        id?: number;
        result?: unknown;
        error?: { problems?: readonly Problem[]; message?: string };
        line?: LogLine;
      };
      if (line !== undefined) {
        for (const tell of followers) tell(line);
        return;
      }
      const who = waiting.get(id!);
      waiting.delete(id!);
      if (error === undefined) who?.resolve(result);
      else who?.reject(error.problems === undefined ? new Error(error.message) : new AppError(error.problems));
    },
    MAX_CONTROL_BACKLOG,
  );
  const call = (method: string, params: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      id += 1;
      waiting.set(id, { resolve, reject });
      socket.write(`${JSON.stringify({ id, method, params })}\n`);
    });
  const methods = Object.fromEntries(Object.keys(CONTROL_METHODS).map((method) => [method, (...params: unknown[]) => call(method, params)]));
  return {
    ...(methods as unknown as Control),
    async follow(tell) {
      followers.push(tell);
      await call("follow", []);
      await closed;
    },
    ended: closed,
    close: () => socket.destroy(),
  };
}
