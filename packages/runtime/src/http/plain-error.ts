import type { Exchange } from "./exchange.ts";
import { FieldList } from "./field-list.ts";

const REASONS: Readonly<Record<number, string>> = { 404: "Not Found", 500: "Internal Server Error", 503: "Service Unavailable" };

/** An answer of the host's own. It tells nothing of the reason: that goes to the host's log. */
export function plainError(exchange: Exchange, status: number): void {
  const fields = new FieldList();
  const encoder = new TextEncoder();
  fields.append("content-type", encoder.encode("text/plain; charset=utf-8"));
  exchange.target.respond(status, fields, [encoder.encode(`${status} ${REASONS[status]}\n`)]);
}
