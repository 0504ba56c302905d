import type { IpAddress } from "../../network/address.ts";
import type { HttpFailure } from "../../streams/stream-failure.ts";
import type { BodySource, ResponseTarget } from "../exchange.ts";
import type { FieldList } from "../field-list.ts";

/** Nanoseconds that a part of an exchange may take; `undefined`: as long as the platform lets it. */
export interface Timeouts {
  readonly connect?: bigint | undefined;
  readonly firstByte?: bigint | undefined;
  readonly betweenBytes?: bigint | undefined;
}

/** A request that has been admitted, but for its fields and body. */
export interface AdmittedRequest {
  readonly method: string;
  readonly scheme: "http" | "https";
  /** A name as the DNS is asked for it, or an address as the platform writes it, without brackets. */
  readonly host: string;
  readonly port: number;
  /** For the `host` field. */
  readonly authority: string;
  readonly pathWithQuery: string;
  readonly timeouts: Timeouts;
  /** Whether this address, which the name has been found to have, may be connected to. It is asked of the very address that is. */
  admits(address: IpAddress): boolean;
  /** Aborted when nobody wants the response any more, or may have it: with an `HttpFailure` as reason. */
  readonly signal: AbortSignal;
}

export interface ReceivedResponse {
  readonly status: number;
  readonly fields: FieldList;
  readonly body: BodySource;
}

/** One exchange under way. */
export interface ClientExchange {
  /** Where the request goes; the status that it is told has no meaning. */
  readonly target: ResponseTarget;
  /** Rejects with an `HttpFailure`. */
  readonly response: Promise<ReceivedResponse>;
  /** Resolves when nothing more will come or go, however it ended. */
  readonly over: Promise<void>;
}

/**
 * Sends requests over the network of a platform: one exchange each. It follows no redirect, keeps no cookies, decodes no content, asks no
 * proxy. `drained`: the target takes bytes again after `write` gave false.
 */
export interface HttpTransport {
  open(request: AdmittedRequest, drained: () => void): ClientExchange;
}

/** @throws HttpFailure */
export function failHttp(tag: string, val?: unknown): never {
  throw failure(tag, val);
}

export function failure(tag: string, val?: unknown): HttpFailure {
  return { tag, val };
}

/** The answer to a request that may not be sent, or that nobody is there to send. */
export const DENIED: HttpFailure = Object.freeze({ tag: "HTTP-request-denied" });
