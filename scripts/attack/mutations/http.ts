/** Of HTTP: fields, heads of requests, and where they go. */
import type { Mutation } from "../mutations.ts";

const FOLDER = "packages/runtime/src/http";
const FIELDS = { file: `${FOLDER}/field-list.ts`, test: `${FOLDER}/field-list.test.ts` };
const NODE = "packages/runtime/src/platform/node";
const RULES = { file: `${FOLDER}/client/request-rules.ts`, test: `${FOLDER}/client/request-rules.test.ts` };
const FETCH = { file: `${FOLDER}/client/fetch-transport.ts`, test: `${FOLDER}/client/fetch-transport.test.ts` };
const CLIENT = { file: `${FOLDER}/client/http-client.ts`, test: `${NODE}/http-attacks.test.ts` };
const TRANSPORT = { file: `${NODE}/http-client.ts`, test: `${NODE}/http-attacks.test.ts` };

export const HTTP: readonly Mutation[] = [
  { threat: 17, defence: "the look at names of fields", ...FIELDS, find: 'if (!TOKEN.test(name)) return "invalid-syntax";', replace: "" },
  {
    threat: 17,
    defence: "the fields that are the host's",
    ...FIELDS,
    find: 'return FORBIDDEN.has(name.toLowerCase()) ? "forbidden" : undefined;',
    replace: "return undefined;",
  },
  { threat: 17, defence: "the fields of a peer's connection", ...FIELDS, find: "if (!FORBIDDEN.has(raw[i]!.toLowerCase())) list", replace: "list" },
  {
    threat: 17,
    defence: "the look at values of fields",
    ...FIELDS,
    find: "if ((byte < 0x20 && byte !== 0x09) || byte === 0x7f) return undefined;",
    replace: "",
  },
  { threat: 17, defence: "one length, in digits", ...FIELDS, find: "return values.length === 1 && ", replace: "return " },
  {
    threat: 11,
    defence: "the limits on fields",
    ...FIELDS,
    find: "if (size > MAX_FIELDS_BYTES || this.#flat.length >= 2 * MAX_FIELD_COUNT) return false;",
    replace: "if (size > MAX_FIELDS_BYTES * 2 ** 20 || this.#flat.length >= 2 ** 20 * MAX_FIELD_COUNT) return false;",
  },
  { threat: 16, defence: "the refusal of user information in an authority", ...RULES, find: "([^:@[\\]]*)", replace: "(?:[^@]*@)?([^:@[\\]]*)" },
  { threat: 16, defence: "the refusal of brackets around what is no IPv6 address", ...RULES, find: '!== (address?.tag === "ipv6")', replace: "&& false" },
  { threat: 16, defence: "the refusal of tunnels", ...RULES, find: 'if (method === "CONNECT")', replace: "if (false)" },
  { threat: 16, defence: "the refusal of targets that name a host", ...RULES, find: 'if (!target.startsWith("/") && ', replace: "if (false && " },
  { threat: 16, defence: "the ports of rules", ...RULES, find: "port === DEFAULT_PORT[scheme] : portsContain", replace: "true : portsContain" },
  { threat: 16, defence: "the schemes of rules", ...RULES, find: "&& this.#scheme !== scheme) return false", replace: "&& false) return false" },
  { threat: 16, defence: "the addresses of names", ...TRANSPORT, find: "addresses.filter(admits)", replace: "addresses.slice()" },
  {
    threat: 16,
    defence: "the addresses of names, where nobody is asked of them",
    ...FETCH,
    find: "return parseIp(host) !== undefined || ",
    replace: "return true || ",
  },
  { threat: 16, defence: "the error in the place of a redirect that was followed", ...FETCH, find: "|| response.redirected) this", replace: ") this" },
  { threat: 16, defence: "the silence about passwords", ...CLIENT, find: "let told = head.method;", replace: "let told = `${head.authority}`;" },
  { threat: 16, defence: "the silence about queries", ...CLIENT, find: '.replace(/\\?.*$/s, "")', replace: "" },
  {
    threat: 17,
    defence: "the length of a body that is not there",
    ...CLIENT,
    find: "if (message.body === undefined) checkNoBody",
    replace: "if (false) checkNoBody",
  },
  {
    threat: 17,
    defence: "the length that trailers may not have",
    ...TRANSPORT,
    find: '.filter(([name]) => name.toLowerCase() !== "content-length")',
    replace: "",
  },
  { threat: 11, defence: "the limit on the head of a response", ...TRANSPORT, find: "maxHeaderSize: MAX_RESPONSE_HEAD_BYTES,", replace: "maxHeaderSize: 1e9," },
  { threat: 11, defence: "the limit on requests under way", ...CLIENT, find: "if (this.#underWay >= MAX_OUTGOING_REQUESTS)", replace: "if (false)" },
  { threat: 25, defence: "the refusal of requests after revocation", ...CLIENT, find: "if (this.authority.revoked) throw DENIED;", replace: "" },
  {
    threat: 25,
    defence: "the end of requests under way",
    ...CLIENT,
    find: "const forget = this.authority.onRevoked(() => abort.abort(TERMINATED));",
    replace: "const forget = () => {};",
  },
  {
    threat: 16,
    defence: "the look at certificates",
    file: TRANSPORT.file,
    test: `${NODE}/https.test.ts`,
    find: "setHost: false,",
    replace: "setHost: false, ...{ rejectUnauthorized: false },",
  },
];
