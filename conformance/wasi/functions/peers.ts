/** Who the programs talk to, on the loopback address. */
import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Peers extends AsyncDisposable {
  /** Sends a byte over each connection, then resets it. */
  readonly resetPort: number;
  /** The authority of an HTTP server. */
  readonly server: string;
  /** An authority where nobody listens. */
  readonly nobody: string;
}

/** Milliseconds after which a connection is broken: what was written before has arrived by then. */
const BREAK_AFTER = 20;

const HOST = "127.0.0.1";

export async function startPeers(): Promise<Peers> {
  const resetting = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.write("x", () => setTimeout(() => socket.resetAndDestroy(), BREAK_AFTER));
  });
  const server = http.createServer((request, response) => void answer(request, response));
  const [resetPort, serverPort, freed] = [await listen(resetting), await listen(server), await freePort()];
  return {
    resetPort,
    server: `${HOST}:${serverPort}`,
    nobody: `${HOST}:${freed}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await Promise.all([resetting, server].map((one) => new Promise((closed) => one.close(closed))));
    },
  };
}

/** `/broken` ends in the middle of a body; everything else tells what it got, and adds a trailer. */
async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  if (request.url === "/broken") {
    response.writeHead(200, { "content-length": 100 });
    response.write("short", () => setTimeout(() => response.destroy(), BREAK_AFTER));
    return;
  }
  const body = await text(request).catch(() => undefined);
  if (body === undefined) return;
  response.writeHead(200, { "content-type": "text/plain", "x-answered": "yes", trailer: "x-trailer" });
  response.addTrailers({ "x-trailer": "after the body" });
  response.end(`${request.method} ${request.url} ${request.headers["x-sent"]} ${body}`);
}

async function listen(server: net.Server): Promise<number> {
  server.listen(0, HOST);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A port on which nobody listens: one that was just given up. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  const port = await listen(server);
  await new Promise((closed) => server.close(closed));
  return port;
}
