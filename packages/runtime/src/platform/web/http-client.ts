import { fetchTransport } from "../../http/client/fetch-transport.ts";
import { HttpClient, type HttpRules } from "../../http/client/http-client.ts";

export interface HttpClientOptions extends HttpRules {
  /** In audits and messages. Default: `http-client`. */
  readonly name?: string;
}

/**
 * Outgoing HTTP requests of a page as a capability, to the hosts that `allow` names. The browser resolves names, so that they are allowed
 * or not whatever their addresses; it keeps to its own policy for pages too, and shows no redirects: they are errors.
 *
 * @throws TypeError for a rule that can't be read.
 */
export function httpClient(options: HttpClientOptions): HttpClient {
  return new HttpClient(fetchTransport(), options, options.name);
}
