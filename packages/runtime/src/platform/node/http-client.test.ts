/** Requests to servers of this machine: bodies and trailers in both directions, and how things fail. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { after, test } from "node:test";
import type { OutgoingMessage } from "../../http/client/http-client.ts";
import type { Timeouts } from "../../http/client/transport.ts";
import type { BodySource } from "../../http/exchange.ts";
import { FieldList } from "../../http/field-list.ts";
import { OutgoingBodySink } from "../../http/outgoing-body-sink.ts";
import type { HeadText } from "../../http/request-head.ts";
import { bytes, text } from "../../http/test-peer.ts";
import { StreamFailure } from "../../streams/stream-failure.ts";
import { untilReady } from "../../streams/waitable.ts";
import { httpClient } from "./http-client.ts";

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that does with a connection what it likes. */
async function accepting(act: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    act(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const http = httpClient({ allow: ["127.0.0.1:*", "localhost:*"] });

function message(head: Partial<HeadText> & { authority: string }, changes: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    head: { method: "GET", scheme: "HTTP", pathWithQuery: "/", ...head },
    fields: new FieldList(),
    body: undefined,
    timeouts: {},
    signal: new AbortController().signal,
    ...changes,
  };
}

const bodySink = () => new OutgoingBodySink(undefined, "HTTP-request-body-size");

async function part(body: BodySource): Promise<string | undefined> {
  await untilReady(body);
  const read = body.read(65536);
  return read && text(read);
}

async function whole(body: BodySource): Promise<string> {
  let content = "";
  for (let read = await part(body); read !== undefined; read = await part(body)) content += read;
  return content;
}

const fields = (name: string, value: string): FieldList => {
  const list = new FieldList();
  list.append(name, bytes(value));
  return list;
};

test("both bodies stream at the same time, and trailers go both ways", async () => {
  const authority = await serving((req, res) => {
    res.writeHead(200, ["trailer", "x-sum"]);
    req.on("data", (chunk) => res.write(chunk));
    req.on("end", () => {
      res.addTrailers({ "x-sum": `${req.trailers["x-sum"]}!` });
      res.end();
    });
  });
  const body = bodySink();
  const { response, over } = http.send(message({ authority, method: "POST" }, { body }));
  body.write(bytes("one"));
  body.flush();
  const received = await response;
  assert.equal(await part(received.body), "one");
  body.write(bytes("two"));
  body.finish(fields("x-sum", "6"));
  assert.equal(await whole(received.body), "two");
  received.body.finish();
  assert.deepEqual((received.body.trailers() as FieldList).entries(), [["x-sum", "6!"]]);
  await over;
});

test("a body that is all there has its length; one that is written on is chunked; none has neither", async () => {
  const heads: IncomingMessage["headers"][] = [];
  const authority = await serving((req, res) => {
    heads.push(req.headers);
    req.resume().on("end", () => res.end());
  });
  const done = async (sent: OutgoingMessage) => {
    const { response, over } = http.send(sent);
    await response;
    await over;
  };
  const small = bodySink();
  small.write(bytes("small"));
  small.finish(undefined);
  await done(message({ authority, method: "POST" }, { body: small }));
  const late = bodySink();
  setImmediate(() => setImmediate(() => late.finish(undefined)));
  await done(message({ authority, method: "POST" }, { body: late }));
  await done(message({ authority }));
  assert.deepEqual(
    heads.map((head) => [head["content-length"], head["transfer-encoding"]]),
    [
      ["5", undefined],
      [undefined, "chunked"],
      [undefined, undefined],
    ],
  );
});

test("a server that does not read holds the guest back, and a guest that does not read the server", async () => {
  let request: IncomingMessage | undefined;
  const authority = await serving((req, res) => {
    request = req;
    res.flushHeaders();
  });
  const body = bodySink();
  const { response } = http.send(message({ authority, method: "POST" }, { body }));
  await response;
  let written = 0;
  const fill = async () => {
    for (;;) {
      const permitted = body.permit()!;
      if (permitted === 0) return;
      body.write(new Uint8Array(permitted));
      written += permitted;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await fill();
  // What the kernel and Node hold is some megabytes.
  assert.ok(written < 100_000_000, `${written}`);
  let arrived = 0;
  request!.on("data", (chunk) => (arrived += chunk.length));
  await untilReady(body);
  body.finish(undefined);
  await once(request!, "end");
  assert.equal(arrived, written);

  let sent = 0;
  const pouring = await serving((_req, res) => {
    const chunk = Buffer.alloc(65536);
    const more = (): void => {
      while (res.write(chunk)) sent += chunk.length;
      res.once("drain", more);
    };
    more();
  });
  const received = await http.send(message({ authority: pouring })).response;
  let before = -1;
  while (sent > before) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(sent < 100_000_000, `${sent}`);
  received.body.close?.();
});

test("a response may come before the request is complete, and its body while that goes on", async () => {
  const authority = await serving((req, res) => {
    res.write("early");
    req.resume().on("end", () => res.end(" late"));
  });
  const body = bodySink();
  const received = await http.send(message({ authority, method: "PUT" }, { body })).response;
  assert.equal(await part(received.body), "early");
  body.write(bytes("x"));
  body.finish(undefined);
  assert.equal(await whole(received.body), " late");
});

test("informational responses pass by", async () => {
  const authority = await serving((_req, res: ServerResponse) => {
    res.writeProcessing();
    res.writeEarlyHints({ link: "</a>" });
    res.end("content");
  });
  const { status, body } = await http.send(message({ authority })).response;
  assert.deepEqual([status, await whole(body)], [200, "content"]);
});

test("a response to HEAD has the head of one to GET, and no body", async () => {
  const authority = await serving((_req, res) => res.writeHead(200, { "content-length": 5 }).end("12345"));
  const { fields: head, body } = await http.send(message({ authority, method: "HEAD" })).response;
  assert.deepEqual([head.get("content-length"), await whole(body)], [["5"], ""]);
});

const silent = () => accepting(() => {});
const starting = () => accepting((socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"));
const closed = async () => {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `127.0.0.1:${port}`;
};
const MILLISECOND = 1_000_000n;

const failures: readonly (readonly [what: string, server: () => Promise<string>, head: Partial<HeadText>, timeouts: Timeouts, tag: string])[] = [
  ["nobody listens", closed, {}, {}, "connection-refused"],
  ["the connection is reset", () => accepting((socket) => socket.once("data", () => socket.resetAndDestroy())), {}, {}, "connection-terminated"],
  ["the connection ends without a response", () => accepting((socket) => socket.once("data", () => socket.end())), {}, {}, "connection-terminated"],
  ["nothing is answered in time", silent, {}, { firstByte: 20n * MILLISECOND }, "connection-read-timeout"],
  ["a secure connection does not come in time", silent, { scheme: "HTTPS" }, { connect: 20n * MILLISECOND }, "connection-timeout"],
  ["the other end knows no TLS", () => accepting((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")), { scheme: "HTTPS" }, {}, "TLS-protocol-error"],
];
for (const [what, server, head, timeouts, tag] of failures) {
  test(`${tag}, where ${what}`, async () => {
    const authority = await server();
    const { response, over } = http.send(message({ authority, ...head }, { timeouts }));
    await assert.rejects(response, (error: { tag: string }) => {
      assert.equal(error.tag, tag);
      return true;
    });
    await over;
  });
}

const breaks: readonly (readonly [what: string, server: () => Promise<string>, timeouts: Timeouts, tag: string])[] = [
  ["stops", starting, { betweenBytes: 20n * MILLISECOND }, "connection-read-timeout"],
  ["ends early", () => accepting((socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")), {}, "HTTP-response-incomplete"],
];
for (const [what, server, timeouts, tag] of breaks) {
  test(`a body that ${what} fails with ${tag}, after what had come`, async () => {
    const authority = await server();
    const { body } = await http.send(message({ authority }, { timeouts })).response;
    assert.equal(await part(body), "abc");
    await untilReady(body);
    assert.throws(
      () => body.read(1),
      (error: StreamFailure) => error.code.http?.tag === tag,
    );
    assert.ok(body.trailers() instanceof StreamFailure);
  });
}

test("DNS-error, where no such name is", async () => {
  const unknown = httpClient({ allow: ["no.example"], resolve: async () => [] });
  await assert.rejects(unknown.send(message({ authority: "no.example" })).response, (error: { tag: string; val: { rcode: string } }) => {
    assert.deepEqual([error.tag, error.val.rcode], ["DNS-error", "NXDOMAIN"]);
    return true;
  });
});

test("a guest that lets go of the response, or of its own unfinished body, ends the connection", async () => {
  let ended = Promise.withResolvers<void>();
  const authority = await serving((req, res) => {
    res.write("first");
    req.on("error", () => {});
    res.on("close", () => ended.resolve());
  });
  const letGo = new AbortController();
  await http.send(message({ authority }, { signal: letGo.signal })).response;
  letGo.abort();
  await ended.promise;

  ended = Promise.withResolvers<void>();
  const received = await http.send(message({ authority })).response;
  received.body.close?.();
  await ended.promise;

  ended = Promise.withResolvers<void>();
  const body = bodySink();
  const { response } = http.send(message({ authority, method: "POST" }, { body }));
  await response;
  body.abandon();
  await ended.promise;
});
