/**
 * One HTTP request and its response, between a platform's server and a guest, neutral of both. The platform makes an `Exchange` of
 * its request and a `ResponseTarget`; a version of wasi:http takes it apart for the guest; `HttpHandler` sees to it that every
 * exchange ends.
 */
import { MAX_INFORMATIONAL_RESPONSES } from "../limits.ts";
import type { InputSource } from "../streams/input-source.ts";
import { type HttpFailure, StreamFailure } from "../streams/stream-failure.ts";
import { wakeSoon } from "../streams/waitable.ts";
import type { FieldList } from "./field-list.ts";
import type { OutgoingBodySink } from "./outgoing-body-sink.ts";
import type { HeadText } from "./request-head.ts";

/** The body of a message that comes in. At its end the trailers are known. */
export interface BodySource extends InputSource {
  /** Discards what was not read; afterwards `ready` means: the trailers are known. */
  finish(): void;
  /** Asked when ready after `finish`: the trailers, `undefined` if there are none, or why the message is incomplete. */
  trailers(): FieldList | StreamFailure | undefined;
}

/** A body without bytes and trailers. */
export const emptyBody: BodySource = { read: () => undefined, ready: () => true, onReady: wakeSoon, finish: () => {}, trailers: () => undefined };

export interface ServerRequest extends HeadText {
  readonly scheme: "HTTP" | "HTTPS";
  /** Called once at most. */
  fields(): FieldList;
  /** Called once at most. */
  body(): BodySource;
}

/** The platform's side of a response. Either `respond`, or `start`, `write`s and `end`; `abort` at any time before the end. */
export interface ResponseTarget {
  /** Whether a response of that status has no body whatever it declares: one to HEAD, for one. */
  bodiless(status: number): boolean;
  /** Sends a response of 1xx, which is none yet; false: this peer takes none. Absent: no peer does. */
  inform?(status: number, fields: FieldList): boolean;
  /** A whole message at once. */
  respond(status: number, fields: FieldList, body: readonly Uint8Array[]): void;
  /** The head of a message in parts; `bodyFollows` at once, so that it need not be sent alone. */
  start(status: number, fields: FieldList, bodyFollows: boolean): void;
  /** False: enough for now; the platform calls `Exchange.drained` when it goes on. */
  write(chunk: Uint8Array): boolean;
  end(trailers: FieldList | undefined): void;
  /** Makes the peer see that the message is incomplete. */
  abort(): void;
  /** Calls back when all has run that is ready to run now: what is written until then may go out in one piece. */
  afterTurn(act: () => void): void;
}

export class Exchange {
  readonly request: ServerRequest;
  readonly target: ResponseTarget;
  /** What the guest decided: a response, an error, or nothing yet. */
  #answer: "none" | "response" | "error" = "none";
  #disconnected = false;
  #informed = 0;
  #error: HttpFailure | undefined;
  #body: OutgoingBodySink | undefined;
  #requestBody: BodySource | undefined;
  #whenGone: (() => void)[] | undefined;

  constructor(request: ServerRequest, target: ResponseTarget) {
    this.request = request;
    this.target = target;
  }

  get disconnected(): boolean {
    return this.#disconnected;
  }

  /** Calls `act` when the peer goes away, at once if it is gone. */
  whenGone(act: () => void): void {
    this.#whenGone ??= [];
    if (this.#disconnected) act();
    else this.#whenGone.push(act);
  }

  /** The body of the request, for a guest that is done with it when it is done with the exchange. */
  requestBody(): BodySource {
    this.#requestBody = this.request.body();
    return this.#requestBody;
  }

  /** A response of 1xx before the guest's own. False when it can't be sent. */
  inform(status: number, fields: FieldList): boolean {
    if (this.#answer !== "none" || this.#disconnected || this.#informed >= MAX_INFORMATIONAL_RESPONSES) return false;
    this.#informed += 1;
    return this.target.inform?.(status, fields) ?? false;
  }

  /** The guest's response; the body may still be written. */
  respond(status: number, fields: FieldList, body: OutgoingBodySink | undefined): void {
    this.#answer = "response";
    this.#body = body;
    if (this.#disconnected) body?.peerGone();
    else if (body === undefined) this.target.respond(status, fields, []);
    else body.attach(this.target, status, fields);
  }

  /** The guest has no response but an error. */
  fail(error: HttpFailure): void {
    this.#answer = "error";
    this.#error = error;
  }

  /**
   * The guest is done. Gives what went wrong, if anything, after answering the peer as well as can be: 500 when nothing was sent, a
   * cut connection when something was.
   */
  finish(plainError: (status: number) => void): Error | undefined {
    this.#requestBody?.close?.();
    if (this.#disconnected) return undefined;
    if (this.#answer === "response") {
      if (this.#body === undefined || this.#body.finished) return undefined;
      const nothingSent = !this.#body.started;
      this.#body.abandon();
      if (nothingSent) plainError(500);
      else this.target.abort();
      return new HandlerFailure("the component did not finish the body of its response");
    }
    plainError(500);
    if (this.#answer === "none") return new HandlerFailure("the component set no response");
    return new HandlerFailure(`the component answered with the error \`${this.#error!.tag}\``);
  }

  /** The guest trapped. */
  trapped(plainError: (status: number) => void): void {
    this.#requestBody?.close?.();
    if (this.#disconnected || this.#body?.finished === true || (this.#answer === "response" && this.#body === undefined)) return;
    const nothingSent = this.#body === undefined || !this.#body.started;
    this.#body?.abandon();
    if (nothingSent) plainError(500);
    else this.target.abort();
  }

  /** Called by the platform: it takes bytes again. */
  drained(): void {
    this.#body?.drained();
  }

  /** Called by the platform: the peer is gone. Reads and writes of the guest fail from now on. */
  peerGone(): void {
    if (this.#disconnected) return;
    this.#disconnected = true;
    this.#body?.peerGone();
    for (const act of this.#whenGone ?? []) act();
  }
}

/** The component did not answer as it should have, without a trap: its fault, not the host's. */
class HandlerFailure extends Error {
  override readonly name = "HandlerFailure";
}

/** The failure that a reader of a body sees when the peer goes away. */
export function connectionTerminated(): StreamFailure {
  return new StreamFailure("the connection was closed before the message was complete", { http: { tag: "connection-terminated" } });
}
