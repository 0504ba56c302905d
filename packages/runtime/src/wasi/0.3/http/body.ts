/**
 * The body of a `request` or `response` of WASI 0.3: a stream of its contents, a future of its trailers, and a future that tells its
 * maker what became of it. Whoever has the message either consumes the body, once, or drops it.
 */
import { type BodySource, emptyBody } from "../../../http/exchange.ts";
import type { FieldList } from "../../../http/field-list.ts";
import { ChunkReader, type Chunks } from "../../../streams/chunk-reader.ts";
import { SourceChunks } from "../../../streams/source-chunks.ts";
import { StreamFailure } from "../../../streams/stream-failure.ts";
import { untilReady } from "../../../streams/waitable.ts";
import { err, OK, type Result } from "../result.ts";
import { type ErrorCode, internalError } from "./error-code.ts";
import { Fields } from "./fields.ts";

/** What `handler.handle` and the peer get of a body; `undefined` contents: none. */
export interface BodyParts {
  readonly contents: Chunks | undefined;
  readonly trailers: MaybeLater<Trailers>;
}

export type Trailers = Result<ErrorCode> | { readonly tag: "ok"; readonly val: Fields };
export type MaybeLater<T> = T | PromiseLike<T>;

export interface Body {
  /** Hands the body over. `handled` tells its maker how that went. */
  consume(handled: MaybeLater<Result<ErrorCode>>): BodyParts;
  /** Nobody will consume it, for that reason. After `consume` this has no effect. */
  refuse(reason: ErrorCode): void;
}

/** Why a message that its owner drops was not sent. */
export const DROPPED: ErrorCode = Object.freeze(internalError("the message was dropped before it was sent"));

/** What is given to `new`. */
export class GivenBody implements Body {
  #parts: BodyParts | undefined;
  readonly #sent = Promise.withResolvers<Result<ErrorCode>>();

  constructor(contents: Chunks | undefined, trailers: MaybeLater<Trailers>) {
    this.#parts = { contents, trailers };
    // A future that its writer leaves without a value is the business of whoever awaits it; nobody need.
    Promise.resolve(trailers).catch(() => {});
  }

  /** Whether the message was transmitted. */
  get sent(): Promise<Result<ErrorCode>> {
    return this.#sent.promise;
  }

  consume(handled: MaybeLater<Result<ErrorCode>>): BodyParts {
    const parts = this.#take();
    if (parts === undefined) throw new Error("the body of a message is consumed once");
    Promise.resolve(handled).then(this.#sent.resolve, () => this.#sent.resolve(err(DROPPED)));
    return parts;
  }

  refuse(reason: ErrorCode): void {
    const contents = this.#take()?.contents;
    if (contents !== undefined) new ChunkReader(contents).cancel();
    this.#sent.resolve(err(reason));
  }

  #take(): BodyParts | undefined {
    const parts = this.#parts;
    this.#parts = undefined;
    return parts;
  }
}

/** What a peer sends. It is asked for when it is consumed. */
export class ReceivedBody implements Body {
  readonly #open: () => BodySource;
  readonly #refused: (() => void) | undefined;
  #consumed = false;

  /** `refused` is called when nobody will read it. */
  constructor(open: () => BodySource, refused?: () => void) {
    this.#open = open;
    this.#refused = refused;
  }

  /** The peer has no use for `handled`. */
  consume(handled: MaybeLater<Result<ErrorCode>>): BodyParts {
    Promise.resolve(handled).catch(() => {});
    this.#consumed = true;
    const source = this.#open();
    if (source === emptyBody) return { contents: undefined, trailers: OK };
    const contents = new SourceChunks(source);
    return { contents, trailers: trailersAfter(contents, source) };
  }

  refuse(): void {
    if (!this.#consumed) this.#refused?.();
    this.#consumed = true;
  }
}

/** The trailers come when the stream is closed and the rest of the message, if any, has passed by. */
async function trailersAfter(contents: SourceChunks, source: BodySource): Promise<Trailers> {
  await contents.closed;
  source.finish();
  await untilReady(source);
  const trailers: FieldList | StreamFailure | undefined = source.trailers();
  if (trailers instanceof StreamFailure) return err(trailers.code.http ?? internalError(trailers.message));
  return trailers === undefined ? OK : { tag: "ok", val: new Fields(trailers, false) };
}
