/** Requests through a `fetch` of the test's: what it is asked, and what its answers become. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_BUFFERED_BYTES, MAX_RESPONSE_HEAD_BYTES } from "../../limits.ts";
import { StreamFailure } from "../../streams/stream-failure.ts";
import { untilReady } from "../../streams/waitable.ts";
import type { BodySource } from "../exchange.ts";
import { FieldList } from "../field-list.ts";
import { OutgoingBodySink } from "../outgoing-body-sink.ts";
import type { HeadText } from "../request-head.ts";
import { bytes, text } from "../test-peer.ts";
import { type Fetch, fetchTransport } from "./fetch-transport.ts";
import { HttpClient, type OutgoingMessage } from "./http-client.ts";

const HEAD: HeadText = { method: "GET", scheme: "HTTPS", authority: "api.example", pathWithQuery: "/a?b=c" };

const message = (changes: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  head: HEAD,
  fields: new FieldList(),
  body: undefined,
  timeouts: {},
  signal: new AbortController().signal,
  ...changes,
});

const client = (fetch: Fetch, allow: readonly string[] = ["api.example"]) => new HttpClient(fetchTransport(fetch), { allow });

const isFailure = (tag: string) => (error: { tag: string }) => error.tag === tag;

async function whole(body: BodySource): Promise<string> {
  let content = "";
  for (;;) {
    await untilReady(body);
    const read = body.read(1000);
    if (read === undefined) return content;
    content += text(read);
  }
}

test("a request is asked of fetch as it is, without redirects, credentials and caches; the answer is the guest's", async () => {
  const asked: [string, RequestInit][] = [];
  const http = client(async (url, init) => {
    asked.push([url, init]);
    return new Response("content", { status: 203, headers: { "x-a": "1" } });
  });
  const fields = new FieldList();
  fields.append("X-Sent", bytes("2"));
  const { response, over } = http.send(message({ fields }));
  const received = await response;
  assert.deepEqual([received.status, received.fields.get("x-a"), await whole(received.body)], [203, ["1"], "content"]);
  await over;
  const [url, { signal, ...init }] = asked[0]!;
  assert.equal(url, "https://api.example/a?b=c");
  assert.deepEqual(init, {
    method: "GET",
    headers: [["X-Sent", "2"]],
    redirect: "manual",
    credentials: "omit",
    cache: "no-store",
    referrerPolicy: "no-referrer",
  });
});

test("a body that is all there goes in one piece, one that is written on goes as a stream with backpressure", async () => {
  const sent: string[] = [];
  const http = client(async (_url, init) => {
    sent.push(init.body instanceof Blob ? "whole" : "stream");
    return new Response(await new Response(init.body).text());
  });
  const small = new OutgoingBodySink(undefined, "HTTP-request-body-size");
  small.write(bytes("small"));
  small.finish(undefined);
  const post = { ...HEAD, method: "POST" };
  assert.equal(await whole((await http.send(message({ head: post, body: small })).response).body), "small");

  const large = new OutgoingBodySink(undefined, "HTTP-request-body-size");
  const { response } = http.send(message({ head: post, body: large }));
  let written = 0;
  while (written < 5 * MAX_BUFFERED_BYTES) {
    await untilReady(large);
    const permitted = large.permit()!;
    assert.ok(permitted <= MAX_BUFFERED_BYTES);
    large.write(new Uint8Array(permitted).fill(97));
    written += permitted;
  }
  large.finish(undefined);
  assert.equal((await whole((await response).body)).length, written);
  assert.deepEqual(sent, ["whole", "stream"]);
});

const unasked: Fetch = async () => assert.fail("nothing is to be sent");

const refused: readonly (readonly [what: string, allow: string, head: Partial<HeadText>, tag: string])[] = [
  ["a name by a rule for addresses", "10.0.0.0/8:*", { authority: "api.example" }, "HTTP-request-denied"],
  ["this machine's name by a rule for every host", "*:*", { authority: "localhost:80" }, "HTTP-request-denied"],
  ["a name below this machine's by a rule for every host", "*:*", { authority: "app.localhost" }, "HTTP-request-denied"],
  ["a private address by a rule for every host", "*:*", { authority: "192.168.0.1" }, "HTTP-request-denied"],
  ["a host that no rule names", "api.example", { authority: "other.example" }, "HTTP-request-denied"],
  ["all of a server", "api.example", { method: "OPTIONS", pathWithQuery: "*" }, "HTTP-request-URI-invalid"],
];
for (const [what, allow, head, tag] of refused) {
  test(`threat 16: fetch is not asked for ${what}`, async () => {
    await assert.rejects(async () => client(unasked, [allow]).send(message({ head: { ...HEAD, ...head } })).response, isFailure(tag));
  });
}

const admitted: readonly (readonly [allow: string, authority: string])[] = [
  ["*:*", "api.example"],
  ["localhost:*", "localhost:8080"],
  ["127.0.0.1:*", "127.0.0.1:8080"],
  ["[::1]:*", "[::1]:8080"],
];
for (const [allow, authority] of admitted) {
  test(`${allow} admits ${authority}`, async () => {
    const http = client(async () => new Response(), [allow]);
    assert.equal((await http.send(message({ head: { ...HEAD, authority } })).response).status, 200);
  });
}

test("threat 16: a redirect that fetch hides, or followed, is an error; one that it shows is the guest's", async () => {
  const answered = (changes: object) =>
    client(async () => Object.defineProperties(new Response(null, { status: 200 }), Object.getOwnPropertyDescriptors(changes)));
  await assert.rejects(answered({ type: "opaqueredirect" }).send(message()).response, isFailure("HTTP-request-denied"));
  await assert.rejects(answered({ redirected: true }).send(message()).response, isFailure("HTTP-request-denied"));
  const shown = await client(async () => Response.redirect("https://elsewhere.example/", 302)).send(message()).response;
  assert.deepEqual([shown.status, shown.fields.get("location")], [302, ["https://elsewhere.example/"]]);
});

test("what fetch has decoded is not announced as encoded", async () => {
  const http = client(async () => new Response("decoded", { headers: { "content-encoding": "gzip", "content-length": "3", "x-a": "1" } }));
  const { fields } = await http.send(message()).response;
  assert.deepEqual([fields.has("content-encoding"), fields.has("content-length"), fields.has("x-a")], [false, false, true]);
});

test("threat 11: the head of a response has a limit", async () => {
  const http = client(async () => new Response("", { headers: { "x-a": "a".repeat(MAX_RESPONSE_HEAD_BYTES) } }));
  await assert.rejects(http.send(message()).response, isFailure("HTTP-response-header-section-size"));
});

test("threat 11: no more of a response is pulled than the guest reads", async () => {
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1000));
      },
    },
    { highWaterMark: 0 },
  );
  const { body } = await client(async () => new Response(endless)).send(message()).response;
  for (let i = 0; i < 20; i++) await untilReady(body);
  assert.equal(pulled, 1);
  body.read(1000);
  await untilReady(body);
  assert.equal(pulled, 2);
  body.close?.();
});

test("a failure of fetch is an error without its words; a body that breaks is incomplete", async () => {
  const failing = client(async () => {
    throw new TypeError("fetch failed: 10.1.2.3:443 refused");
  });
  await assert.rejects(failing.send(message()).response, (error) => {
    assert.deepEqual(error, { tag: "destination-unavailable", val: undefined });
    return true;
  });
  const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("reset")) });
  const { response, over } = client(async () => new Response(broken)).send(message());
  const { body } = await response;
  await over;
  assert.throws(() => body.read(1), StreamFailure);
  assert.equal((body.trailers() as StreamFailure).code.http?.tag, "HTTP-response-incomplete");
});

test("threat 25: after revocation fetch is aborted, the body fails, and nothing more is sent", async () => {
  const signals: AbortSignal[] = [];
  const http = client(async (_url, { signal }) => {
    signals.push(signal!);
    return signals.length === 1 ? new Response(new ReadableStream({ pull() {} })) : new Promise<Response>(() => {});
  });
  const { body } = await http.send(message()).response;
  const waiting = http.send(message());
  http.revoke();
  await assert.rejects(waiting.response, isFailure("connection-terminated"));
  await waiting.over;
  assert.throws(
    () => body.read(1),
    (error: StreamFailure) => error.code.http?.tag === "connection-terminated",
  );
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, true],
  );
  assert.throws(() => http.send(message()), isFailure("HTTP-request-denied"));
  assert.equal(signals.length, 2);
});

test("a response that does not come in time, or stops coming, is given up", async () => {
  const never = client(() => new Promise<Response>(() => {}));
  await assert.rejects(never.send(message({ timeouts: { firstByte: 1n } })).response, isFailure("connection-read-timeout"));
  const { body } = await client(async () => new Response(new ReadableStream({ pull() {} }))).send(message({ timeouts: { betweenBytes: 1n } })).response;
  await untilReady(body);
  assert.throws(
    () => body.read(1),
    (error: StreamFailure) => error.code.http?.tag === "connection-read-timeout",
  );
});

test("a guest that does not want the response has fetch aborted", async () => {
  const letGo = new AbortController();
  let asked: AbortSignal | undefined;
  const http = client((_url, { signal }) => {
    asked = signal!;
    return new Promise<Response>(() => {});
  });
  const { over } = http.send(message({ signal: letGo.signal }));
  letGo.abort();
  await over;
  assert.equal(asked!.aborted, true);
});
