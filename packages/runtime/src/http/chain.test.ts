/** Handlers of WASI 0.3 behind one another: the `client` of one is led to the `handler` of another, and elsewhere while bodies stream. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Part, rewire, Store } from "@tenon/engine";
import { compileHandler } from "../../fixtures/probe.ts";
import { ChunkReader, type Chunks } from "../streams/chunk-reader.ts";
import { Fields } from "../wasi/0.3/http/fields.ts";
import { Request } from "../wasi/0.3/http/request.ts";
import { Response } from "../wasi/0.3/http/response.ts";
import { wasi } from "../wasi/imports.ts";
import { bytes, text } from "./test-peer.ts";

const OK = { tag: "ok", val: undefined } as const;
const CLIENT = "wasi:http/client@0.3.2";
const component = await compileHandler();

type Handle = (request: Request) => Promise<Response>;
const handleOf = (part: Part): Handle => (part.exports["wasi:http/handler@0.3.2"] as { handle: Handle }).handle;

async function chain() {
  const store = new Store();
  const [front, back, other] = [await component.open(wasi(), { store }), await component.open(wasi(), { store }), await component.open(wasi(), { store })];
  const lead = (to: object | null) => rewire([{ end: front.ends.get(CLIENT)!, to }]);
  lead({ send: handleOf(back) });
  const ask = async (path: string, contents: Chunks) => {
    const [made] = Request.new(new Fields(), contents, Promise.resolve({ tag: "ok", val: Fields.fromList([["x-sum", bytes("6")]]) }), undefined);
    made.setMethod({ tag: "post" });
    made.setPathWithQuery(path);
    const response = await handleOf(front)(made);
    const [body, trailers] = Response.consumeBody(response, OK);
    return { status: response.getStatusCode(), reader: new ChunkReader(body), trailers };
  };
  return { lead, ask, other };
}

async function rest(reader: ChunkReader): Promise<string> {
  let content = "";
  for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) content += text(chunk);
  return content;
}

for (const path of ["/echo", "/pass"]) {
  test(`a body and its trailers pass through two instances and back: ${path}`, async () => {
    const { ask } = await chain();
    const content = "0123456789".repeat(30_000);
    const { status, reader, trailers } = await ask(`/forward?${path}`, [bytes(content)]);
    assert.equal(status, 200);
    assert.ok((await rest(reader)) === content);
    assert.deepEqual(((await trailers) as { val: Fields }).val.copyAll(), [["x-sum", bytes("6")]]);
  });
}

test("what streams when the wire is led elsewhere goes on at the old end; the next request goes to the new one", async () => {
  const { lead, ask, other } = await chain();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  void writer.write(bytes("one"));
  const inFlight = await ask("/forward?/echo", readable);
  assert.equal(text((await inFlight.reader.next())!), "one");

  lead({ send: handleOf(other) });
  assert.equal(await rest((await ask("/forward?/count", [])).reader), "0");
  assert.equal(await rest((await ask("/forward?/count", [])).reader), "1");
  void writer.write(bytes("two"));
  void writer.close();
  assert.equal(await rest(inFlight.reader), "two");
});

test("where nobody is, or nobody any more, the request is refused", async () => {
  const { lead, ask } = await chain();
  lead(wasi()[CLIENT.replace("0.3.2", "0.3.0")] as object);
  await assert.rejects(ask("/forward?/hello", []), ({ payload }: { payload: { tag: string } }) => payload.tag === "HTTP-request-denied");
  lead(null);
  await assert.rejects(ask("/forward?/hello", []));
});
