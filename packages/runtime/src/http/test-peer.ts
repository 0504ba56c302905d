/** A client in memory, for tests: what it sends, and what it gets. */

import { MAX_BUFFERED_BYTES } from "../limits.ts";
import { QueueSource } from "../streams/input-source.ts";
import type { StreamFailure } from "../streams/stream-failure.ts";
import { type BodySource, emptyBody, type ResponseTarget, type ServerRequest } from "./exchange.ts";
import { FieldList } from "./field-list.ts";

export const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
export const text = (value: Uint8Array): string => new TextDecoder().decode(value);

/** What the peer got, in order. */
export class Peer implements ResponseTarget {
  readonly log: string[] = [];
  takes = true;
  readonly #bodiless: boolean;
  constructor(bodiless = false) {
    this.#bodiless = bodiless;
  }
  bodiless(status: number): boolean {
    return this.#bodiless || status === 204;
  }
  respond(status: number, fields: FieldList, body: readonly Uint8Array[]): void {
    this.log.push(`respond ${status} ${fields.flat().join(" ")} ${body.map(text).join("+")}`);
  }
  start(status: number): void {
    this.log.push(`start ${status}`);
  }
  write(chunk: Uint8Array): boolean {
    this.log.push(`write ${chunk.length > 20 ? chunk.length : text(chunk)}`);
    return this.takes;
  }
  end(trailers: FieldList | undefined): void {
    this.log.push(trailers === undefined ? "end" : `end ${trailers.flat().join(" ")}`);
  }
  abort(): void {
    this.log.push("abort");
  }
  afterTurn(act: () => void): void {
    setImmediate(act);
  }
}

export const request = (changes: Partial<ServerRequest> = {}): ServerRequest => ({
  method: "GET",
  pathWithQuery: "/a?b",
  scheme: "HTTP",
  authority: "example.com",
  fields: () => FieldList.received(["X-A", "1"]),
  body: () => emptyBody,
  ...changes,
});

/** A body that a test sends. */
export class SentBody extends QueueSource implements BodySource {
  outcome: FieldList | StreamFailure | undefined;
  constructor() {
    super(MAX_BUFFERED_BYTES);
  }
  finish(): void {
    this.discard();
  }
  trailers(): FieldList | StreamFailure | undefined {
    return this.outcome;
  }
}
