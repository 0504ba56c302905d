/**
 * Outgoing requests by `node:http` and `node:https`, which are loaded with the first of them. What is resolved for a name is checked
 * where the socket asks for it, so that the address that was checked is the one that is connected to. No proxy, no redirect, no cookies.
 */
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { LookupFunction, Socket } from "node:net";
import { HttpClient, type HttpRules } from "../../http/client/http-client.ts";
import { PendingExchange } from "../../http/client/pending-exchange.ts";
import { type AdmittedRequest, type ClientExchange, failure, type HttpTransport } from "../../http/client/transport.ts";
import { type BodySource, emptyBody, type ResponseTarget } from "../../http/exchange.ts";
import { FieldList } from "../../http/field-list.ts";
import { MAX_RESPONSE_HEAD_BYTES } from "../../limits.ts";
import { formatIp, parseIp } from "../../network/address.ts";
import { type HttpFailure, StreamFailure } from "../../streams/stream-failure.ts";
import { httpFailureOf } from "./http-failures.ts";
import { lookupAll } from "./network/lookup.ts";
import { NodeBody } from "./node-body.ts";

export interface HttpClientOptions extends HttpRules {
  /** In audits and messages. Default: `http-client`. */
  readonly name?: string;
  /** Gives the addresses of a name. Default: as the system resolves names. Rules apply to its answers all the same. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  /** Certificates of the authorities that are believed, in PEM. Default: those that Node believes. */
  readonly ca?: string | readonly string[];
}

/**
 * Outgoing HTTP requests as a capability, to the hosts that `allow` names. Whatever is left out is denied.
 *
 * @throws TypeError for a rule that can't be read.
 */
export function httpClient(options: HttpClientOptions): HttpClient {
  return new HttpClient(new NodeTransport(options), options, options.name);
}

class NodeTransport implements HttpTransport {
  readonly #resolve: HttpClientOptions["resolve"];
  readonly #ca: string[] | undefined;

  constructor({ resolve, ca }: HttpClientOptions) {
    this.#resolve = resolve;
    this.#ca = ca === undefined ? undefined : [ca].flat();
  }

  open(request: AdmittedRequest, drained: () => void): ClientExchange {
    return new NodeClientExchange(request, { lookup: this.#lookup(request), ca: this.#ca }, drained);
  }

  /** Gives the socket only addresses that may be connected to. */
  #lookup({ admits }: AdmittedRequest): LookupFunction {
    return (name, options, callback) => {
      const found = this.#resolve === undefined ? lookupAll(name) : this.#resolve(name).then((texts) => texts.flatMap((text) => parseIp(text) ?? []));
      found.then(
        (addresses) => {
          const admitted = addresses.filter(admits);
          if (admitted.length === 0) return callback(addresses.length === 0 ? new Unresolved() : new Refused(), "", 4);
          const all = admitted.map((address) => ({ address: formatIp(address), family: address.tag === "ipv4" ? 4 : 6 }));
          if (options.all === true) callback(null, all);
          else callback(null, all[0]!.address, all[0]!.family);
        },
        (error) => callback(error instanceof Error ? error : new Unresolved(), "", 4),
      );
    };
  }
}

/** No address of the name may be connected to. */
class Refused extends Error {
  readonly failure: HttpFailure = failure("destination-IP-prohibited");
}

class Unresolved extends Error {
  readonly failure: HttpFailure = failure("DNS-error", { rcode: "NXDOMAIN", infoCode: undefined });
}

/** How connections are made. */
interface Connection {
  readonly lookup: LookupFunction;
  readonly ca: string[] | undefined;
}

class NodeClientExchange extends PendingExchange implements ResponseTarget {
  readonly #connection: Connection;
  readonly #drained: () => void;
  #req: ClientRequest | undefined;
  #body: NodeBody | undefined;

  constructor(request: AdmittedRequest, connection: Connection, drained: () => void) {
    super(request);
    this.#connection = connection;
    this.#drained = drained;
  }

