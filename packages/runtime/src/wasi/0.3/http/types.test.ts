/** The resources of wasi:http/types 0.3 in the hands of a handler, with a peer in memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionTerminated, Exchange } from "../../../http/exchange.ts";
import { FieldList } from "../../../http/field-list.ts";
import { bytes, Peer, request, SentBody, text } from "../../../http/test-peer.ts";
import { MAX_FIELD_COUNT } from "../../../limits.ts";
import { ChunkReader, type Chunks } from "../../../streams/chunk-reader.ts";
import { WasiHost } from "../../options.ts";
import type { Trailers } from "./body.ts";
import { client } from "./client.ts";
import { Fields } from "./fields.ts";
import { handler } from "./handler.ts";
import { Request } from "./request.ts";
import { RequestOptions } from "./request-options.ts";
import { Response } from "./response.ts";
import { sendResponse } from "./send-response.ts";

const OK = { tag: "ok", val: undefined } as const;
const LOOP = { tag: "err", val: { tag: "loop-detected" } } as const;
const failed = (error: unknown) => Object.hasOwn(error as object, "payload");
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const immutable = (error: { tag: string }) => error.tag === "immutable";
const tooLarge = (error: { tag: string }) => error.tag === "size-exceeded";

async function all(chunks: Chunks): Promise<string> {
  const reader = new ChunkReader(chunks);
  let content = "";
  for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) content += text(chunk);
  return content;
}

/** A stream that a test writes by hand, as a guest writes its own. */
function stream() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const dropped: string[] = [];
  const readable = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
    cancel() {
      dropped.push("dropped");
    },
  });
  return { readable, dropped, write: (content: string) => controller.enqueue(bytes(content)), end: () => controller.close() };
}

/** Sends a response to a peer; `finish` tells what an exchange makes of it in the end. */
function send({
  contents,
  trailers = Promise.resolve<Trailers>(OK),
  fields = [],
  status = 200,
  peer = new Peer(),
}: {
  contents?: Chunks;
  trailers?: Promise<Trailers>;
  fields?: [string, Uint8Array][];
  status?: number;
  peer?: Peer;
}) {
  const exchange = new Exchange(request(), peer);
  const [response, sent] = Response.new(Fields.fromList(fields), contents, trailers);
  response.setStatusCode(status);
  const done = sendResponse(exchange, response);
  const finish = async () => {
    await done;
    return exchange.finish((code) => peer.log.push(`plain ${code}`))?.message;
  };
  return { peer, exchange, sent, finish };
}

test("a request shows method, path, scheme, authority and immutable headers", () => {
  const received = Request.received(request());
  assert.deepEqual(
    [received.getMethod(), received.getPathWithQuery(), received.getScheme(), received.getAuthority(), received.getOptions()],
    [{ tag: "get" }, "/a?b", { tag: "HTTP" }, "example.com", undefined],
  );
  const headers = received.getHeaders();
  assert.deepEqual(headers.copyAll(), [["X-A", bytes("1")]]);
  const changes = [() => headers.set("a", []), () => headers.append("a", bytes("1")), () => headers.delete("a"), () => headers.getAndDelete("x-a")];
  for (const change of changes) assert.throws(change, immutable);
  const copy = headers.clone();
  assert.deepEqual(copy.getAndDelete("x-a"), [bytes("1")]);
  assert.deepEqual([copy.has("X-A"), received.getHeaders().has("X-A")], [false, true]);
});

test("a middleware may change a request before it passes it on", () => {
  const received = Request.received(request());
  received.setMethod({ tag: "other", val: "PROPFIND" });
  received.setPathWithQuery("");
  received.setScheme({ tag: "other", val: "https" });
  received.setAuthority(undefined);
  assert.deepEqual(
    [received.getMethod(), received.getPathWithQuery(), received.getScheme(), received.getAuthority()],
    [{ tag: "other", val: "PROPFIND" }, "/", { tag: "HTTPS" }, undefined],
  );
});

