/** Handlers of wasi:http 0.3 over real connections. The guest is JavaScript: what its streams and futures become on the wire is what counts here. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { after, test } from "node:test";
import { FieldList } from "../../http/field-list.ts";
import { SharedInstances } from "../../http/shared-instances.ts";
import { bytes } from "../../http/test-peer.ts";
import type { Trailers } from "../../wasi/0.3/http/body.ts";
import { Fields } from "../../wasi/0.3/http/fields.ts";
import { Request } from "../../wasi/0.3/http/request.ts";
import { Response } from "../../wasi/0.3/http/response.ts";
import { nodeExchange } from "./http-exchange.ts";

const OK = { tag: "ok", val: undefined } as const;

type Guest = (request: Request, signal: AbortSignal) => Promise<Response> | Response;

async function serving(guest: Guest) {
  const instances = new SharedInstances(async () => ({ handle: async (received, { signal }) => guest(received, signal), poisonedBy: undefined }));
  const failures: unknown[] = [];
  const server = createServer((req, res) => void instances.serve(nodeExchange(req, res)).then((failure) => failure && failures.push(failure)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  return { port: (server.address() as AddressInfo).port, failures };
}

/** The answer to a request written by hand, whole. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk));
  socket.write(text);
  await once(socket, "close");
  return answer;
}

const echo: Guest = (received) => {
  const [contents, trailers] = Request.consumeBody(received, OK);
  return Response.new(new Fields(), contents, Promise.resolve(trailers))[0];
};

test("an echo streams: a part comes back before the next is sent", async () => {
  const { port } = await serving(echo);
  const req = request({ port, method: "POST", agent: new Agent() });
  req.write("one");
  const [res] = (await once(req, "response")) as [IncomingMessage];
  assert.equal(String((await once(res, "data"))[0]), "one");
  req.write("two");
  assert.equal(String((await once(res, "data"))[0]), "two");
  req.end();
  await once(res, "end");
});

test("trailers go both ways", async () => {
  const { port } = await serving(echo);
  const answer = await raw(
    port,
    "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n",
  );
  assert.match(answer, /3\r\nabc\r\n0\r\nX-Sum: 6\r\n/);
});

test("the head comes before the first part; a small response that is all there has its length", async () => {
  const contents = Promise.withResolvers<void>();
  const { port } = await serving((received) => {
    const later = async function* () {
      await contents.promise;
      yield bytes("late");
    };
    return Response.new(new Fields(), received.getPathWithQuery() === "/late" ? later() : [bytes("now")], Promise.resolve(OK))[0];
  });
  const req = request({ port, path: "/late", agent: new Agent() }).end();
  const [res] = (await once(req, "response")) as [IncomingMessage];
  contents.resolve();
  assert.equal(String((await once(res, "data"))[0]), "late");
  assert.match(await raw(port, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), /content-length: 3\r\n[\s\S]*\r\n\r\nnow$/);
});

test("HEAD has the head of a response that GET would stream", async () => {
  const { port } = await serving(() => Response.new(Fields.fromList([["x-a", bytes("1")]]), [bytes("abc")], Promise.resolve(OK))[0]);
  const answer = await raw(port, "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  assert.match(answer, /^HTTP\/1.1 200 OK\r\nx-a: 1\r\n/);
  assert.doesNotMatch(answer, /content-length|abc/i);
});

test("a client that goes away cancels the call and drops the streams, in the middle of either body", async () => {
  const events: string[] = [];
  const cancelled = Promise.withResolvers<void>();
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65536)),
      cancel() {
        events.push("response dropped");
        cancelled.resolve();
      },
    });
  const aborted = Promise.withResolvers<void>();
  const { port, failures } = await serving(async (received, signal) => {
    if (received.getPathWithQuery() === "/pour") return Response.new(new Fields(), endless(), new Promise<Trailers>(() => {}))[0];
    const [contents, trailers] = Request.consumeBody(received, OK);
    for await (const chunk of contents as AsyncIterable<Uint8Array>) events.push(`read ${chunk.length}`);
    events.push(`trailers ${((await trailers) as { val: { tag: string } }).val.tag}`, `aborted ${signal.aborted}`);
    aborted.resolve();
    throw signal.reason;
  });
  const pouring = request({ port, path: "/pour", agent: new Agent() }).end();
  pouring.on("error", () => {});
  const [res] = (await once(pouring, "response")) as [IncomingMessage];
  await once(res, "data");
  pouring.destroy();
  await cancelled.promise;

  const socket = connect(port, "127.0.0.1");
  socket.write("POST /read HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc");
  while (!events.includes("read 3")) await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  await aborted.promise;
  assert.deepEqual(events, ["response dropped", "read 3", "trailers connection-terminated", "aborted true"]);
  assert.deepEqual(failures, []);
});

test("a slow reader holds the guest back", async () => {
  let pulled = 0;
  const { port } = await serving(() => {
    const contents = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          controller.enqueue(new Uint8Array(65536));
          if (++pulled === 1000) controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    return Response.new(new Fields(), contents, Promise.resolve(OK))[0];
  });
  const req = request({ port, agent: new Agent() }).end();
  const [res] = (await once(req, "response")) as [IncomingMessage];
  // What the kernel and Node buffer is some megabytes: the guest stands still when they are full.
  let before: number;
  do {
    before = pulled;
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (pulled > before);
  assert.ok(pulled < 500, `${pulled}`);
  let size = 0;
  for await (const chunk of res) size += chunk.length;
  assert.equal(size, 1000 * 65536);
});

test("a guest that answers before it has read may read on", async () => {
  const whole = Promise.withResolvers<number>();
  const { port } = await serving((received) => {
    const [contents] = Request.consumeBody(received, OK);
    void (async () => {
      let size = 0;
      for await (const chunk of contents as AsyncIterable<Uint8Array>) size += chunk.length;
      whole.resolve(size);
    })();
    return Response.new(new Fields(), undefined, Promise.resolve(OK))[0];
  });
  const socket = connect(port, "127.0.0.1");
  socket.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 300003\r\n\r\nabc");
  assert.match(String((await once(socket, "data"))[0]), /^HTTP\/1.1 200 OK/);
  socket.write(Buffer.alloc(300_000));
  assert.equal(await whole.promise, 300_003);
  // The connection serves on.
  socket.end("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  assert.match(String((await once(socket, "data"))[0]), /^HTTP\/1.1 200 OK/);
});

test("informational responses go out before the response, to clients that know them", async () => {
  const informed: boolean[] = [];
  const server = createServer((req, res) => {
    const exchange = nodeExchange(req, res);
    const hints = new FieldList();
    hints.append("Link", bytes("</a.css>"));
    informed.push(exchange.inform(103, hints));
    exchange.respond(200, new FieldList(), undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const asked = (version: string) => raw(port, `GET / HTTP/${version}\r\nHost: h\r\nConnection: close\r\n\r\n`);
  const answer = await asked("1.1");
  // Node before 26.2 has no function for it
  assert.equal(informed[0], "writeInformation" in ServerResponse.prototype);
  if (informed[0]) assert.match(answer, /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>\r\n\r\nHTTP\/1\.1 200/);
  assert.match(await asked("1.0"), /^HTTP\/1\.1 200/);
  assert.equal(informed[1], false);
});
