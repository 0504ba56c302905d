/** The probe's handler, driven through the web's `Request` and `Response`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compileProbe } from "../../fixtures/probe.ts";
import { fetchHandler } from "./fetch.ts";
import { HttpHandler, type HttpHandlerOptions } from "./http-handler.ts";

const probe = await compileProbe();

function handler(options: HttpHandlerOptions = {}) {
  const errors: string[] = [];
  const fetch = fetchHandler(new HttpHandler(probe, { onError: (error) => errors.push((error as Error).message), ...options }));
  return { errors, get: (path: string, init?: RequestInit) => fetch(new Request(`http://host:80${path}`, init)) };
}

const answers: readonly (readonly [path: string, status: number, body: string])[] = [
  ["/hello", 200, "hello"],
  ["/teapot", 418, "short and stout"],
  ["/no-body-taken", 200, ""],
  ["/empty", 204, ""],
  ["/length", 200, "12345"],
  ["/sleep?1", 200, "slept"],
  ["/ticks", 200, "tick 0\ntick 1\ntick 2\n"],
  ["/pour?5", 200, "p".repeat(5 * 65536)],
  ["/fetch", 200, "Some(ErrorCode::HttpRequestDenied)"],
  ["/elsewhere", 404, "not here"],
];
for (const reuse of [false, true]) {
  for (const [path, status, body] of answers) {
    test(`${path}: ${status}${reuse ? ", reused" : ""}`, async () => {
      const { get, errors } = handler({ reuse });
      for (let i = 0; i < (reuse ? 2 : 1); i++) {
        const response = await get(path);
        assert.equal(response.status, status);
        assert.equal(await response.text(), body);
      }
      assert.deepEqual(errors, []);
    });
  }
}

const failures: readonly (readonly [path: string, reason: RegExp])[] = [
  ["/nothing", /set no response/],
  ["/dropped", /set no response/],
  ["/error", /connection-timeout/],
  ["/informational", /HTTP-protocol-error/],
  ["/trap", /unreachable/],
  ["/too-short", /did not finish/],
  ["/too-long", /did not finish/],
  ["/unfinished", /did not finish/],
  ["/finish-too-early", /before the stream/],
  ["/fields-for-ever", /at most/],
];
for (const reuse of [false, true]) {
  for (const [path, reason] of failures) {
    test(`${path}: 500, a reason, and the next request is served${reuse ? ", reused" : ""}`, async () => {
      const { get, errors } = handler({ reuse });
      const response = await get(path);
      assert.equal(response.status, 500);
      assert.equal(await response.text(), "500 Internal Server Error\n");
      assert.equal(errors.length, 1);
      assert.match(errors[0]!, reason);
      assert.equal(await (await get("/hello")).text(), "hello");
    });
  }
}

test("a trap after a part was sent cuts the response off", async () => {
  const { get, errors } = handler();
  const response = await get("/trap-later");
  assert.equal(response.status, 200);
  await assert.rejects(response.text());
  assert.match(errors[0]!, /unreachable/);
});

test("each request has an instance of its own; reuse keeps one until it traps", async () => {
  const counts = async (reuse: boolean, paths: string[]) => {
    const { get } = handler({ reuse });
    const bodies: string[] = [];
    for (const path of paths) bodies.push((await (await get(path)).text()).trim());
    return bodies;
  };
  assert.deepEqual(await counts(false, Array(20).fill("/count")), Array(20).fill("0"));
  assert.deepEqual(await counts(true, ["/count", "/count", "/trap", "/count"]), ["0", "1", "500 Internal Server Error", "0"]);
});

test("one reused instance takes requests in turn, many fresh ones at once", async () => {
  for (const reuse of [true, false]) {
    const { get, errors } = handler({ reuse });
    const responses = await Promise.all(Array.from({ length: 8 }, () => get("/sleep?10")));
    assert.deepEqual(
      responses.map(({ status }) => status),
      Array(8).fill(200),
    );
    assert.deepEqual(errors, []);
  }
});

test("a request's body streams through, with its headers described", async () => {
  const { get } = handler();
  const content = "0123456789".repeat(30_000);
  assert.equal(await (await get("/echo", { method: "POST", body: content })).text(), content);
  const lines = (await (await get("/describe?q=1", { method: "POST", headers: { "x-a": "1", connection: "close" } })).text()).split("\n");
  assert.equal(lines[0], 'POST Some("/describe?q=1") Some(true) Some("host")');
  assert.ok(lines.includes("x-a=1"));
  assert.equal(lines.at(-1), "Err(HeaderError::Immutable)");
});

test("fields that would split a message are refused", async () => {
  const said = (await (await handler().get("/bad-fields")).text()).split("\n").map((line) => line.replace(/.*::|[()]/g, ""));
  assert.deepEqual(said, [...Array(6).fill("InvalidSyntax"), "Forbidden", "Forbidden", "Ok"]);
});

test("a component without the handler is refused, with what it exports", async () => {
  const { compile } = await import("@tenon/engine");
  const empty = await compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0));
  assert.throws(() => new HttpHandler(empty), /does not export `wasi:http\/incoming-handler@0.2` or `wasi:http\/handler@0.3`; it exports nothing/);
});

test("a handler that is closed answers what has begun; requests that wait for an instance are refused", async () => {
  const http = new HttpHandler(probe, { reuse: true });
  const get = async (path: string) => (await fetchHandler(http)(new Request(`http://host:80${path}`))).text();
  const [slow, waiting] = [get("/sleep?30"), get("/hello")];
  await http.close();
  assert.deepEqual([await slow, await waiting], ["slept", "503 Service Unavailable\n"]);
});
