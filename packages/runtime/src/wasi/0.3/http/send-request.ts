import type { GuestRequests } from "../../../http/client/guest-requests.ts";
import { httpFailure } from "../../../http/client/http-client.ts";
import type { ReceivedResponse } from "../../../http/client/transport.ts";
import { emptyBody } from "../../../http/exchange.ts";
import { declaredLength } from "../../../http/field-list.ts";
import { OutgoingBodySink } from "../../../http/outgoing-body-sink.ts";
import { ChunkReader } from "../../../streams/chunk-reader.ts";
import { pour } from "../../../streams/pour.ts";
import { StreamFailure } from "../../../streams/stream-failure.ts";
import { err, OK, type Result } from "../result.ts";
import { type BodyParts, GivenBody, ReceivedBody } from "./body.ts";
import { type ErrorCode, internalError } from "./error-code.ts";
import { Fields } from "./fields.ts";
import { Request } from "./request.ts";
import { RequestOptions } from "./request-options.ts";
import { Response } from "./response.ts";

const TERMINATED: ErrorCode = Object.freeze({ tag: "connection-terminated" });

/**
 * Sends a guest's request: the head, each chunk as it comes, the trailers at the end. Resolves when the head of the response is there; the
 * body may still be on its way then, and the guest learns by its future how it went.
 */
export async function sendRequest(requests: GuestRequests, request: Request, signal: AbortSignal | undefined): Promise<Response> {
  const { head, fields, body, options } = Request.partsOf(request);
  const declared = declaredLength(fields);
  let letGo: (() => void) | undefined;
  const cancel = () => letGo?.();
  signal?.addEventListener("abort", cancel);
  const sent = Promise.withResolvers<Result<ErrorCode>>();
  try {
    if (declared === null) throw internalError("content-length is no number");
    const sink = new OutgoingBodySink(declared, "HTTP-request-body-size");
    const underWay = requests.send({ head, fields, body: sink, timeouts: options === undefined ? {} : RequestOptions.timeoutsOf(options) });
    letGo = underWay.letGo;
    const { response } = underWay;
    const transmitted = transmit(body.consume(sent.promise), sink);
    // A request that can't be completed gets no response.
    transmitted.then((failure) => {
      sent.resolve(failure === undefined ? OK : err(failure));
      if (failure !== undefined) sink.abandon();
    });
    const received = await Promise.race([response, failed(transmitted, response)]);
    return responseOf(received);
  } catch (error) {
    const reason = httpFailure(error);
    body.refuse(reason);
    sent.resolve(err(reason));
    throw reason;
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}

function responseOf({ status, fields, body }: ReceivedResponse): Response {
  return new Response(
    fields,
    body === emptyBody
      ? new GivenBody(undefined, OK)
      : new ReceivedBody(
          () => body,
          () => body.close?.(),
        ),
    status,
  );
}

/** Rejects when the request can't be completed, for that reason; else it is as `response`. */
async function failed(transmitted: Promise<ErrorCode | undefined>, response: Promise<ReceivedResponse>): Promise<ReceivedResponse> {
  const failure = await transmitted;
  // The peer may have answered, and let the rest of the request go.
  if (failure !== undefined && failure !== TERMINATED) throw failure;
  return response;
}

async function transmit({ contents, trailers }: BodyParts, sink: OutgoingBodySink): Promise<ErrorCode | undefined> {
  const reader = new ChunkReader(contents ?? []);
  // An error instead of trailers ends the message wherever it is.
  Promise.resolve(trailers).then(
    ({ tag }) => tag === "err" && reader.cancel(),
    () => reader.cancel(),
  );
  try {
    if (!(await pour(reader, sink))) return TERMINATED;
    const result = await trailers;
    if (result.tag === "err") return result.val;
    const fault = sink.finish(result.val && Fields.listOf(result.val));
    return fault && { tag: sink.overflow, val: BigInt(fault.written) };
  } catch (error) {
    return (error instanceof StreamFailure && error.code.http) || internalError("the body of the request is incomplete");
  }
}
