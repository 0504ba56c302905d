import type { AddressInfo } from "node:net";
import type { Component } from "@tenon/engine";
import { HttpHandler, type HttpHandlerOptions } from "../../http/http-handler.ts";
import { printable } from "../../log/printable.ts";
import { nodeExchange } from "./http-exchange.ts";

export interface ListenOptions {
  /** 0, the default: one that is free. */
  readonly port?: number;
  /** Default: 127.0.0.1, so that only this machine can reach it. */
  readonly host?: string;
}

export interface ServeOptions extends ListenOptions, HttpHandlerOptions {}

export interface Server {
  readonly port: number;
  /** Takes no more connections; resolves when the requests under way are answered. */
  close(): Promise<void>;
  /** Resolves when the server is closed. */
  readonly closed: Promise<void>;
}

/**
 * Serves HTTP with a component that exports `wasi:http/incoming-handler` or `wasi:http/handler`, or with a handler made of one. Of a component without
 * `onError`, requests that fail leave a line on standard error.
 *
 * @throws ComponentError `link/*`; the system's error when the port can't be had.
 */
export async function serve(component: Component, options?: ServeOptions): Promise<Server>;
export async function serve(handler: HttpHandler, options?: ListenOptions): Promise<Server>;
export async function serve(served: Component | HttpHandler, options: ServeOptions = {}): Promise<Server> {
  const handler = served instanceof HttpHandler ? served : new HttpHandler(served, { onError: writeErrorLine, ...options });
  // Not imported: a command that serves nothing does not need it, and an import would load fetch and WebSocket, which it exports: 25 ms.
  const server = process.getBuiltinModule("node:http").createServer((req, res) => void handler.handle(nodeExchange(req, res)));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, options.host ?? "127.0.0.1", resolve);
  });
  const closed = new Promise<void>((resolve) => server.once("close", resolve)).then(() => (handler === served ? undefined : handler.close()));
  return {
    port: (server.address() as AddressInfo).port,
    closed,
    close() {
      server.close();
      server.closeIdleConnections();
      return closed;
    },
  };
}

function writeErrorLine(error: unknown): void {
  process.stderr.write(`tenon: request failed: ${printable(error instanceof Error ? error.message : String(error))}\n`);
}
