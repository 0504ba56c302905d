/** The servers that tests of outgoing requests talk to. */

import { once } from "node:events";
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import type { Endpoint, Server } from "./suite.ts";

export interface RunningServers {
  /** Address by variable. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startServers(servers: readonly Server[]): Promise<RunningServers> {
  const variables: Record<string, string> = {};
  const running: HttpServer[] = [];
  for (const { variable, closed, endpoints } of servers) {
    const server: TcpServer | HttpServer = closed ? createTcpServer() : createServer((request, response) => void answer(endpoints, request, response));
    variables[variable] = await listening(server);
    // An address that was free a moment ago.
    if (closed) await new Promise((resolve) => server.close(resolve));
    else running.push(server as HttpServer);
  }
  const close = async () => {
    for (const server of running) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  return { variables, close };
}

async function listening(server: TcpServer): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answer(endpoints: readonly Endpoint[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  // A request that is cut off needs no answer.
  try {
    for await (const part of request) parts.push(part as Buffer);
  } catch {
    return;
  }
  const body = Buffer.concat(parts);
  const endpoint = endpoints.find(({ method, path }) => method === request.method && path === request.url);
  response.setHeader("Connection", "close");
  if (endpoint === undefined) response.writeHead(404).end();
  else if (endpoint.mode === "echo-body") response.writeHead(200, { "Content-Length": body.length }).end(body);
  else if (endpoint.mode === "echo-headers") response.writeHead(200, echoed(request)).end();
  else fixedAnswer(endpoint.response, response);
}

function echoed(request: IncomingMessage): string[] {
  const headers = ["x-request-method", request.method!, "x-request-path", request.url!, "content-length", "0"];
  const { headersDistinct, trailers } = request;
  for (const [name, values] of Object.entries(headersDistinct)) for (const value of values!) headers.push(`x-echo-${name}`, value);
  for (const [name, value] of Object.entries(trailers)) headers.push(`x-trailer-${name}`, value!);
  return headers;
}

function fixedAnswer({ status, headers, body, chunks, trailers }: Endpoint["response"], response: ServerResponse): void {
  if (chunks === undefined) {
    response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body) }).end(body);
    return;
  }
  const named = Object.keys(trailers).length > 0 ? { Trailer: Object.keys(trailers).join(", ") } : {};
  response.writeHead(status, { ...headers, ...named, "Transfer-Encoding": "chunked" });
  for (const chunk of chunks) response.write(chunk);
  response.addTrailers(trailers);
  response.end();
}
