/** A handler of WASI 0.3, driven through the web's `Request` and `Response`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compileHandler } from "../../fixtures/probe.ts";
import { fetchHandler } from "./fetch.ts";
import { HttpHandler, type HttpHandlerOptions } from "./http-handler.ts";

const component = await compileHandler();

function handler(options: HttpHandlerOptions = {}) {
  const errors: string[] = [];
  const fetch = fetchHandler(new HttpHandler(component, { onError: (error) => errors.push((error as Error).message), ...options }));
  return { errors, get: (path: string, init?: RequestInit) => fetch(new Request(`http://host:80${path}`, init)) };
}

const answers: readonly (readonly [path: string, status: number, body: string])[] = [
  ["/hello", 200, "hello"],
  ["/teapot", 418, "short and stout"],
  ["/no-body", 200, ""],
  ["/empty", 204, ""],
  ["/length", 200, "12345"],
  ["/sleep?1", 200, "slept"],
  ["/ticks", 200, "tick 0\ntick 1\ntick 2\n"],
  ["/pour?5", 200, "p".repeat(5 * 65536)],
  ["/fetch", 200, "Some(ErrorCode::HttpRequestDenied) Err(ErrorCode::HttpRequestDenied)"],
  ["/size", 200, "0 Ok(None)"],
  ["/elsewhere", 404, "not here"],
];
for (const reuse of [undefined, true, false]) {
  for (const [path, status, body] of answers) {
    test(`${path}: ${status}, reuse ${reuse}`, async () => {
      const { get, errors } = handler({ reuse });
      for (let i = 0; i < 2; i++) {
        const response = await get(path);
        assert.equal(response.status, status);
        assert.equal(await response.text(), body);
      }
      assert.deepEqual(errors, []);
    });
  }
}

const failures: readonly (readonly [path: string, reason: RegExp])[] = [
  ["/error", /connection-timeout/],
  ["/informational", /HTTP-protocol-error/],
  ["/trap", /unreachable/],
  ["/too-short", /did not finish/],
  ["/too-long", /did not finish/],
];
for (const [path, reason] of failures) {
  test(`${path}: 500, a reason, and the next request is served`, async () => {
    const { get, errors } = handler();
    const response = await get(path);
    assert.equal(response.status, 500);
    assert.equal(await response.text(), "500 Internal Server Error\n");
    assert.equal(errors.length, 1);
    assert.match(errors[0]!, reason);
    assert.equal(await (await get("/hello")).text(), "hello");
  });
}

for (const [path, reason] of [
  ["/trap-later", /unreachable/],
  ["/error-later", /did not finish/],
] as const) {
  test(`${path}: what was sent stands, the response is cut off`, async () => {
    const { get, errors } = handler();
    const response = await get(path);
    assert.equal(response.status, 200);
    await assert.rejects(response.text());
    assert.match(errors[0]!, reason);
    assert.equal(await (await get("/hello")).text(), "hello");
  });
}

test("requests share an instance until it traps; without reuse each has its own", async () => {
  const counts = async (reuse: boolean | undefined, paths: string[]) => {
    const { get } = handler({ reuse });
    const bodies: string[] = [];
    for (const path of paths) bodies.push((await (await get(path)).text()).trim());
    return bodies;
  };
  assert.deepEqual(await counts(undefined, ["/count", "/count", "/trap", "/count"]), ["0", "1", "500 Internal Server Error", "0"]);
  assert.deepEqual(await counts(false, ["/count", "/count"]), ["0", "0"]);
});

test("requests in one instance go on side by side, and a trap cuts off only them", async () => {
  const { get, errors } = handler({ reuse: true });
  const slow = Array.from({ length: 8 }, () => get("/sleep?30"));
  assert.equal(await (await get("/hello")).text(), "hello");
  assert.equal((await get("/trap")).status, 500);
  const cutOff = await Promise.all(slow);
  assert.deepEqual(
    cutOff.map(({ status }) => status),
    Array(8).fill(500),
  );
  assert.equal(errors.length, 9);
  assert.equal(await (await get("/hello")).text(), "hello");
});

test("a request's body streams through, with its headers described", async () => {
  const { get, errors } = handler();
  const content = "0123456789".repeat(30_000);
  for (const path of ["/echo", "/pass"]) assert.equal(await (await get(path, { method: "POST", body: content })).text(), content);
  assert.equal(await (await get("/size", { method: "POST", body: content })).text(), "300000 Ok(None)");
  assert.equal(await (await get("/drop-body", { method: "POST", body: content })).text(), "dropped");
  const lines = (await (await get("/describe?q=1", { method: "POST", headers: { "x-a": "1", connection: "close" } })).text()).split("\n");
  assert.equal(lines[0], 'POST Some("/describe?q=1") Some(true) Some("host")');
  assert.ok(lines.includes("x-a=1"));
  assert.equal(lines.at(-1), "Err(HeaderError::Immutable)");
  assert.deepEqual(errors, []);
});

test("a request that is aborted cancels the guest's task; others in the instance go on", async () => {
  const { get, errors } = handler({ reuse: true });
  const controller = new AbortController();
  const slow = get("/sleep?20");
  const hanging = get("/hang", { signal: controller.signal });
  assert.equal(await (await get("/cancelled")).text(), "0");
  controller.abort(new Error("enough"));
  await assert.rejects(hanging, { message: "enough" });
  assert.equal(await (await slow).text(), "slept");
  assert.equal(await (await get("/cancelled")).text(), "1");
  assert.deepEqual(errors, []);
});

test("a response that nobody reads on drops the guest's stream", async () => {
  const { get, errors } = handler({ reuse: true });
  const response = await get("/pour?100000");
  const reader = response.body!.getReader();
  await reader.read();
  await reader.cancel();
  assert.equal(await (await get("/cut")).text(), "1");
  assert.deepEqual(errors, []);
});

test("the guest learns how its response was transmitted", async () => {
  const { get } = handler({ reuse: true });
  await (await get("/sent?10")).text();
  assert.equal(await (await get("/cut")).text(), "1");
  const response = await get("/sent?10000000");
  await response.body!.cancel();
  await get("/sleep?1");
  assert.equal(await (await get("/cut")).text(), "2");
});

test("a handler that is closed answers what has begun, and no more; instances end, and what they have open is closed", async () => {
  for (const reuse of [undefined, true, false]) {
    const http = new HttpHandler(component, { reuse });
    const get = async (path: string) => (await fetchHandler(http)(new Request(`http://host:80${path}`))).text();
    const slow = get("/sleep?30");
    const closed = http.close();
    assert.equal(http.close(), closed);
    assert.equal(await get("/hello"), "503 Service Unavailable\n");
    assert.equal(await slow, "slept");
    await closed;
    assert.equal(await get("/hello"), "503 Service Unavailable\n");
  }
});
