/** Servers and names that lie, guests that would smuggle: what goes over the wire, byte by byte. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { HttpClient, OutgoingMessage } from "../../http/client/http-client.ts";
import type { ReceivedResponse } from "../../http/client/transport.ts";
import { FieldList } from "../../http/field-list.ts";
import { OutgoingBodySink } from "../../http/outgoing-body-sink.ts";
import type { HeadText } from "../../http/request-head.ts";
import { bytes } from "../../http/test-peer.ts";
import { MAX_OUTGOING_REQUESTS, MAX_RESPONSE_HEAD_BYTES } from "../../limits.ts";
import { StreamFailure } from "../../streams/stream-failure.ts";
import { untilReady } from "../../streams/waitable.ts";
import { httpClient } from "./http-client.ts";

const headIsThere = (received: string) => received.includes("\r\n\r\n");

/** A server that gets each request as it came, when so much of it is there, and answers what it likes. */
async function server(
  answer: (socket: Socket, request: string) => void,
  isThere: (received: string) => boolean = headIsThere,
): Promise<{ port: number; requests: string[]; connections: () => number }> {
  const requests: string[] = [];
  let connections = 0;
  const sockets = new Set<Socket>();
  const listening = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    let received = "";
    socket.on("data", (chunk) => {
      const before = isThere(received);
      received += chunk.toString("latin1");
      if (before || !isThere(received)) return;
      requests.push(received);
      answer(socket, received);
    });
  });
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  after(() => {
    for (const socket of sockets) socket.destroy();
    listening.close();
  });
  return { port: (listening.address() as AddressInfo).port, requests, connections: () => connections };
}

const answering = (text: string | Uint8Array) => server((socket) => socket.end(text));

function fieldsOf(...entries: readonly [name: string, value: string][]): FieldList {
  const fields = new FieldList();
  for (const [name, value] of entries) assert.equal(fields.append(name, bytes(value)), undefined);
  return fields;
}

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

/** The error code that a request ends with; a status if it does not. */
async function outcome(http: HttpClient, sent: OutgoingMessage): Promise<string> {
  try {
    const { status, body } = await http.send(sent).response;
    body.close?.();
    return String(status);
  } catch (error) {
    assert.ok(!(error instanceof Error), String(error));
    return (error as { tag: string }).tag;
  }
}

async function contentOf({ body }: ReceivedResponse): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    await untilReady(body);
    const chunk = body.read(65536);
    if (chunk === undefined) return Buffer.concat(chunks);
    chunks.push(chunk.slice());
  }
}

const local = (port: number) => httpClient({ allow: [`127.0.0.1:${port}`] });

test("threat 16: DNS that changes its mind between check and connection leads to no neighbour", async () => {
  const { port, connections } = await answering("HTTP/1.1 200 OK\r\n\r\n");
  let asked = 0;
  const http = httpClient({
    allow: [`flips.example:${port}`],
    resolve: async () => {
      asked += 1;
      return asked === 1 ? [] : ["127.0.0.1"];
    },
  });
  assert.equal(await outcome(http, message({ authority: `flips.example:${port}` })), "DNS-error");
  assert.equal(await outcome(http, message({ authority: `flips.example:${port}` })), "destination-IP-prohibited");
  // Each connection asks once: what was asked is what is connected to.
  assert.deepEqual([asked, connections()], [2, 0]);
});

test("threat 16: of the addresses of a name only those that are admitted are connected to", async () => {
  const { port, connections } = await answering("HTTP/1.1 200 OK\r\n\r\n");
  const resolve = async () => ["127.0.0.1", "::ffff:127.0.0.1", "::1", "0.0.0.0", "10.0.0.1", "169.254.169.254", "fe80::1", "fd00::1", "64:ff9b::7f00:1"];
  for (const allow of ["name.example", "*.example", "*"]) {
    const http = httpClient({ allow: [`${allow}:${port}`], resolve });
    assert.equal(await outcome(http, message({ authority: `name.example:${port}` })), "destination-IP-prohibited");
  }
  assert.equal(connections(), 0);
  // A rule that names the address admits whatever name has it.
  const http = httpClient({ allow: [`127.0.0.0/8:${port}`], resolve });
  assert.equal(await outcome(http, message({ authority: `name.example:${port}` })), "200");
});

