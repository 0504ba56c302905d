/** `http-server`: requests that come to a port of this machine, for the parts that its wires lead to. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Json, JsonObject } from "../../../document/document.ts";
import type { HttpHandler } from "../../../http/http-handler.ts";
import { HANDLERS, partHandler } from "../../../http/part-handler.ts";
import { plainError } from "../../../http/plain-error.ts";
import type { Capability, CapabilityContext, CapabilityKind, EventTarget } from "../../../kinds/kind.ts";
import { aboutOptions, checkOptions, type Options } from "../../../kinds/options.ts";
import { nodeExchange } from "../http-exchange.ts";

const OPTIONS: Options = new Map([
  [
    "port",
    { about: "the port that it listens on; 0 takes one that is free", expected: "a port from 0 to 65535", accepts: isPort, example: 8080, required: true },
  ],
  [
    "host",
    {
      about: "the address that it listens on; without it only this machine can reach it",
      expected: 'an address of this machine, as "127.0.0.1"',
      accepts: (value: Json) => typeof value === "string" && value !== "",
      example: "127.0.0.1",
    },
  ],
]);
const LOOPBACK = "127.0.0.1";
/** `handler`, `handler /exact`, `handler /below/*` */
const ROUTE = /^handler(?: (\/.*?)(\*?))?$/;

export function httpServerKind(): CapabilityKind {
  return {
    name: "http-server",
    about: "requests that come to a port of this machine",
    options: aboutOptions(OPTIONS),
    check: (config, place) => checkOptions("http-server", OPTIONS, config, place),
    exports: [],
    imports: (_config, keys) => keys.filter((key) => ROUTE.test(key)).map((name) => ({ name, accepts: HANDLERS })),
    asks(config) {
      const { host, port } = placeOf(config);
      return [{ id: `listen ${host}:${port}`, words: `listens on ${host}:${port}`, own: isLoopback(host) }];
    },
    make: (config, context) => HttpServer.listen(config, context),
  };
}

interface Route {
  readonly path: string;
  readonly below: boolean;
  readonly handler: HttpHandler;
}

class HttpServer implements Capability {
  readonly #log: CapabilityContext["log"];
  readonly #targets = new Map<string, HttpHandler>();
  /** The longest path first, a whole one before those below it. */
  #routes: readonly Route[] = [];
  #server: Server | undefined;
  #config: JsonObject;

  private constructor(config: JsonObject, { log }: CapabilityContext) {
    this.#config = config;
    this.#log = log;
  }

  static async listen(config: JsonObject, context: CapabilityContext): Promise<HttpServer> {
    const server = new HttpServer(config, context);
    server.#server = await server.#listen(config);
    return server;
  }

  provide(): Readonly<Record<string, never>> {
    return {};
  }

  connect(name: string, to: EventTarget | undefined): void {
    if (to === undefined) this.#targets.delete(name);
    else this.#targets.set(name, partHandler(to));
    this.#routes = [...this.#targets]
      .map(([key, handler]): Route => {
        const [, path, star] = ROUTE.exec(key)!;
        return { path: path ?? "/", below: path === undefined || star === "*", handler };
      })
      .sort((a, b) => b.path.length - a.path.length || Number(a.below) - Number(b.below));
  }

  async reconfigure(config: JsonObject): Promise<boolean> {
    const [before, now] = [placeOf(this.#config), placeOf(config)];
    if (before.host !== now.host || before.port !== now.port) {
      const old = this.#server;
      this.#server = await this.#listen(config);
      void end(old);
    }
    this.#config = config;
    return true;
  }

  close(): Promise<void> {
    return end(this.#server);
  }

  async #listen(config: JsonObject): Promise<Server> {
    const { host, port } = placeOf(config);
    // Not imported: see `serve.ts`.
    const server = process.getBuiltinModule("node:http").createServer((req, res) => {
      const exchange = nodeExchange(req, res);
      const handler = this.#handlerFor(exchange.request.pathWithQuery ?? "/");
      if (handler === undefined) plainError(exchange, this.#routes.length === 0 ? 503 : 404);
      else void handler.handle(exchange);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) => reject(inWords(error, host, port)));
      server.listen(port, host, resolve);
    });
    const { port: found } = server.address() as AddressInfo;
    this.#log({ level: "info", context: "", message: `listening at http://${host.includes(":") ? `[${host}]` : host}:${found}/` });
    return server;
  }

  #handlerFor(pathWithQuery: string): HttpHandler | undefined {
    const [path] = pathWithQuery.split("?", 1) as [string];
    return this.#routes.find((route) => (route.below ? path.startsWith(route.path) || `${path}/` === route.path : path === route.path))?.handler;
  }
}

function placeOf({ host, port }: JsonObject): { readonly host: string; readonly port: number } {
  return { host: (host as string | undefined) ?? LOOPBACK, port: port as number };
}

function isPort(value: Json): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 65535;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function inWords(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === "EADDRINUSE") return new Error(`port ${port} of ${host} is in use`);
  if (error.code === "EACCES") return new Error(`port ${port} needs more rights than you have: those above 1023 don't`);
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") return new Error(`${host} is no address of this machine`);
  return error;
}

/** Takes no more connections; requests under way are answered. */
function end(server: Server | undefined): Promise<void> {
  if (server === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