const settings: readonly (readonly [what: string, set: (made: Request) => void, taken: boolean])[] = [
  ["method of its own", (r) => r.setMethod({ tag: "other", val: "coucou" }), true],
  ["empty method", (r) => r.setMethod({ tag: "other", val: "" }), false],
  ["relative path", (r) => r.setPathWithQuery("../.."), true],
  ["query alone", (r) => r.setPathWithQuery("?foo"), true],
  ["path in UTF-8", (r) => r.setPathWithQuery("/voilà"), true],
  ["path with CR LF", (r) => r.setPathWithQuery("/a\r\nHost: x"), false],
  ["path with a back-tick", (r) => r.setPathWithQuery("/`"), false],
  ["path with a space", (r) => r.setPathWithQuery("/a b"), false],
  ["scheme of its own", (r) => r.setScheme({ tag: "other", val: "a" }), true],
  ["bad scheme", (r) => r.setScheme({ tag: "other", val: "@" }), false],
  ["authority", (r) => r.setAuthority("1.2.3.4:80"), true],
  ["user information", (r) => r.setAuthority("user:pass%20@localhost:80"), true],
  ["empty host", (r) => r.setAuthority(":@"), false],
  ["port that is no number", (r) => r.setAuthority("localhost:what"), false],
];
for (const [what, set, taken] of settings) {
  test(`request, ${what}: ${taken ? "taken" : "refused"}`, () => {
    const [made] = Request.new(new Fields(), undefined, Promise.resolve(OK), undefined);
    if (taken) set(made);
    else assert.throws(() => set(made), failed);
  });
}

test("methods and schemes that have a case of their own have no other", () => {
  const [made] = Request.new(new Fields(), undefined, Promise.resolve(OK), undefined);
  for (const name of ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]) {
    made.setMethod({ tag: "other", val: name });
    assert.deepEqual(made.getMethod(), { tag: name.toLowerCase() });
  }
  made.setScheme({ tag: "other", val: "http" });
  assert.deepEqual(made.getScheme(), { tag: "HTTP" });
});

test("fields: too many are an error that changes nothing", () => {
  const fields = new Fields();
  fields.set("a", [bytes("1")]);
  const many = Array(MAX_FIELD_COUNT + 1).fill(bytes("x"));
  for (const name of ["a", "b"]) assert.throws(() => fields.set(name, many), tooLarge);
  assert.deepEqual(fields.copyAll(), [["a", bytes("1")]]);
  assert.throws(() => Fields.fromList(many.map((value) => ["a", value])), tooLarge);
  assert.throws(
    () => fields.getAndDelete("a b"),
    (error: { tag: string }) => error.tag === "invalid-syntax",
  );
  assert.throws(
    () => fields.append("Host", bytes("x")),
    (error: { tag: string }) => error.tag === "forbidden",
  );
});

test("options of a request can't be changed through it, a copy can", () => {
  const options = new RequestOptions();
  options.setConnectTimeout(1n);
  const copy = options.clone();
  copy.setConnectTimeout(2n);
  const [made] = Request.new(new Fields(), undefined, Promise.resolve(OK), options);
  const got = made.getOptions()!;
  assert.deepEqual([got.getConnectTimeout(), got.getFirstByteTimeout(), copy.getConnectTimeout()], [1n, undefined, 2n]);
  for (const set of [() => got.setConnectTimeout(3n), () => got.setFirstByteTimeout(3n), () => got.setBetweenBytesTimeout(3n)]) assert.throws(set, immutable);
  got.clone().setConnectTimeout(3n);
});

for (const [status, taken] of [
  [100, true],
  [599, true],
  [99, false],
  [600, false],
] as const) {
  test(`status ${status}: ${taken ? "taken" : "refused"}`, () => {
    const [response] = Response.new(new Fields(), undefined, Promise.resolve(OK));
    if (!taken) return assert.throws(() => response.setStatusCode(status), failed);
    response.setStatusCode(status);
    assert.equal(response.getStatusCode(), status);
  });
}

