import type { Exchange } from "../../../http/exchange.ts";
import { declaredLength } from "../../../http/field-list.ts";
import { OutgoingBodySink } from "../../../http/outgoing-body-sink.ts";
import { ChunkReader } from "../../../streams/chunk-reader.ts";
import { pour } from "../../../streams/pour.ts";
import { StreamFailure } from "../../../streams/stream-failure.ts";
import { err, OK, type Result } from "../result.ts";
import type { BodyParts } from "./body.ts";
import { type ErrorCode, internalError } from "./error-code.ts";
import { Fields } from "./fields.ts";
import { Response } from "./response.ts";

/**
 * Sends a guest's response to the peer: the head at once, each chunk as it comes, the trailers at the end. Resolves when nothing more
 * will be sent; what could not be sent shows when the exchange is finished. The guest learns by its future how it went.
 */
export async function sendResponse(exchange: Exchange, response: Response): Promise<void> {
  const { status, fields, body } = Response.partsOf(response);
  const declared = declaredLength(fields);
  // An informational status is no response.
  const fault = status < 200 ? PROTOCOL_ERROR : declared === null ? internalError("content-length is no number") : undefined;
  if (fault !== undefined) {
    body.refuse(fault);
    return exchange.fail(fault);
  }
  const sink = new OutgoingBodySink(declared ?? undefined, "HTTP-response-body-size");
  const sent = Promise.withResolvers<Result<ErrorCode>>();
  const parts = body.consume(sent.promise);
  exchange.respond(status, fields, sink);
  const failure = exchange.target.bodiless(status) ? withoutBody(parts, sink) : await withBody(parts, sink, exchange);
  if (failure !== undefined) sink.abandon();
  sent.resolve(failure === undefined ? OK : err(failure));
}

const PROTOCOL_ERROR: ErrorCode = Object.freeze({ tag: "HTTP-protocol-error" });
const TERMINATED: ErrorCode = Object.freeze({ tag: "connection-terminated" });

/** A response to HEAD, for one: its contents would go nowhere. */
function withoutBody({ contents }: BodyParts, sink: OutgoingBodySink): ErrorCode | undefined {
  if (contents !== undefined) new ChunkReader(contents).cancel();
  sink.finish(undefined);
  return undefined;
}

async function withBody({ contents, trailers }: BodyParts, sink: OutgoingBodySink, exchange: Exchange): Promise<ErrorCode | undefined> {
  const reader = new ChunkReader(contents ?? []);
  const gone = Promise.withResolvers<undefined>();
  exchange.whenGone(() => {
    reader.cancel();
    gone.resolve(undefined);
  });
  // An error instead of trailers ends the message wherever it is.
  Promise.resolve(trailers).then(
    ({ tag }) => tag === "err" && reader.cancel(),
    () => reader.cancel(),
  );
  try {
    sink.flushAfterTurn();
    if (!(await pour(reader, sink))) return TERMINATED;
    const result = await Promise.race([gone.promise, trailers]);
    if (result === undefined) return TERMINATED;
    if (result.tag === "err") return result.val;
    const fault = sink.finish(result.val && Fields.listOf(result.val));
    return fault && { tag: "HTTP-response-body-size", val: BigInt(fault.written) };
  } catch (error) {
    return (error instanceof StreamFailure && error.code.http) || internalError("the body of the response is incomplete");
  }
}
