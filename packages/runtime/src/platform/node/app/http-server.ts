/** `http-server`: requests that come to a port of this machine, for the parts that its wires lead to. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Json, JsonObject } from "../../../document/document.ts";
import type { Exchange } from "../../../http/exchange.ts";
import type { HttpHandler } from "../../../http/http-handler.ts";
import { HANDLERS, partHandler } from "../../../http/part-handler.ts";
import { plainError } from "../../../http/plain-error.ts";
import type { Capability, CapabilityContext, CapabilityKind, EventTarget } from "../../../kinds/kind.ts";
import { aboutOptions, checkOptions, type Options } from "../../../kinds/options.ts";
import { MAX_CLOSING_MILLISECONDS } from "../../../limits.ts";
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
const CLOSE_IDLE_AGAIN = 50;
/** `handler`, `handler /exact`, `handler /below/*`. The second group is empty for a whole path alone. */
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
      const at = `${bracketed(host)}:${port}`;
      return [{ id: `listen ${at}`, words: `listens on ${at}`, own: isLoopback(host) }];
    },
    make: (config, context) => HttpServer.listen(config, context),
  };
}

interface Route {
  /** Empty: all. */
  readonly path: string;
  readonly below: boolean;
  /** `undefined`: the wire leads nowhere at present. */
  readonly handler: HttpHandler | undefined;
}

class HttpServer implements Capability {
  readonly #log: CapabilityContext["log"];
  /** By key of the wires. */
  readonly #handlers = new Map<string, HttpHandler | undefined>();
  /** What says most of a path first. */
  #routes: readonly Route[] = [];
  #server: Server | undefined;
  #place: Listening;

  private constructor(config: JsonObject, { log }: CapabilityContext) {
    this.#place = placeOf(config);
    this.#log = log;
  }

  static async listen(config: JsonObject, context: CapabilityContext): Promise<HttpServer> {
    const server = new HttpServer(config, context);
    server.#server = await server.#listen(server.#place);
    return server;
  }

  provide(): Readonly<Record<string, never>> {
    return {};
  }

  connect(name: string, to: EventTarget | undefined): void {
    const before = this.#handlers.get(name);
    const handler = to === undefined ? undefined : partHandler(to);
    this.#handlers.set(name, handler);
    this.#route();
    before?.handOver(handler);
  }

  /** Its paths are those of the next shorter route from now on. */
  disconnect(name: string): void {
    this.#handlers.delete(name);
    this.#route();
  }

  async reconfigure(config: JsonObject): Promise<boolean> {
    const [before, now] = [this.#place, placeOf(config)];
    if (before.host === now.host && before.port === now.port) return true;
    const old = this.#server!;
    try {
      this.#server = await this.#listen(now);
      void end(old);
    } catch (error) {
      if (now.port !== before.port || now.port === 0) throw error;
      // An address of a port that is held at another: the port is let go first, and taken back if that does not help.
      void end(old);
      try {
        this.#server = await this.#listen(now);
      } catch {
        this.#server = await this.#listen(before);
        throw error;
      }
    }
    this.#place = now;
    return true;
  }

  close(): Promise<void> {
    const server = this.#server!;
    // `unref`: nobody waits for it once all is answered.
    setTimeout(() => server.closeAllConnections(), MAX_CLOSING_MILLISECONDS).unref();
    return end(server);
  }

  #route(): void {
    this.#routes = [...this.#handlers]
      .map(([key, handler]): Route => {
        const [, path = "", star] = ROUTE.exec(key)!;
        return { path, below: star !== "", handler };
      })
      .sort((a, b) => Number(a.below) - Number(b.below) || b.path.length - a.path.length);
  }

  async #listen({ host, port }: Listening): Promise<Server> {
    // Not imported: see `serve.ts`.
    const server = process.getBuiltinModule("node:http").createServer((req, res) => {
      // A connection that is busy for ever would keep a port that was let go.
      if (!server.listening) res.shouldKeepAlive = false;
      this.#serve(nodeExchange(req, res));
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) => reject(inWords(error, host, port)));
      server.listen(port, host, resolve);
    });
    // Connections that could not be accepted, for want of descriptors.
    server.on("error", ({ message }) => this.#log({ level: "error", context: "", message }));
    const { port: found } = server.address() as AddressInfo;
    this.#log({ level: "info", context: "", message: `listening at http://${bracketed(host)}:${found}/` });
    return server;
  }

  #serve(exchange: Exchange): void {
    const [path] = (exchange.request.pathWithQuery ?? "/").split("?", 1) as [string];
    const route = this.#routes.find((each) => (each.below ? path.startsWith(each.path) || `${path}/` === each.path : path === each.path));
    if (route?.handler !== undefined) void route.handler.handle(exchange);
    else plainError(exchange, route === undefined && this.#routes.length > 0 ? 404 : 503);
  }
}

interface Listening {
  readonly host: string;
  readonly port: number;
}

function placeOf({ host, port }: JsonObject): Listening {
  return { host: (host as string | undefined) ?? LOOPBACK, port: port as number };
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function isPort(value: Json): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 65535;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function inWords(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === "EADDRINUSE") return new Error(`port ${port} of ${host} is in use; \`"port": 0\` takes one that is free`);
  if (error.code === "EACCES") return new Error(`port ${port} needs more rights than you have: those above 1023 don't`);
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") return new Error(`${host} is no address of this machine`);
  return error;
}

/** Takes no more connections; requests under way are answered. */
function end(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // Connections are idle when their requests have been answered, and would stay for seconds.
    const again = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_AGAIN);
    server.close(() => {
      clearInterval(again);
      resolve();
    });
    server.closeIdleConnections();
  });
}