test("the contents of a request come as they arrive, then the trailers", async () => {
  const sent = new SentBody();
  const [contents, trailers] = Request.consumeBody(Request.received(request({ body: () => sent })), OK);
  const reader = new ChunkReader(contents);
  const first = reader.next();
  sent.push(bytes("ab"));
  assert.equal(text((await first)!), "ab");
  sent.push(bytes("cd"));
  sent.outcome = FieldList.received(["x-sum", "4"]);
  sent.end();
  assert.equal(text((await reader.next())!), "cd");
  assert.equal(await reader.next(), undefined);
  const got = (await trailers) as { tag: "ok"; val: Fields };
  assert.deepEqual(got.val.copyAll(), [["x-sum", bytes("4")]]);
  assert.throws(() => got.val.delete("x-sum"), immutable);
});

test("contents that nobody reads on pass by; the trailers come all the same", async () => {
  const sent = new SentBody();
  const [contents, trailers] = Request.consumeBody(Request.received(request({ body: () => sent })), OK);
  const reader = new ChunkReader(contents);
  const waiting = reader.next();
  reader.cancel();
  assert.equal(await waiting, undefined);
  await turn();
  sent.push(bytes("unread"));
  assert.equal(sent.size, 0);
  sent.end();
  assert.deepEqual(await trailers, OK);
});

test("a peer that goes away ends the contents; the trailers tell", async () => {
  const sent = new SentBody();
  const [contents, trailers] = Request.consumeBody(Request.received(request({ body: () => sent })), OK);
  sent.push(bytes("ab"));
  sent.outcome = connectionTerminated();
  sent.fail(sent.outcome);
  assert.equal(await all(contents), "ab");
  assert.deepEqual(await trailers, { tag: "err", val: { tag: "connection-terminated" } });
});

test("a request without a body has empty contents and no trailers", async () => {
  const [contents, trailers] = Request.consumeBody(Request.received(request()), OK);
  assert.deepEqual([await all(contents), await trailers], ["", OK]);
});

test("what a guest made is consumed as it was given; its maker learns how that went", async () => {
  const given = stream();
  const trailers = Promise.resolve<Trailers>(OK);
  const [response, sent] = Response.new(new Fields(), given.readable, trailers);
  const parts = Response.consumeBody(response, Promise.resolve(LOOP));
  assert.deepEqual([parts[0] === given.readable, parts[1] === trailers, await sent], [true, true, LOOP]);
  response[Symbol.dispose]();
  assert.deepEqual(given.dropped, []);
});

for (const drop of ["request", "response"] as const) {
  test(`a ${drop} that is dropped drops its contents`, async () => {
    const given = stream();
    const never = new Promise<Trailers>(() => {});
    const [made, sent] = drop === "request" ? Request.new(new Fields(), given.readable, never, undefined) : Response.new(new Fields(), given.readable, never);
    made[Symbol.dispose]();
    assert.deepEqual([given.dropped, (await sent).tag], [["dropped"], "err"]);
  });
}

test("a future of trailers that is left without a value is nobody's unhandled rejection", async () => {
  const [made] = Response.new(new Fields(), undefined, Promise.reject(new Error("dropped")));
  made[Symbol.dispose]();
  await turn();
});

for (const [name, call] of [
  ["client", client(new WasiHost({})).send],
  ["handler", handler.handle],
] as const) {
  test(`nobody is behind an imported ${name}: the request is denied, and its maker learns that it was not sent`, async () => {
    const given = stream();
    const [made, sent] = Request.new(new Fields(), given.readable, Promise.resolve(OK), undefined);
    const denied = { tag: "HTTP-request-denied" };
    await assert.rejects(
      async () => call(made),
      (error: typeof denied) => error.tag === denied.tag,
    );
    assert.deepEqual([given.dropped, await sent], [["dropped"], { tag: "err", val: denied }]);
  });
}

test("a response that is all there goes out in one piece", async () => {
  const { peer, sent, finish } = send({ contents: [bytes("ab"), bytes("cd")], fields: [["x", bytes("1")]] });
  assert.deepEqual([await finish(), peer.log, await sent], [undefined, ["respond 200 x 1 ab+cd"], OK]);
});