test("threat 16: a redirect is the guest's to read, nothing is asked of where it leads", async () => {
  const elsewhere = await answering("HTTP/1.1 200 OK\r\n\r\n");
  for (const status of [301, 302, 303, 307, 308]) {
    const { port } = await answering(`HTTP/1.1 ${status} Away\r\nLocation: http://127.0.0.1:${elsewhere.port}/\r\nContent-Length: 0\r\n\r\n`);
    const http = httpClient({ allow: ["127.0.0.1:*"] });
    const received = await http.send(message({ authority: `127.0.0.1:${port}` })).response;
    assert.deepEqual([received.status, received.fields.get("location")], [status, [`http://127.0.0.1:${elsewhere.port}/`]]);
  }
  assert.equal(elsewhere.connections(), 0);
});

test("threat 16: settings of the environment for proxies change nothing", async () => {
  const proxy = await answering("HTTP/1.1 200 OK\r\n\r\n");
  const { port, requests } = await answering("HTTP/1.1 204 No Content\r\n\r\n");
  const settings = { http_proxy: `http://127.0.0.1:${proxy.port}`, HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NODE_USE_ENV_PROXY: "1" };
  const before = Object.keys(settings).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, settings);
  try {
    assert.equal(await outcome(local(port), message({ authority: `127.0.0.1:${port}` })), "204");
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
  assert.deepEqual([requests.length, proxy.connections()], [1, 0]);
});

test("threat 16: the audit gets places without what is secret in them", async () => {
  const { port } = await answering("HTTP/1.1 200 OK\r\n\r\n");
  const http = local(port);
  const told: string[] = [];
  http.audit(({ operation, target, outcome }) => told.push(`${operation} ${target} ${outcome}`));
  await outcome(http, message({ authority: `127.0.0.1:${port}`, pathWithQuery: "/a?token=secret" }));
  await outcome(http, message({ authority: "other.example", pathWithQuery: "/a?token=secret" }));
  await outcome(http, message({ authority: "user:secret@other.example" }));
  await outcome(http, message({ authority: "other.example", pathWithQuery: "http://user:secret@other.example/" }));
  assert.equal(told.length, 4);
  assert.deepEqual(told.slice(0, 2), [`handle http://127.0.0.1:${port}/a ok`, "handle http://other.example/a HTTP-request-denied"]);
  assert.doesNotMatch(told.join(), /secret/);
});

test("threat 17: what a guest sends is the head it asked for, in one request", async () => {
  const { port, requests } = await answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const http = local(port);
  const authority = `127.0.0.1:${port}`;
  assert.equal(
    await outcome(http, message({ authority, pathWithQuery: "/ü?a=b|c%20\u{1f600}" }, { fields: fieldsOf(["X-A", "1"], ["x-a", "2"], ["TE", "trailers"]) })),
    "200",
  );
  assert.deepEqual(requests[0]!.trimEnd().split("\r\n"), [
    "GET /%C3%BC?a=b%7Cc%20%F0%9F%98%80 HTTP/1.1",
    `host: ${authority}`,
    "X-A: 1",
    "X-A: 2",
    "TE: trailers",
    "Connection: close",
  ]);
});

const smuggling: readonly (readonly [what: string, name: string, value: string])[] = [
  ["another host", "host", "other.example"],
  ["a transfer coding", "Transfer-Encoding", "chunked"],
  ["a field of the connection", "Connection", "upgrade"],
  ["a field that keeps it", "Keep-Alive", "timeout=5"],
  ["a proxy's", "Proxy-Connection", "keep-alive"],
  ["a proxy's password", "Proxy-Authorization", "Basic YTpi"],
  ["an upgrade", "Upgrade", "h2c"],
  ["settings of HTTP/2", "HTTP2-Settings", ""],
  ["a line end", "x-a", "1\r\nx-b: 2"],
  ["a line feed", "x-a", "1\nx-b: 2"],
  ["a carriage return", "x-a", "1\rx-b: 2"],
  ["a folded line", "x-a", "1\r\n 2"],
  ["NUL", "x-a", "1\0"],
  ["a line end in a name", "x-a: 1\r\nx-b", "2"],
  ["a colon in a name", "x-a:", "1"],
  ["a blank before the colon", "x-a ", "1"],
  ["an empty name", "", "1"],
  ["a name beyond ASCII", "x-ä", "1"],
];
for (const [what, name, value] of smuggling) {
  test(`threat 17: fields take no ${what}`, () => {
    const fields = new FieldList();
    assert.notEqual(fields.append(name, bytes(value)), undefined);
    assert.notEqual(fields.set(name, [bytes(value)]), undefined);
    assert.deepEqual(fields.flat(), []);
  });
}

