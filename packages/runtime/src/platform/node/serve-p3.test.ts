/** `serve` of a handler of WASI 0.3 over real connections. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { after, test } from "node:test";
import { compileHandler } from "../../../fixtures/probe.ts";
import { httpClient } from "./http-client.ts";
import { serve } from "./serve.ts";

const component = await compileHandler();
const errors: string[] = [];
const server = await serve(component, { reuse: true, onError: (error) => errors.push((error as Error).message) });
after(() => server.close());

const { port } = server;

async function ask(path: string, body?: string | Buffer) {
  const req = request({ port, path, method: body === undefined ? "GET" : "POST", agent: new Agent() });
  req.end(body);
  const [res] = (await once(req, "response")) as [IncomingMessage];
  let text = "";
  res.on("data", (chunk) => (text += chunk));
  res.on("error", () => {});
  await new Promise((resolve) => res.on("close", resolve));
  return { status: res.statusCode, headers: res.headers, trailers: res.trailers, body: text, complete: res.complete };
}

/** Asks until the guest says so. */
async function until(path: string, expected: string): Promise<void> {
  while ((await ask(path)).body !== expected) await new Promise((resolve) => setTimeout(resolve, 5));
}

const answers: readonly (readonly [path: string, status: number, body: string, length: string | undefined])[] = [
  ["/hello", 200, "hello", "5"],
  ["/no-body", 200, "", "0"],
  ["/empty", 204, "", undefined],
  ["/length", 200, "12345", "5"],
  ["/pour?20", 200, "p".repeat(20 * 65536), undefined],
];
for (const [path, status, body, length] of answers) {
  test(`${path}: ${status}`, async () => {
    const answer = await ask(path);
    assert.deepEqual([answer.status, answer.body, answer.headers["content-length"], answer.complete], [status, body, length, true]);
  });
}

for (const path of ["/echo", "/pass"]) {
  test(`${path}: a part comes back before the next is sent; trailers too`, async () => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    const got = async (expected: RegExp) => {
      while (!expected.test(answer)) answer += String((await once(socket, "data"))[0]);
    };
    socket.write(`POST ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n`);
    for (const part of ["one", "two"]) {
      socket.write(`3\r\n${part}\r\n`);
      await got(new RegExp(`\r\n3\r\n${part}\r\n`));
    }
    socket.write("0\r\nX-Sum: 6\r\n\r\n");
    await got(/0\r\nX-Sum: 6\r\n\r\n$/);
  });

  test(`${path}: a large body`, async () => {
    const content = Buffer.alloc(3_000_000, "abc");
    assert.equal((await ask(path, content)).body, content.toString());
  });
}

test("parts arrive while the guest goes on", async () => {
  const req = request({ port, path: "/ticks", agent: new Agent() }).end();
  const [res] = (await once(req, "response")) as [IncomingMessage];
  const parts: string[] = [];
  for await (const part of res) parts.push(String(part));
  assert.deepEqual([parts, res.trailers], [["tick 0\n", "tick 1\n", "tick 2\n"], { "x-ticks": "3" }]);
});

test("a client that goes away in the middle of its body cancels the guest's task, and nobody else's", async () => {
  errors.length = 0;
  const slow = ask("/sleep?50");
  const socket = connect(port, "127.0.0.1");
  socket.write("POST /hang HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc");
  await once(socket, "ready");
  // Asked after it, answered after it.
  for (let i = 0; i < 2; i++) await ask("/hello");
  socket.destroy();
  await until("/cancelled", "1");
  assert.equal((await slow).body, "slept");
  assert.deepEqual(errors, []);
});

test("a client that goes away in the middle of the response drops the guest's stream", async () => {
  errors.length = 0;
  const req = request({ port, path: "/pour?100000", agent: new Agent() }).end();
  req.on("error", () => {});
  const [res] = (await once(req, "response")) as [IncomingMessage];
  await once(res, "data");
  req.destroy();
  await until("/cut", "1");
  assert.deepEqual(errors, []);
});

test("a guest that answers before it has read may read on", async () => {
  const socket = connect(port, "127.0.0.1");
  socket.write("POST /read-later HTTP/1.1\r\nHost: h\r\nContent-Length: 300003\r\n\r\nabc");
  assert.match(String((await once(socket, "data"))[0]), /^HTTP\/1.1 202/);
  socket.end(Buffer.alloc(300_000));
  await until("/cut", "300003");
});

test("a slow reader holds the guest back, not the memory", async () => {
  const before = process.memoryUsage().arrayBuffers;
  const req = request({ port, path: "/pour?2000", agent: new Agent() }).end();
  const [res] = (await once(req, "response")) as [IncomingMessage];
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.ok(process.memoryUsage().arrayBuffers - before < 50_000_000);
  let size = 0;
  for await (const chunk of res) size += chunk.length;
  assert.equal(size, 2000 * 65536);
});

test("a trap cuts off those who are in the instance, and is seen as such; the next are served", async () => {
  errors.length = 0;
  const [slow, later] = [ask("/sleep?1000"), ask("/trap-later")];
  const { complete, body } = await later;
  assert.deepEqual([complete, body, (await slow).status], [false, "so far so good", 500]);
  assert.equal(errors.length, 2);
  assert.equal((await ask("/hello")).body, "hello");
});

test("a handler calls out where it may", async () => {
  const granted = await serve(component, { http: httpClient({ allow: ["127.0.0.1:1"] }), onError: (error) => errors.push((error as Error).message) });
  after(() => granted.close());
  const answered = async (at: number) => (await fetch(`http://127.0.0.1:${at}/fetch`)).text();
  assert.match(await answered(granted.port), /^Some\(ErrorCode::ConnectionRefused\)/);
  assert.match(await answered(port), /^Some\(ErrorCode::HttpRequestDenied\)/);
});