test("the head goes at once, each chunk as it comes, the trailers at the end", async () => {
  const contents = stream();
  const trailers = Promise.withResolvers<Trailers>();
  const { peer, finish } = send({ contents: contents.readable, trailers: trailers.promise });
  await turn();
  const steps = [[...peer.log]];
  for (const act of [() => contents.write("one"), () => contents.write("two"), () => contents.end()]) {
    act();
    await turn();
    steps.push(peer.log.slice(steps.flat().length));
  }
  trailers.resolve({ tag: "ok", val: Fields.fromList([["x-sum", bytes("6")]]) });
  assert.equal(await finish(), undefined);
  assert.deepEqual([...steps, peer.log.slice(-1)], [["start 200"], ["write one"], ["write two"], [], ["end x-sum 6"]]);
});

test("a peer that takes no more holds the guest back", async () => {
  const contents = stream();
  const { peer, exchange, finish } = send({ contents: contents.readable });
  await turn();
  peer.takes = false;
  contents.write("one");
  contents.write("two");
  contents.end();
  await turn();
  assert.deepEqual(peer.log, ["start 200", "write one"]);
  peer.takes = true;
  exchange.drained();
  assert.equal(await finish(), undefined);
  assert.deepEqual(peer.log, ["start 200", "write one", "write two", "end"]);
});

test("a peer that goes away drops the contents, whatever the guest waits for", async () => {
  for (const write of [true, false]) {
    const contents = stream();
    const { peer, exchange, sent, finish } = send({ contents: contents.readable, trailers: new Promise(() => {}) });
    if (write) contents.write("one");
    else contents.end();
    await turn();
    exchange.peerGone();
    assert.equal(await finish(), undefined);
    assert.deepEqual([contents.dropped.length, await sent], [write ? 1 : 0, { tag: "err", val: { tag: "connection-terminated" } }]);
    assert.equal(peer.log.includes("end"), false);
  }
});

const broken: readonly (readonly [what: string, given: () => Parameters<typeof send>[0], reason: string])[] = [
  ["an error instead of trailers", () => ({ contents: [bytes("a")], trailers: Promise.resolve(LOOP) }), "loop-detected"],
  ["trailers that never come", () => ({ contents: [bytes("a")], trailers: Promise.reject(new Error("dropped")) }), "internal-error"],
  ["more than declared", () => ({ contents: [bytes("abc")], fields: [["content-length", bytes("2")]] }), "HTTP-response-body-size"],
  ["less than declared", () => ({ contents: [bytes("a")], fields: [["content-length", bytes("2")]] }), "HTTP-response-body-size"],
  ["nothing but a length declared", () => ({ fields: [["content-length", bytes("2")]] }), "HTTP-response-body-size"],
  ["a length that is no number", () => ({ contents: [bytes("a")], fields: [["content-length", bytes("x")]] }), "internal-error"],
  ["an informational status", () => ({ status: 103 }), "HTTP-protocol-error"],
];
for (const [what, given, reason] of broken) {
  test(`${what}: 500, and the guest learns why`, async () => {
    const { peer, sent, finish } = send(given());
    assert.notEqual(await finish(), undefined);
    const outcome = await sent;
    assert.deepEqual([peer.log, outcome.tag === "err" && outcome.val.tag], [["plain 500"], reason]);
  });
}

test("an error after a part was sent cuts the response off, at once", async () => {
  const contents = stream();
  const trailers = Promise.withResolvers<Trailers>();
  const { peer, finish } = send({ contents: contents.readable, trailers: trailers.promise });
  contents.write("one");
  await turn();
  trailers.resolve(LOOP);
  assert.match((await finish())!, /did not finish/);
  assert.deepEqual([peer.log, contents.dropped], [["start 200", "write one", "abort"], ["dropped"]]);
});

test("a response to HEAD has its head and drops the contents", async () => {
  const contents = stream();
  const { peer, sent, finish } = send({
    contents: contents.readable,
    trailers: new Promise(() => {}),
    fields: [["content-length", bytes("7")]],
    peer: new Peer(true),
  });
  assert.equal(await finish(), undefined);
  assert.deepEqual([peer.log, contents.dropped, await sent], [["respond 200 content-length 7 "], ["dropped"], OK]);
});
