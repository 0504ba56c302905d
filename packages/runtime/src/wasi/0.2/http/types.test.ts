/** The resources of wasi:http/types in the hands of a handler, with a peer in memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionTerminated, Exchange, emptyBody } from "../../../http/exchange.ts";
import { FieldList } from "../../../http/field-list.ts";
import { bytes, Peer, request, SentBody } from "../../../http/test-peer.ts";
import { MAX_BUFFERED_BYTES, MAX_FIELD_COUNT, MAX_INFORMATIONAL_RESPONSES } from "../../../limits.ts";
import { nextTurn } from "../../../streams/waitable.ts";
import { WasiHost } from "../../options.ts";
import type { OutputStream } from "../io/streams.ts";
import { Fields } from "./fields.ts";
import { FutureIncomingResponse } from "./future-incoming-response.ts";
import { IncomingBody, IncomingRequest, IncomingResponse } from "./incoming.ts";
import { incomingHandler } from "./incoming-handler.ts";
import { OutgoingBody, OutgoingRequest, OutgoingResponse, RequestOptions } from "./outgoing.ts";
import { outgoingHandler } from "./outgoing-handler.ts";
import { ResponseOutparam } from "./response-outparam.ts";

const isTrap = (error: { code: string }) => error.code === "trap/host-threw";
const failed = (error: unknown) => Object.hasOwn(error as object, "payload");

function begin(status = 200, headers = new Fields(), peer = new Peer()) {
  const exchange = new Exchange(request(), peer);
  const response = new OutgoingResponse(headers);
  response.setStatusCode(status);
  const body = response.body();
  ResponseOutparam.set(new ResponseOutparam(exchange), { tag: "ok", val: response });
  const plain: number[] = [];
  return { peer, exchange, body, plain, finish: () => exchange.finish((code) => plain.push(code))?.message };
}

function write(stream: OutputStream, content: Uint8Array | string): void {
  stream.checkWrite();
  stream.write(typeof content === "string" ? bytes(content) : content);
}

function done(body: OutgoingBody, stream: OutputStream, trailers?: Fields): void {
  stream[Symbol.dispose]();
  OutgoingBody.finish(body, trailers);
}

test("a request shows method, path, scheme, authority and immutable headers", () => {
  const incoming = new IncomingRequest(new Exchange(request(), new Peer()));
  assert.deepEqual(
    [incoming.method(), incoming.pathWithQuery(), incoming.scheme(), incoming.authority()],
    [{ tag: "get" }, "/a?b", { tag: "HTTP" }, "example.com"],
  );
  const headers = incoming.headers();
  assert.deepEqual(headers.entries(), [["X-A", bytes("1")]]);
  const changes = [() => headers.set("a", []), () => headers.append("a", bytes("1")), () => headers.delete("a")];
  for (const change of changes) assert.throws(change, (error: { tag: string }) => error.tag === "immutable");
  const copy = headers.clone();
  copy.append("b", bytes("2"));
  assert.deepEqual([copy.has("b"), incoming.headers().has("b")], [true, false]);
});

test("methods without a case of their own are passed on", () => {
  const incoming = new IncomingRequest(new Exchange(request({ method: "PROPFIND" }), new Peer()));
  assert.deepEqual(incoming.method(), { tag: "other", val: "PROPFIND" });
});

test("a body is taken once, its stream once; finish needs the stream dropped", () => {
  const incoming = new IncomingRequest(new Exchange(request(), new Peer()));
  const body = incoming.consume();
  assert.throws(() => incoming.consume(), failed);
  const stream = body.stream();
  assert.throws(() => body.stream(), failed);
  assert.throws(() => IncomingBody.finish(body), isTrap);
  stream[Symbol.dispose]();
  const trailers = IncomingBody.finish(body);
  assert.equal(trailers.subscribe().ready(), true);
  assert.deepEqual(trailers.get(), { tag: "ok", val: { tag: "ok", val: undefined } });
  assert.deepEqual(trailers.get(), { tag: "err", val: undefined });
});

test("trailers come when the body is complete, read or not", async () => {
  const sent = new SentBody();
  const body = new IncomingRequest(new Exchange(request({ body: () => sent }), new Peer())).consume();
  sent.push(bytes("unread"));
  const future = IncomingBody.finish(body);
  assert.equal(future.get(), undefined);
  const waiting = future.subscribe().block();
  sent.outcome = FieldList.received(["x-sum", "42"]);
  sent.end();
  await waiting;
  const got = future.get() as { val: { val: Fields } };
  assert.deepEqual(got.val.val.entries(), [["x-sum", bytes("42")]]);
  assert.throws(() => got.val.val.delete("x-sum"), { tag: "immutable" });
});

test("a peer that goes away is an error of the trailers and of the stream", () => {
  const sent = new SentBody();
  const body = new IncomingRequest(new Exchange(request({ body: () => sent }), new Peer())).consume();
  const stream = body.stream();
  sent.outcome = connectionTerminated();
  sent.fail(sent.outcome);
  assert.throws(() => stream.read(1n), { tag: "last-operation-failed" });
  stream[Symbol.dispose]();
  assert.deepEqual(IncomingBody.finish(body).get(), { tag: "ok", val: { tag: "err", val: { tag: "connection-terminated" } } });
});

test("a small response leaves in one piece", () => {
  const { peer, body, finish } = begin(201, Fields.fromList([["a", bytes("1")]]));
  const stream = body.write();
  stream.blockingWriteAndFlush(bytes("hello"));
  write(stream, " world");
  done(body, stream);
  assert.deepEqual(peer.log, ["respond 201 a 1 hello+ world"]);
  assert.equal(finish(), undefined);
});

test("a body that was written before the response is set leaves in one piece too", () => {
  const peer = new Peer();
  const response = new OutgoingResponse(new Fields());
  const body = response.body();
  const stream = body.write();
  write(stream, "early");
  done(body, stream);
  ResponseOutparam.set(new ResponseOutparam(new Exchange(request(), peer)), { tag: "ok", val: response });
  assert.deepEqual(peer.log, ["respond 200  early"]);
});

test("a response whose body nobody took is complete when set", () => {
  const peer = new Peer();
  ResponseOutparam.set(new ResponseOutparam(new Exchange(request(), peer)), { tag: "ok", val: new OutgoingResponse(new Fields()) });
  assert.deepEqual(peer.log, ["respond 200  "]);
});

test("a flushed part leaves when the guest gives up the thread", async () => {
  const { peer, body } = begin();
  const stream = body.write();
  stream.blockingWriteAndFlush(bytes("one"));
  assert.deepEqual(peer.log, []);
  await nextTurn();
  assert.deepEqual(peer.log, ["start 200", "write one"]);
  stream.blockingWriteAndFlush(bytes("two"));
  done(body, stream);
  assert.deepEqual(peer.log.slice(2), ["write two", "end"]);
});

test("the second flush sends even if the guest never pauses", () => {
  const { peer, body } = begin();
  const stream = body.write();
  stream.blockingWriteAndFlush(bytes("one"));
  stream.blockingWriteAndFlush(bytes("two"));
  assert.deepEqual(peer.log, ["start 200", "write one", "write two"]);
});

test("a full peer holds the guest back until it has drained", async () => {
  const { peer, body, exchange } = begin();
  peer.takes = false;
  const stream = body.write();
  write(stream, new Uint8Array(MAX_BUFFERED_BYTES));
  assert.equal(stream.checkWrite(), 0n);
  const waiting = stream.subscribe().block();
  assert.ok(waiting instanceof Promise);
  peer.takes = true;
  exchange.drained();
  await waiting;
  assert.equal(stream.checkWrite(), BigInt(MAX_BUFFERED_BYTES));
});

test("trailers go out with a body in parts", () => {
  const { peer, body } = begin();
  const stream = body.write();
  write(stream, "x");
  done(body, stream, Fields.fromList([["x-sum", bytes("7")]]));
  assert.deepEqual(peer.log, ["start 200", "write x", "end x-sum 7"]);
});

test("trailers that were given before the response was set go out too", () => {
  const peer = new Peer();
  const response = new OutgoingResponse(new Fields());
  OutgoingBody.finish(response.body(), Fields.fromList([["x-sum", bytes("7")]]));
  ResponseOutparam.set(new ResponseOutparam(new Exchange(request(), peer)), { tag: "ok", val: response });
  assert.deepEqual(peer.log, ["start 200", "end x-sum 7"]);
});

const declares = (length: string) => Fields.fromList([["content-length", bytes(length)]]);

test("fewer bytes than content-length declares: finish fails, the peer gets 500", () => {
  const { peer, body, plain, finish } = begin(200, declares("5"));
  const stream = body.write();
  write(stream, "123");
  assert.throws(() => done(body, stream), { tag: "HTTP-response-body-size", val: 3n });
  assert.match(finish()!, /did not finish/);
  assert.deepEqual([peer.log, plain], [[], [500]]);
});

test("more bytes than content-length declares: the stream fails, none of them leaves", () => {
  const { peer, body } = begin(200, declares("5"));
  const stream = body.write();
  assert.throws(() => stream.blockingWriteAndFlush(bytes("123456")), { tag: "last-operation-failed" });
  assert.throws(() => stream.checkWrite(), { tag: "closed" });
  assert.throws(() => done(body, stream), { tag: "HTTP-response-body-size", val: 6n });
  assert.deepEqual(peer.log, []);
});

test("a response to HEAD may declare the length of a body that it does not have", () => {
  const { peer, body, finish } = begin(200, declares("5"), new Peer(true));
  OutgoingBody.finish(body, undefined);
  assert.deepEqual([peer.log, finish()], [["respond 200 content-length 5 "], undefined]);
});

test("an empty body that declares a length is no response to GET, whenever it was finished", () => {
  const response = new OutgoingResponse(declares("5"));
  OutgoingBody.finish(response.body(), undefined);
  const exchange = new Exchange(request(), new Peer());
  ResponseOutparam.set(new ResponseOutparam(exchange), { tag: "ok", val: response });
  const plain: number[] = [];
  assert.match(exchange.finish((code) => plain.push(code))!.message, /did not finish/);
  assert.deepEqual(plain, [500]);
});

test("content-length that is nonsense: no body", () => {
  assert.throws(() => new OutgoingResponse(declares("five")).body(), failed);
});

test("a body dropped unfinished: 500, or a cut connection when something was sent", async () => {
  const early = begin();
  early.body[Symbol.dispose]();
  assert.match(early.finish()!, /did not finish/);
  assert.deepEqual([early.peer.log, early.plain], [[], [500]]);

  const late = begin();
  const stream = late.body.write();
  stream.blockingWriteAndFlush(bytes("x"));
  await nextTurn();
  stream[Symbol.dispose]();
  late.body[Symbol.dispose]();
  assert.match(late.finish()!, /did not finish/);
  assert.deepEqual([late.peer.log.at(-1), late.plain], ["abort", []]);
});

test("a body is finished or dropped only after its stream", () => {
  for (const end of [(body: OutgoingBody) => OutgoingBody.finish(body, undefined), (body: OutgoingBody) => body[Symbol.dispose]()]) {
    const { body } = begin();
    body.write();
    assert.throws(() => end(body), isTrap);
  }
});

test("a body and its stream are taken once", () => {
  const response = new OutgoingResponse(new Fields());
  const body = response.body();
  assert.throws(() => response.body(), failed);
  body.write();
  assert.throws(() => body.write(), failed);
});

test("no response, an error, an informational status: 500 and a reason", () => {
  const outcome = (answer: (outparam: ResponseOutparam) => void) => {
    const exchange = new Exchange(request(), new Peer());
    answer(new ResponseOutparam(exchange));
    const plain: number[] = [];
    return [exchange.finish((code) => plain.push(code))?.message, plain];
  };
  assert.deepEqual(
    outcome(() => {}),
    ["the component set no response", [500]],
  );
  assert.deepEqual(
    outcome((outparam) => ResponseOutparam.set(outparam, { tag: "err", val: { tag: "connection-timeout" } })),
    ["the component answered with the error `connection-timeout`", [500]],
  );
  const informational = new OutgoingResponse(new Fields());
  informational.setStatusCode(103);
  assert.deepEqual(
    outcome((outparam) => ResponseOutparam.set(outparam, { tag: "ok", val: informational })),
    ["the component answered with the error `HTTP-protocol-error`", [500]],
  );
});

test("a trap: 500 when nothing was sent, a cut connection when something was, nothing when all was", async () => {
  const none = new Exchange(request(), new Peer());
  const plain: number[] = [];
  none.trapped((code) => plain.push(code));
  assert.deepEqual(plain, [500]);

  const some = begin();
  some.body.write().blockingWriteAndFlush(bytes("x"));
  await nextTurn();
  some.exchange.trapped((code) => some.plain.push(code));
  assert.deepEqual([some.peer.log.at(-1), some.plain], ["abort", []]);

  const all = begin();
  OutgoingBody.finish(all.body, undefined);
  all.exchange.trapped((code) => all.plain.push(code));
  assert.deepEqual([all.peer.log, all.plain], [["respond 200  "], []]);
});

test("when the peer goes away, writes find a closed stream and nothing is sent any more", async () => {
  const { peer, body, exchange, plain, finish } = begin();
  const stream = body.write();
  peer.takes = false;
  write(stream, new Uint8Array(MAX_BUFFERED_BYTES));
  const waiting = stream.subscribe().block();
  exchange.peerGone();
  await waiting;
  assert.throws(() => stream.checkWrite(), { tag: "closed" });
  done(body, stream);
  assert.deepEqual([finish(), plain, peer.log.length], [undefined, [], 2]);
});

test("informational responses are sent where they can be, so many and before the response; a status that is none is refused", () => {
  const outparam = new ResponseOutparam(new Exchange(request(), new Peer()));
  assert.throws(() => outparam.sendInformational(103, new Fields()), { tag: "internal-error" });
  for (const status of [99, 101, 200, 65535]) assert.throws(() => outparam.sendInformational(status, new Fields()), { tag: "HTTP-protocol-error" });

  const sent: number[] = [];
  const peer = Object.assign(new Peer(), { inform: (status: number) => sent.push(status) > 0 });
  const exchange = new Exchange(request(), peer);
  const heard = new ResponseOutparam(exchange);
  for (let i = 0; i < MAX_INFORMATIONAL_RESPONSES; i++) heard.sendInformational(103, new Fields());
  assert.throws(() => heard.sendInformational(103, new Fields()), { tag: "internal-error" });
  assert.equal(sent.length, MAX_INFORMATIONAL_RESPONSES);
  const late = new Exchange(request(), peer);
  late.respond(200, new FieldList(), undefined);
  assert.equal(late.inform(103, new FieldList()), false);
  const response = new OutgoingResponse(new Fields());
  for (const status of [0, 99, 1000, 65535]) assert.throws(() => response.setStatusCode(status), failed);
  response.setStatusCode(599);
  assert.equal(response.statusCode(), 599);
});

test("headers of a response can't be changed once it is made, not even through it", () => {
  const response = new OutgoingResponse(Fields.fromList([["a", bytes("1")]]));
  assert.throws(() => response.headers().append("b", bytes("2")), { tag: "immutable" });
  assert.equal(response.headers().has("a"), true);
});

test("fields: bad ones are errors, too many trap", () => {
  assert.throws(() => Fields.fromList([["a", bytes("\r\n")]]), { tag: "invalid-syntax" });
  assert.throws(() => Fields.fromList([["connection", bytes("x")]]), { tag: "forbidden" });
  const fields = new Fields();
  assert.throws(() => fields.set("a b", []), { tag: "invalid-syntax" });
  assert.throws(() => fields.delete(""), { tag: "invalid-syntax" });
  assert.deepEqual([fields.get("a b"), fields.has("a b")], [[], false]);
  fields.set("a", Array(MAX_FIELD_COUNT).fill(bytes("")));
  assert.throws(() => fields.append("a", bytes("")), isTrap);
});

const requestParts: readonly (readonly [what: string, change: (r: OutgoingRequest) => void, good: boolean])[] = [
  ["method", (r) => r.setMethod({ tag: "other", val: "PROPFIND" }), true],
  ["method with a space", (r) => r.setMethod({ tag: "other", val: "GET /" }), false],
  ["empty method", (r) => r.setMethod({ tag: "other", val: "" }), false],
  ["path", (r) => r.setPathWithQuery("/a/b?c=%20&d"), true],
  ["no path", (r) => r.setPathWithQuery(undefined), true],
  ["path with CR LF", (r) => r.setPathWithQuery("/a\r\nHost: x"), false],
  ["path with a space", (r) => r.setPathWithQuery("/a b"), false],
  ["path with a fragment", (r) => r.setPathWithQuery("/a#b"), false],
  ["scheme", (r) => r.setScheme({ tag: "other", val: "ws+unix" }), true],
  ["bad scheme", (r) => r.setScheme({ tag: "other", val: "1x" }), false],
  ["authority", (r) => r.setAuthority("example.com:8080"), true],
  ["IPv6 authority", (r) => r.setAuthority("[::1]:80"), true],
  ["no authority", (r) => r.setAuthority(undefined), true],
  ["user information", (r) => r.setAuthority("user:secret@example.com"), false],
  ["port too large", (r) => r.setAuthority("example.com:65536"), false],
  ["authority with a path", (r) => r.setAuthority("example.com/x"), false],
];
for (const [what, change, good] of requestParts) {
  test(`outgoing request, ${what}: ${good ? "taken" : "refused"}`, () => {
    const outgoing = new OutgoingRequest(new Fields());
    if (good) change(outgoing);
    else assert.throws(() => change(outgoing), failed);
  });
}

test("an outgoing request shows what it was given; its body waits for it to be sent", () => {
  const outgoing = new OutgoingRequest(Fields.fromList([["a", bytes("1")]]));
  assert.deepEqual([outgoing.method(), outgoing.pathWithQuery(), outgoing.scheme(), outgoing.authority()], [{ tag: "get" }, undefined, undefined, undefined]);
  outgoing.setMethod({ tag: "post" });
  outgoing.setPathWithQuery("/x");
  outgoing.setScheme({ tag: "HTTPS" });
  outgoing.setAuthority("h");
  assert.deepEqual([outgoing.method(), outgoing.pathWithQuery(), outgoing.scheme(), outgoing.authority()], [{ tag: "post" }, "/x", { tag: "HTTPS" }, "h"]);
  assert.equal(outgoing.headers().has("a"), true);
  const body = outgoing.body();
  assert.throws(() => outgoing.body(), failed);
  const stream = body.write();
  write(stream, new Uint8Array(MAX_BUFFERED_BYTES));
  assert.equal(stream.checkWrite(), 0n);
  assert.throws(
    () => outgoingHandler(new WasiHost({})).handle(outgoing, undefined),
    (error: { tag: string }) => error.tag === "HTTP-request-denied",
  );
  assert.throws(
    () => stream.checkWrite(),
    (error: { tag: string }) => error.tag === "closed",
  );
});

test("a request without a path goes nowhere, nor does its body", () => {
  const outgoing = new OutgoingRequest(new Fields());
  outgoing.setAuthority("example.com");
  const stream = outgoing.body().write();
  assert.throws(
    () => outgoingHandler(new WasiHost({})).handle(outgoing, undefined),
    (error: { tag: string }) => error.tag === "HTTP-request-URI-invalid",
  );
  assert.throws(
    () => stream.checkWrite(),
    (error: { tag: string }) => error.tag === "closed",
  );
});

test("request options keep their times", () => {
  const options = new RequestOptions();
  assert.deepEqual([options.connectTimeout(), options.firstByteTimeout(), options.betweenBytesTimeout()], [undefined, undefined, undefined]);
  options.setConnectTimeout(1n);
  options.setFirstByteTimeout(2n);
  options.setBetweenBytesTimeout(3n);
  assert.deepEqual([options.connectTimeout(), options.firstByteTimeout(), options.betweenBytesTimeout()], [1n, 2n, 3n]);
});

test("an incoming response has status, headers and a body once; its future gives it once", async () => {
  const response = new IncomingResponse(204, FieldList.received(["a", "1"]), emptyBody);
  assert.deepEqual([response.status(), response.headers().has("a")], [204, true]);
  response.consume();
  assert.throws(() => response.consume(), failed);
  const future = new FutureIncomingResponse(Promise.resolve({ status: 204, fields: new FieldList(), body: emptyBody }), () => {});
  assert.equal(future.subscribe().ready(), false);
  await future.subscribe().block();
  assert.equal(future.subscribe().ready(), true);
  assert.deepEqual(
    [await future.get(), await future.get()].map((each) => each?.tag),
    ["ok", "err"],
  );
});

test("nobody is behind an imported handler: the request is denied", () => {
  const exchange = new Exchange(request(), new Peer());
  incomingHandler.handle(new IncomingRequest(exchange), new ResponseOutparam(exchange));
  assert.match(exchange.finish(() => {})!.message, /HTTP-request-denied/);
});
