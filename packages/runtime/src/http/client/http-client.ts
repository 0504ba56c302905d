import { type Audit, Authority } from "../../capability/authority.ts";
import { MAX_OUTGOING_REQUESTS } from "../../limits.ts";
import type { HttpFailure } from "../../streams/stream-failure.ts";
import { declaredLength, type FieldList } from "../field-list.ts";
import type { OutgoingBodySink } from "../outgoing-body-sink.ts";
import type { HeadText } from "../request-head.ts";
import { type HttpLimits, Meter, metered } from "./meter.ts";
import { type Destination, destinationOf, RequestRule } from "./request-rules.ts";
import { type ClientExchange, DENIED, failHttp, failure, type HttpTransport, type Timeouts } from "./transport.ts";

export interface HttpRules {
  /**
   * To which hosts requests may go: `api.example`, `https://api.example:8443`, `*.example.org`, `127.0.0.1:8080`, `10.0.0.0/8:*`. A name
   * stands for its public addresses; a private one needs a rule that names it as an address, or `localhost`. Whatever is left out is denied.
   */
  readonly allow: readonly string[];
  /** Default: every method but CONNECT. */
  readonly methods?: readonly string[];
}

export interface OutgoingMessage {
  readonly head: HeadText;
  readonly fields: FieldList;
  /** `undefined`: the request has no body. */
  readonly body: OutgoingBodySink | undefined;
  readonly timeouts: Timeouts;
  /** Aborted when nobody wants the response any more. */
  readonly signal: AbortSignal;
}

interface Layer {
  readonly allow: readonly RequestRule[];
  readonly methods: ReadonlySet<string> | undefined;
}

const TERMINATED: HttpFailure = Object.freeze({ tag: "connection-terminated" });

/** Outgoing requests as a capability: to which hosts a guest may send them. Redirects are not followed: the guest gets them as they come. */
export class HttpClient {
  readonly authority: Authority;
  readonly #transport: HttpTransport;
  /** What the capability was made with, and attenuated with: each has to admit a request. */
  readonly #layers: readonly Layer[];
  readonly #meters: readonly Meter[];
  #underWay = 0;

  /** @throws TypeError for a rule that can't be read. */
  constructor(transport: HttpTransport, rules: HttpRules | undefined, name = "http-client", parent?: HttpClient, limits?: HttpLimits) {
    this.#transport = transport;
    this.#layers = [...(parent === undefined ? [] : parent.#layers), ...(rules === undefined ? [] : [layerOf(rules)])];
    this.#meters = [...(parent === undefined ? [] : parent.#meters), ...(limits === undefined ? [] : [new Meter(limits)])];
    this.authority = new Authority(name, parent?.authority);
  }

  /**
   * A capability that ends with this one and allows what both this one and `rules` do.
   *
   * @throws TypeError for a rule that can't be read.
   */
  only(rules: HttpRules, name: string = this.authority.name): HttpClient {
    return new HttpClient(this.#transport, rules, name, this);
  }

  /** A capability that ends with this one and sends no more than that. */
  limit(limits: HttpLimits, name: string = this.authority.name): HttpClient {
    return new HttpClient(this.#transport, undefined, name, this, limits);
  }

  /** Tells of every request from now on, also through what was derived; `undefined`: nobody. */
  audit(audit: Audit | undefined): void {
    this.authority.audit = audit;
  }

  /** Ends every use: requests under way and bodies that are being received fail, and nothing new is sent. */
  revoke(): void {
    this.authority.revoke();
  }

  /**
   * Sends a request, whose body may still be written. `response` resolves when its head is there, or rejects with an `HttpFailure`; `over`
   * resolves when nothing more comes or goes.
   *
   * @throws HttpFailure for what is not sent at all.
   */
  send(message: OutgoingMessage): Pick<ClientExchange, "response" | "over"> {
    const { head } = message;
    // What can't be read may have a password anywhere.
    let told = head.method;
    try {
      const destination = destinationOf(head);
      told = `${destination.scheme}://${destination.authority}${destination.pathWithQuery.replace(/\?.*$/s, "")}`;
      this.#check(destination, head.method);
      if (message.body === undefined) checkNoBody(message.fields);
      const exchange = this.#exchange(message, destination);
      exchange.response.then(
        () => this.authority.used("handle", told, "ok"),
        (error) => this.authority.used("handle", told, (error as HttpFailure).tag),
      );
      return exchange;
    } catch (error) {
      message.body?.disconnected();
      this.authority.used("handle", told, (error as HttpFailure).tag);
      throw error;
    }
  }

  #check(destination: Destination, method: string): void {
    if (this.authority.revoked) throw DENIED;
    for (const { allow, methods } of this.#layers) {
      if (!allow.some((rule) => rule.admits(destination)) || methods?.has(method) === false) throw DENIED;
    }
    if (this.#underWay >= MAX_OUTGOING_REQUESTS) failHttp("connection-limit-reached");
    for (const meter of this.#meters) if (!meter.take()) throw DENIED;
  }

  #exchange({ head, fields, body, timeouts, signal }: OutgoingMessage, destination: Destination): ClientExchange {
    const abort = new AbortController();
    const { method } = head;
    const sent = this.#transport.open(
      {
        ...destination,
        method,
        timeouts,
        admits: (address) => this.#layers.every(({ allow }) => allow.some((rule) => rule.reaches(destination, address))),
        signal: abort.signal,
      },
      () => body?.drained(),
    );
    const meters = this.#meters;
    const exchange =
      meters.length === 0
        ? sent
        : metered(
            sent,
            (count) => meters.every((meter) => meter.takeBytes(count)),
            () => abort.abort(DENIED),
          );
    this.#underWay += 1;
    const forget = this.authority.onRevoked(() => abort.abort(TERMINATED));
    const letGo = () => abort.abort(TERMINATED);
    if (signal.aborted) letGo();
    else signal.addEventListener("abort", letGo);
    // The bodies may take as long as they are written and read.
    exchange.over.then(() => {
      this.#underWay -= 1;
      forget();
      signal.removeEventListener("abort", letGo);
      body?.disconnected();
    });
    if (body === undefined) exchange.target.respond(0, fields, []);
    else {
      body.whenAbandoned = letGo;
      body.attach(exchange.target, 0, fields);
      body.flushAfterTurn();
    }
    return exchange;
  }
}

/** A length that is declared and does not come would make the peer take what follows for it. */
function checkNoBody(fields: FieldList): void {
  const declared = declaredLength(fields);
  if (declared === null) failHttp("HTTP-protocol-error");
  if (declared !== undefined && declared > 0) failHttp("HTTP-request-body-size", 0n);
}

function layerOf({ allow, methods }: HttpRules): Layer {
  return { allow: allow.map((text) => new RequestRule(text)), methods: methods && new Set(methods.map((method) => method.toUpperCase())) };
}

/** The failure that a request met, in the words of `wasi:http/types`; anything else is the host's own fault and stays as it is. */
export function httpFailure(error: unknown): HttpFailure {
  if (typeof error === "object" && error !== null && "tag" in error && !(error instanceof Error)) return error as HttpFailure;
  return failure("internal-error");
}
