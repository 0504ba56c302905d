/** Attenuation, limits and audits of the capability, over a transport of the test's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Use } from "../../capability/authority.ts";
import { StreamFailure } from "../../streams/stream-failure.ts";
import { untilReady } from "../../streams/waitable.ts";
import { FieldList } from "../field-list.ts";
import { OutgoingBodySink } from "../outgoing-body-sink.ts";
import type { HeadText } from "../request-head.ts";
import { bytes, text } from "../test-peer.ts";
import { type Fetch, fetchTransport } from "./fetch-transport.ts";
import { HttpClient, type OutgoingMessage } from "./http-client.ts";
import type { HttpLimits } from "./meter.ts";

const answer: Fetch = async (_url, { body }) => new Response(body === undefined ? "12345" : await new Response(body).text());

const client = (allow: readonly string[], methods?: readonly string[]) =>
  new HttpClient(fetchTransport(answer), { allow, ...(methods === undefined ? {} : { methods }) });

const message = (head: Partial<HeadText> = {}, body?: OutgoingBodySink): OutgoingMessage => ({
  head: { method: "GET", scheme: "HTTPS", authority: "a.example", pathWithQuery: "/", ...head },
  fields: new FieldList(),
  body,
  timeouts: {},
  signal: new AbortController().signal,
});

/** What comes of a request: the content of the response, or the error code. */
async function outcome(http: HttpClient, sent: OutgoingMessage = message()): Promise<string> {
  try {
    const { body } = await http.send(sent).response;
    let content = "";
    for (;;) {
      await untilReady(body);
      const read = body.read(1000);
      if (read === undefined) return content;
      content += text(read);
    }
  } catch (error) {
    if (error instanceof StreamFailure) return `body: ${error.code.http!.tag}`;
    return (error as { tag: string }).tag;
  }
}

const DENIED = "HTTP-request-denied";

test("nothing is allowed but what is named", async () => {
  assert.equal(await outcome(client([])), DENIED);
  assert.equal(await outcome(client(["b.example"])), DENIED);
  assert.equal(await outcome(client(["b.example", "a.example"])), "12345");
});

test("what is derived allows what both allow, and never more", async () => {
  const both = client(["*.example"]).only({ allow: ["a.example", "a.other"] });
  assert.equal(await outcome(both), "12345");
  assert.equal(await outcome(both, message({ authority: "b.example" })), DENIED);
  assert.equal(await outcome(both, message({ authority: "a.other" })), DENIED);
  assert.equal(await outcome(client(["b.example"]).only({ allow: ["*:*"] })), DENIED);
  assert.throws(() => both.only({ allow: ["::"] }), TypeError);
});

test("methods are limited by each that has a list of them, in any case but the request's", async () => {
  const reading = client(["a.example"], ["get", "HEAD"]);
  assert.equal(await outcome(reading), "12345");
  assert.equal(await outcome(reading, message({ method: "POST" })), DENIED);
  assert.equal(await outcome(reading, message({ method: "get" })), DENIED);
  assert.equal(await outcome(reading.only({ allow: ["a.example"], methods: ["POST"] })), DENIED);
});

test("so many requests are sent in all, refused ones not among them", async () => {
  const http = client(["a.example"]).limit({ requests: 2 });
  const outcomes = [await outcome(http), await outcome(http, message({ authority: "b.example" })), await outcome(http), await outcome(http)];
  assert.deepEqual(outcomes, ["12345", DENIED, "12345", DENIED]);
});

test("a limit counts for all that is derived from it", async () => {
  const http = client(["a.example"]).limit({ requests: 2 });
  const derived = [http.only({ allow: ["a.example"] }), http.limit({ requests: 10 })];
  assert.deepEqual(
    [await outcome(derived[0]!), await outcome(derived[1]!), await outcome(derived[0]!), await outcome(http)],
    ["12345", "12345", DENIED, DENIED],
  );
});

test("so many requests are sent in a second", async () => {
  const http = client(["a.example"]).limit({ perSecond: 3 });
  const sent = await Promise.all(Array.from({ length: 20 }, () => outcome(http)));
  // The second may change between them, once.
  assert.ok([3, 6].includes(sent.filter((each) => each === "12345").length));
});

test("threat 11: bodies beyond the bytes allowed are cut off, in either direction", async () => {
  const receiving = client(["a.example"]).limit({ bytes: 12 });
  assert.deepEqual(
    [await outcome(receiving), await outcome(receiving), await outcome(receiving), await outcome(receiving)],
    ["12345", "12345", `body: ${DENIED}`, DENIED],
  );
  const sending = client(["a.example"]).limit({ bytes: 6 });
  const post = (content: string) => {
    const body = new OutgoingBodySink(undefined, "HTTP-request-body-size");
    body.write(bytes(content));
    body.finish(undefined);
    return message({ method: "POST" }, body);
  };
  assert.deepEqual([await outcome(sending, post("abc")), await outcome(sending, post("d"))], ["abc", DENIED]);
});

test("a body that is written on and on is cut off at the limit", async () => {
  const http = client(["a.example"]).limit({ bytes: 1_000_000 });
  const body = new OutgoingBodySink(undefined, "HTTP-request-body-size");
  const { response, over } = http.send(message({ method: "POST" }, body));
  let written = 0;
  for (let permitted = body.permit(); permitted !== undefined; permitted = body.permit()) {
    body.write(new Uint8Array(permitted));
    written += permitted;
    await untilReady(body);
  }
  await assert.rejects(response, (error: { tag: string }) => error.tag === DENIED);
  await over;
  assert.ok(written < 1_200_000, `${written}`);
});

for (const limits of [{ requests: -1 }, { perSecond: Number.NaN }, { bytes: -0.1 }] satisfies HttpLimits[]) {
  test(`${JSON.stringify(limits)} is no limit`, () => assert.throws(() => client([]).limit(limits), RangeError));
}

test("an audit hears of each request and what came of it, also through what is derived", async () => {
  const uses: Use[] = [];
  const http = client(["a.example"]);
  http.audit((use) => uses.push(use));
  const derived = http.only({ allow: ["a.example"] }, "derived");
  await outcome(derived, message({ pathWithQuery: "/path?query" }));
  await outcome(derived, message({ authority: "b.example:8443" }));
  assert.deepEqual(uses, [
    { capability: "http-client", operation: "handle", target: "https://a.example/path", outcome: "ok" },
    { capability: "http-client", operation: "handle", target: "https://b.example:8443/", outcome: DENIED },
  ]);
});

test("threat 25: what is derived ends with what it is derived from, not the other way", async () => {
  const http = client(["a.example"]);
  const derived = http.only({ allow: ["a.example"] });
  derived.revoke();
  assert.deepEqual([await outcome(derived), await outcome(http)], [DENIED, "12345"]);
  const other = http.limit({ requests: 5 });
  http.revoke();
  assert.deepEqual([await outcome(other), await outcome(http)], [DENIED, DENIED]);
});
