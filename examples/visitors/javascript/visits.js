// Counts visits, a number for each path. It runs on QuickJS inside the component.
import { Fields, OutgoingBody, OutgoingResponse, ResponseOutparam } from "wasi:http/types@0.2.0";
import { increment } from "wasi:keyvalue/atomics@0.2.0-draft";
import { open } from "wasi:keyvalue/store@0.2.0-draft";

export const incomingHandler = {
  handle(request, responseOut) {
    const path = request.pathWithQuery() ?? "";
    try {
      answer(responseOut, 200, `Counter ${path}: ${increment(open("default"), path, 1)}\n`);
    } catch (error) {
      // what a function has as its error is thrown as it is
      answer(responseOut, 503, `the store does not count: ${JSON.stringify(error)}\n`);
    }
  },
};

function answer(responseOut, status, text) {
  const headers = new Fields();
  headers.set("content-type", [bytes("text/plain; charset=utf-8")]);
  const response = new OutgoingResponse(headers);
  response.setStatusCode(status);
  const body = response.body();
  ResponseOutparam.set(responseOut, { tag: "ok", val: response });
  const stream = body.write();
  stream.blockingWriteAndFlush(bytes(text));
  stream[Symbol.dispose]();
  OutgoingBody.finish(body, null);
}

/** Text as UTF-8: QuickJS has no TextEncoder. */
function bytes(text) {
  return Uint8Array.from(unescape(encodeURIComponent(text)), (char) => char.charCodeAt(0));
}
