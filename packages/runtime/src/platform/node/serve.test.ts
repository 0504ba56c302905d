/** `serve` over real connections. */
import assert from "node:assert/strict";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { after, test } from "node:test";
import { compileProbe } from "../../../fixtures/probe.ts";
import { HttpHandler } from "../../http/http-handler.ts";
import { printable } from "../../log/printable.ts";
import { type ServeOptions, serve } from "./serve.ts";

const probe = await compileProbe();
const errors: string[] = [];
const options: ServeOptions = { onError: (error) => errors.push((error as Error).message) };
const server = await serve(probe, options);
after(() => server.close());

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly trailers: IncomingMessage["trailers"];
  readonly body: string;
  readonly complete: boolean;
}

function ask(
  path: string,
  {
    method = "GET",
    headers = {},
    body = "",
    port = server.port,
    onSent = () => {},
  }: { method?: string; headers?: Record<string, string>; body?: string | Buffer; port?: number; onSent?: () => void } = {},
) {
  return new Promise<Answer>((resolve, reject) => {
    const req = request({ port, path, method, headers, agent: new Agent() }, (res) => {
      let text = "";
      res.on("data", (chunk) => (text += chunk));
      res.on("close", () => resolve({ status: res.statusCode!, headers: res.headers, trailers: res.trailers, body: text, complete: res.complete }));
      res.on("error", () => {});
    });
    req.on("error", reject);
    req.on("finish", onSent);
    req.end(body);
  });
}

test("a small response has its length and the guest's headers", async () => {
  const { status, headers, body } = await ask("/hello");
  assert.deepEqual([status, headers["content-type"], headers["content-length"], body], [200, "text/plain", "5", "hello"]);
});

const answers: readonly (readonly [path: string, status: number, body: string, length: string | undefined])[] = [
  ["/no-body-taken", 200, "", "0"],
  ["/empty", 204, "", undefined],
  ["/length", 200, "12345", "5"],
  ["/teapot", 418, "short and stout", "15"],
  ["/pour?20", 200, "p".repeat(20 * 65536), undefined],
];
for (const [path, status, body, length] of answers) {
  test(`${path}: ${status}`, async () => {
    const answer = await ask(path);
    assert.deepEqual([answer.status, answer.body, answer.headers["content-length"], answer.complete], [status, body, length, true]);
  });
}

test("HEAD has the headers and no body", async () => {
  const { status, headers, body } = await ask("/hello", { method: "HEAD" });
  assert.deepEqual([status, headers["content-length"], body], [200, "5", ""]);
});

test("a large body streams through both ways", async () => {
  const content = Buffer.alloc(3_000_000, "abc");
  assert.equal((await ask("/echo", { method: "POST", body: content })).body, content.toString());
});

test("trailers go both ways", async () => {
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(server.port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => (text += chunk));
    socket.on("close", () => resolve(text));
    socket.write(
      "POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n",
    );
  });
  assert.match(answer, /3\r\nabc\r\n0\r\nX-Sum: 6\r\n/);
  assert.deepEqual((await ask("/ticks")).trailers, { "x-ticks": "3" });
});

test("parts arrive while the guest goes on", async () => {
  const parts: number[] = [];
  await new Promise<void>((resolve) => {
    request({ port: server.port, path: "/ticks" }, (res) => {
      res.on("data", () => parts.push(performance.now()));
      res.on("end", resolve);
    }).end();
  });
  assert.ok(parts.length === 3 && parts[2]! - parts[0]! > 20, `${parts}`);
});

test("a request in absolute form shows its own authority and a plain path", async () => {
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(server.port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => (text += chunk));
    socket.on("close", () => resolve(text));
    socket.write("GET http://elsewhere:99/describe?x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  });
  assert.match(answer, /GET Some\("\/describe\?x"\) Some\(true\) Some\("elsewhere:99"\)/);
  assert.doesNotMatch(answer, /connection=|host=/i);
});

test("failures: 500, a reason, and others are served", async () => {
  errors.length = 0;
  const paths = ["/trap", "/nothing", "/unfinished", "/too-short"];
  const outcomes = await Promise.all([...paths, "/hello"].map((path) => ask(path)));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    [500, 500, 500, 500, 200],
  );
  assert.equal(errors.length, 4);
});

test("a response that is cut off is seen as such", async () => {
  const { complete, body } = await ask("/trap-later");
  assert.deepEqual([complete, body], [false, "so far so good"]);
});

test("a client that goes away ends the guest's writing; nobody else notices", async () => {
  errors.length = 0;
  await new Promise<void>((resolve) => {
    const req = request({ port: server.port, path: "/pour?100000" }, (res) => {
      res.once("data", () => {
        req.destroy();
        resolve();
      });
    });
    req.on("error", () => {});
    req.end();
  });
  assert.equal((await ask("/hello")).body, "hello");
  assert.deepEqual(errors, []);
});

test("a client that goes away in the middle of its body", async () => {
  await new Promise<void>((resolve) => {
    const socket = connect(server.port, "127.0.0.1", () => {
      socket.write("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc");
      setTimeout(() => {
        socket.destroy();
        resolve();
      }, 30);
    });
  });
  assert.equal((await ask("/hello")).body, "hello");
});

test("one connection serves on after a body that the guest did not read", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const post = (path: string, size: number) =>
    new Promise<number>((resolve, reject) => {
      const req = request({ port: server.port, path, method: "POST", agent }, (res) => {
        res.resume();
        res.on("end", () => resolve(res.statusCode!));
      });
      req.on("error", reject);
      req.end(Buffer.alloc(size));
    });
  for (const size of [10, 200_000, 10]) assert.equal(await post("/hello", size), 200);
  agent.destroy();
});

test("a slow reader holds the guest back, not the memory", async () => {
  const before = process.memoryUsage().arrayBuffers;
  await new Promise<void>((resolve) => {
    const req = request({ port: server.port, path: "/pour?2000" }, async (res) => {
      await new Promise((done) => setTimeout(done, 300));
      assert.ok(process.memoryUsage().arrayBuffers - before < 50_000_000);
      res.resume();
      res.on("end", resolve);
    });
    req.end();
  });
});

test("a handler can be given instead of a component; close waits for requests under way", async () => {
  const other = await serve(new HttpHandler(probe, { reuse: true }));
  let waiting!: Promise<Answer>;
  await new Promise<void>((onSent) => (waiting = ask("/sleep?200", { port: other.port, onSent })));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await other.close();
  await other.closed;
  assert.equal((await waiting).body, "slept");
  await assert.rejects(ask("/hello", { port: other.port }));
});

test("a port that is taken is an error", async () => {
  await assert.rejects(serve(probe, { port: server.port }), { code: "EADDRINUSE" });
});

test("a guest's words in a log line can't move the cursor or start a line", () => {
  assert.equal(printable("a\nb\x1b[31mc\u202e\u009bé✓"), "a\\u{a}b\\u{1b}[31mc\\u{202e}\\u{9b}é✓");
});
