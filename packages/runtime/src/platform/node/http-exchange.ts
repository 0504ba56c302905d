/** One exchange of `node:http` for a guest. Small responses go out by one `end`; no web streams, no listeners that are not needed. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type BodySource, Exchange, emptyBody, type ResponseTarget, type ServerRequest } from "../../http/exchange.ts";
import { FieldList } from "../../http/field-list.ts";
import { NodeBody } from "./node-body.ts";

export function nodeExchange(req: IncomingMessage, res: ServerResponse): Exchange {
  const end = new NodeEnd(req, res);
  const exchange = new Exchange(end, end);
  end.exchange = exchange;
  res.on("close", () => {
    if (!res.writableFinished) exchange.peerGone();
  });
  // Its consequence, the closed connection, is what counts.
  res.on("error", ignore);
  return exchange;
}

function ignore(): void {}

/** The request and the response of one exchange. */
class NodeEnd implements ServerRequest, ResponseTarget {
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  exchange: Exchange | undefined;

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.#req = req;
    this.#res = res;
  }

  get method(): string {
    return this.#req.method ?? "GET";
  }

  /** Of a request in absolute form (`GET http://host/path`), what a server in origin form would have got. */
  get pathWithQuery(): string | undefined {
    const { url = "/" } = this.#req;
    if (url.startsWith("/") || url === "*") return url;
    const absolute = URL.parse(url);
    return absolute === null ? undefined : absolute.pathname + absolute.search;
  }

  get scheme(): "HTTP" | "HTTPS" {
    return "encrypted" in this.#req.socket ? "HTTPS" : "HTTP";
  }

  /** The target's, which goes before the `host` field (RFC 9112, section 3.2.2). */
  get authority(): string | undefined {
    const { url = "/", headers } = this.#req;
    return (url.startsWith("/") || url === "*" ? undefined : URL.parse(url)?.host) ?? headers.host;
  }

  fields(): FieldList {
    return FieldList.received(this.#req.rawHeaders);
  }

  body(): BodySource {
    return this.#req.complete && this.#req.readableLength === 0 ? emptyBody : new NodeBody(this.#req, () => this.#req.resume());
  }

  bodiless(status: number): boolean {
    return this.#req.method === "HEAD" || status === 204 || status === 304;
  }

  /** Clients of HTTP/1.0 know none (RFC 9110, section 15.2), and Node before 26.2 sends none. */
  inform(status: number, fields: FieldList): boolean {
    if (this.#req.httpVersion === "1.0" || this.#res.writeInformation === undefined) return false;
    this.#res.writeInformation(status, fields.flat());
    return true;
  }

  respond(status: number, fields: FieldList, body: readonly Uint8Array[]): void {
    const bytes = body.length === 1 ? body[0] : body.length === 0 ? undefined : Buffer.concat(body);
    const head = fields.flat();
    // What the length would have been for GET is not known when nothing was written.
    const lengthKnown = bytes !== undefined || !this.bodiless(status);
    if (lengthKnown && status !== 204 && status !== 304 && !fields.has("content-length")) head.push("content-length", String(bytes?.length ?? 0));
    this.#res.writeHead(status, head).end(bytes);
  }

  start(status: number, fields: FieldList, bodyFollows: boolean): void {
    this.#res.on("drain", () => this.exchange!.drained());
    this.#res.writeHead(status, fields.flat());
    if (!bodyFollows) this.#res.flushHeaders();
  }

  write(chunk: Uint8Array): boolean {
    return this.#res.write(chunk);
  }

  end(trailers: FieldList | undefined): void {
    if (trailers !== undefined) this.#res.addTrailers(trailers.entries().filter(([name]) => name.toLowerCase() !== "content-length"));
    this.#res.end();
  }

  abort(): void {
    this.#res.destroy();
  }

  afterTurn(act: () => void): void {
    setImmediate(act);
  }
}
