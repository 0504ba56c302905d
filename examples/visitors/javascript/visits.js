// Counts visits, a number for each path. It runs on QuickJS inside the component.
import { Fields, OutgoingBody, OutgoingResponse, ResponseOutparam } from "wasi:http/types@0.2.0";
import { increment } from "wasi:keyvalue/atomics@0.2.0-draft";
import { open } from "wasi:keyvalue/store@0.2.0-draft";

export const incomingHandler = {
  handle(request, responseOut) {
    const path = request.pathWithQuery() ?? "";
    try {
      answer(responseOut, 200, `Counter ${path}: ${increment(open("default"), path, 1n)}\n`);
    } catch (error) {
      answer(responseOut, 503, `the store does not count: ${JSON.stringify(error.payload ?? error.message)}\n`);
    }
  },
};

function answer(responseOut, status, text) {
  const headers = new Fields();
  headers.set("content-type", [new TextEncoder().encode("text/plain; charset=utf-8")]);
  const response = new OutgoingResponse(headers);
  response.setStatusCode(status);
  const body = response.body();
  ResponseOutparam.set(responseOut, { tag: "ok", val: response });
  const stream = body.write();
  stream.blockingWriteAndFlush(new TextEncoder().encode(text));
  stream[Symbol.dispose]();
  OutgoingBody.finish(body, undefined);
}