  get target(): ResponseTarget {
    return this;
  }

  bodiless(): boolean {
    return false;
  }

  respond(_status: number, fields: FieldList, body: readonly Uint8Array[]): void {
    const bytes = Buffer.concat(body);
    const head = fields.flat();
    // A body, or a method that is expected to have one: its length is said.
    if (!fields.has("content-length") && (bytes.length > 0 || /^(?:POST|PUT|PATCH)$/.test(this.request.method)))
      head.push("content-length", String(bytes.length));
    this.#open(head)?.end(bytes.length === 0 ? undefined : bytes);
  }

  start(_status: number, fields: FieldList, bodyFollows: boolean): void {
    const head = fields.flat();
    if (!fields.has("content-length")) head.push("transfer-encoding", "chunked");
    const req = this.#open(head);
    req?.on("drain", this.#drained);
    if (!bodyFollows) req?.flushHeaders();
  }

  write(chunk: Uint8Array): boolean {
    return this.#req?.write(chunk) ?? true;
  }

  end(trailers: FieldList | undefined): void {
    if (trailers !== undefined) this.#req?.addTrailers(trailers.entries().filter(([name]) => name.toLowerCase() !== "content-length"));
    this.#req?.end();
  }

  afterTurn(act: () => void): void {
    setImmediate(act);
  }

  /** `undefined`: the exchange is over already. */
  #open(head: string[]): ClientRequest | undefined {
    const { scheme, host, port, method, pathWithQuery, authority, timeouts, signal } = this.request;
    if (signal.aborted) return undefined;
    const { request } = process.getBuiltinModule(scheme === "https" ? "node:https" : "node:http");
    const options: RequestOptions & Connection = {
      method,
      host,
      port,
      path: encodeURI(pathWithQuery).replaceAll("%25", "%"),
      headers: ["host", authority, ...head],
      setHost: false,
      ...this.#connection,
      // A connection of its own: none is shared with what others may reach.
      agent: false,
      maxHeaderSize: MAX_RESPONSE_HEAD_BYTES,
    };
    let req: ClientRequest;
    try {
      req = request(options);
    } catch {
      // What the checks let pass and the platform does not send.
      this.fail(failure("HTTP-request-URI-invalid"));
      return undefined;
    }
    this.#req = req;
    this.wait(timeouts.connect, "connection-timeout");
    req.on("socket", (socket: Socket) => {
      socket.on(scheme === "https" ? "secureConnect" : "connect", () => this.wait(timeouts.firstByte, "connection-read-timeout"));
    });
    req.on("response", (message) => this.#receive(message));
    req.on("upgrade", () => this.fail(failure("HTTP-upgrade-failed")));
    req.on("error", (error) => this.fail(httpFailureOf(error)));
    req.on("close", () => this.finish());
    return req;
  }

  #receive(message: IncomingMessage): void {
    this.waitNoMore();
    const { betweenBytes } = this.request.timeouts;
    let body: BodySource = emptyBody;
    if (!(message.complete && message.readableLength === 0)) {
      this.#body = new NodeBody(message, () => this.#req?.destroy(), responseIncomplete);
      body = this.#body;
      if (betweenBytes !== undefined) {
        this.wait(betweenBytes, "connection-read-timeout");
        message.on("data", () => this.wait(betweenBytes, "connection-read-timeout"));
      }
      message.on("end", () => this.waitNoMore());
    }
    this.received({ status: message.statusCode ?? 0, fields: FieldList.received(message.rawHeaders), body });
  }

  protected cut(reason: HttpFailure): void {
    this.#body?.terminate(new StreamFailure("the connection was closed before the message was complete", { http: reason }));
    this.#req?.destroy();
  }
}

/** Of a response that was cut in its body: RFC 9209, from which the codes come, tells it from one of which nothing arrived (section 2.3). */
function responseIncomplete(): StreamFailure {
  return new StreamFailure("the response ended before it was complete", { http: failure("HTTP-response-incomplete") });
}