test("threat 17: a length that is declared and not sent makes no request that another could follow in", async () => {
  const { port, requests } = await answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const http = local(port);
  const authority = `127.0.0.1:${port}`;
  const declaring = (value: string) => message({ authority, method: "POST" }, { fields: fieldsOf(["content-length", value]) });
  assert.equal(await outcome(http, declaring("5")), "HTTP-request-body-size");
  for (const value of ["+5", "0x5", "5, 5", "-0", "", "5 5"]) assert.equal(await outcome(http, declaring(value)), "HTTP-protocol-error");
  const twice = message({ authority, method: "POST" }, { fields: fieldsOf(["content-length", "0"], ["Content-Length", "5"]) });
  assert.equal(await outcome(http, twice), "HTTP-protocol-error");
  assert.deepEqual(requests, []);
});

test("threat 17: trailers are no place for a field that frames the message", async () => {
  const { port, requests } = await server(
    (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    (received) => /\r\n0\r\n(?:.+\r\n)*\r\n$/.test(received),
  );
  const body = new OutgoingBodySink(undefined, "HTTP-request-body-size");
  const { response } = local(port).send(message({ authority: `127.0.0.1:${port}`, method: "POST" }, { body }));
  body.write(bytes("abc"));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  body.finish(fieldsOf(["x-sum", "6"], ["content-length", "99"]));
  await response;
  assert.match(requests[0]!, /3\r\nabc\r\n0\r\nx-sum: 6\r\n\r\n$/);
});

/** Responses that two readers could read differently, or that none should. */
const hostile: readonly (readonly [what: string, response: string, tag: RegExp])[] = [
  ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", /^HTTP-protocol-error$/],
  [
    "a length and a coding",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    /^HTTP-(?:protocol-error|response-transfer-coding)$/,
  ],
  ["a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\na", /^HTTP-protocol-error$/],
  ["NUL in a field", "HTTP/1.1 200 OK\r\nX-A: a\0b\r\n\r\n", /^HTTP-protocol-error$/],
  ["a carriage return in a field", "HTTP/1.1 200 OK\r\nX-A: a\rb\r\n\r\n", /^HTTP-protocol-error$/],
  ["a blank before the colon", "HTTP/1.1 200 OK\r\nX-A : b\r\n\r\n", /^HTTP-protocol-error$/],
  ["a line without a colon", "HTTP/1.1 200 OK\r\nX-A\r\n\r\n", /^HTTP-protocol-error$/],
  ["something other than HTTP", "SSH-2.0-Other\r\n\r\n", /^HTTP-protocol-error$/],
  ["nothing", "", /^connection-terminated$/],
  ["a head without end", `HTTP/1.1 200 OK\r\n${"X-A: b\r\n".repeat(100)}`, /^connection-terminated$/],
  ["a switch that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: upgrade\r\n\r\n", /^HTTP-upgrade-failed$/],
];
for (const [what, response, tag] of hostile) {
  test(`threat 17: a response with ${what} is an error`, async () => {
    const { port } = await answering(response);
    assert.match(await outcome(local(port), message({ authority: `127.0.0.1:${port}` })), tag);
  });
}

test("threat 17: what a response says of its connection is not told", async () => {
  const { port } = await answering(
    "HTTP/1.1 200 OK\r\nConnection: close\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\nX-A: 1\r\nContent-Length: 0\r\n\r\n",
  );
  const { fields } = await local(port).send(message({ authority: `127.0.0.1:${port}` })).response;
  assert.deepEqual(fields.entries(), [
    ["X-A", "1"],
    ["Content-Length", "0"],
  ]);
});

test("threat 11: a head of a response that does not end is cut off at the limit", async () => {
  let sent = 0;
  const { port } = await server((socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    const more = () => {
      while (!socket.destroyed && sent < 64 * MAX_RESPONSE_HEAD_BYTES) {
        const line = `X-${sent}: ${"a".repeat(1000)}\r\n`;
        sent += line.length;
        if (!socket.write(line)) return void socket.once("drain", more);
      }
    };
    more();
  });
  assert.equal(await outcome(local(port), message({ authority: `127.0.0.1:${port}` })), "HTTP-response-header-section-size");
});

test("threat 11: informational responses without end are not kept", async () => {
  const { port } = await server((socket) => {
    for (let i = 0; i < 1000; i++) socket.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  assert.equal(await outcome(local(port), message({ authority: `127.0.0.1:${port}` })), "200");
});

test("threat 11: trailers of a response have a limit", async () => {
  const { port } = await answering(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${`X-A: ${"a".repeat(1000)}\r\n`.repeat(300)}\r\n`);
  const { response } = local(port).send(message({ authority: `127.0.0.1:${port}` }));
  const { body } = await response;
  body.finish();
  await untilReady(body);
  assert.ok(body.trailers() instanceof StreamFailure);
});

test("threat 11: so many requests are under way at one time, and no more", async () => {
  const { port } = await server(() => {});
  const http = local(port);
  const letGo = new AbortController();
  const sent = message({ authority: `127.0.0.1:${port}` }, { signal: letGo.signal });
  const underWay = Array.from({ length: MAX_OUTGOING_REQUESTS }, () => http.send(sent));
  assert.equal(await outcome(http, sent), "connection-limit-reached");
  letGo.abort();
  await Promise.all(underWay.map(({ over }) => over));
  assert.notEqual(await outcome(http, sent), "connection-limit-reached");
});

test("threat 19: contents are given as they come: nothing is decoded, and nothing is asked to be encoded", async () => {
  const bomb = gzipSync(Buffer.alloc(1024 * 1024));
  const head = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`;
  const { port, requests } = await answering(Buffer.concat([Buffer.from(head), bomb]));
  const received = await local(port).send(message({ authority: `127.0.0.1:${port}` })).response;
  assert.deepEqual(received.fields.get("content-encoding"), ["gzip"]);
  assert.ok((await contentOf(received)).equals(bomb));
  assert.doesNotMatch(requests[0]!, /accept-encoding/i);
});

test("threat 25: revocation cuts off what is under way in each state, and denies what comes", async () => {
  let finishHead = () => {};
  const { port, connections } = await server((socket, head) => {
    if (head.startsWith("GET /body")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    else finishHead = () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  const authority = `127.0.0.1:${port}`;
  const http = local(port);
  const derived = http.only({ allow: [authority] }).limit({ requests: 10 });
  const receiving = derived.send(message({ authority, pathWithQuery: "/body" }));
  const { body } = await receiving.response;
  await untilReady(body);
  assert.equal(Buffer.from(body.read(3)!).toString(), "abc");
  const upload = new OutgoingBodySink(undefined, "HTTP-request-body-size");
  const uploading = derived.send(message({ authority, method: "POST" }, { body: upload }));
  const waiting = derived.send(message({ authority }));
  while (connections() < 3) await new Promise((resolve) => setImmediate(resolve));
  http.revoke();
  for (const { response } of [uploading, waiting]) await assert.rejects(response, (error: { tag: string }) => error.tag === "connection-terminated");
  await Promise.all([receiving, uploading, waiting].map(({ over }) => over));
  finishHead();
  assert.equal(upload.permit(), undefined);
  assert.throws(
    () => body.read(1),
    (error: StreamFailure) => error.code.http?.tag === "connection-terminated",
  );
  for (const each of [http, derived, derived.only({ allow: ["*:*"] })]) assert.equal(await outcome(each, message({ authority })), "HTTP-request-denied");
  assert.equal(connections(), 3);
});
