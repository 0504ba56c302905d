import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIp } from "../../network/address.ts";
import type { HeadText } from "../request-head.ts";
import { destinationOf, RequestRule } from "./request-rules.ts";

const head = (changes: Partial<HeadText>): HeadText => ({ method: "GET", scheme: "HTTPS", authority: "api.example", pathWithQuery: "/", ...changes });

const destinations: readonly (readonly [head: Partial<HeadText>, destination: string])[] = [
  [{}, "https api.example 443 api.example /"],
  [{ scheme: undefined }, "https api.example 443 api.example /"],
  [{ scheme: "HTTP" }, "http api.example 80 api.example /"],
  [{ scheme: "HTTP", authority: "api.example:443" }, "http api.example 443 api.example:443 /"],
  [{ authority: "api.example:443" }, "https api.example 443 api.example /"],
  [{ authority: "api.example:" }, "https api.example 443 api.example /"],
  [{ authority: "API.Example.:8443" }, "https api.example 8443 api.example:8443 /"],
  [{ authority: "bücher.example" }, "https xn--bcher-kva.example 443 xn--bcher-kva.example /"],
  [{ authority: "127.0.0.1:8080" }, "https 127.0.0.1 8080 127.0.0.1:8080 /"],
  [{ authority: "[0:0::1]" }, "https ::1 443 [::1] /"],
  [{ pathWithQuery: undefined }, "https api.example 443 api.example /"],
  [{ pathWithQuery: "" }, "https api.example 443 api.example /"],
  [{ pathWithQuery: "?a=b" }, "https api.example 443 api.example /?a=b"],
  [{ pathWithQuery: "//other.example/a" }, "https api.example 443 api.example //other.example/a"],
  [{ method: "OPTIONS", pathWithQuery: "*" }, "https api.example 443 api.example *"],
];
for (const [changes, expected] of destinations) {
  test(`a request with ${JSON.stringify(changes)} goes to ${expected}`, () => {
    const { scheme, host, port, authority, pathWithQuery } = destinationOf(head(changes));
    assert.equal(`${scheme} ${host} ${port} ${authority} ${pathWithQuery}`, expected);
  });
}

const nowhere: readonly (readonly [what: string, head: Partial<HeadText>, tag: string])[] = [
  ["no authority", { authority: undefined }, "HTTP-request-URI-invalid"],
  ["an empty authority", { authority: "" }, "HTTP-request-URI-invalid"],
  ["a port alone", { authority: ":80" }, "HTTP-request-URI-invalid"],
  ["user information", { authority: "api.example@127.0.0.1" }, "HTTP-request-URI-invalid"],
  ["user information with a port", { authority: "api.example:80@127.0.0.1:80" }, "HTTP-request-URI-invalid"],
  ["a decimal address", { authority: "2130706433" }, "HTTP-request-URI-invalid"],
  ["an octal address", { authority: "0177.0.0.1" }, "HTTP-request-URI-invalid"],
  ["a hexadecimal address", { authority: "0x7f.0.0.1" }, "HTTP-request-URI-invalid"],
  ["a short address", { authority: "127.1" }, "HTTP-request-URI-invalid"],
  ["an address in digits of full width", { authority: "１２７.0.0.1" }, "HTTP-request-URI-invalid"],
  ["an address with a dot at its end", { authority: "127.0.0.1." }, "HTTP-request-URI-invalid"],
  ["IPv6 without brackets", { authority: "::1" }, "HTTP-request-URI-invalid"],
  ["IPv4 in brackets", { authority: "[127.0.0.1]" }, "HTTP-request-URI-invalid"],
  ["a name in brackets", { authority: "[api.example]" }, "HTTP-request-URI-invalid"],
  ["an address of a zone", { authority: "[fe80::1%25eth0]" }, "HTTP-request-URI-invalid"],
  ["port 0", { authority: "api.example:0" }, "HTTP-request-URI-invalid"],
  ["a port too large", { authority: "api.example:65536" }, "HTTP-request-URI-invalid"],
  ["two ports", { authority: "api.example:80:80" }, "HTTP-request-URI-invalid"],
  ["an encoded dot", { authority: "127%2e0.0.1" }, "HTTP-request-URI-invalid"],
  ["a path in the authority", { authority: "api.example/.other.example" }, "HTTP-request-URI-invalid"],
  ["a backslash in the authority", { authority: "other.example\\.api.example" }, "HTTP-request-URI-invalid"],
  ["a fragment in the authority", { authority: "other.example#.api.example" }, "HTTP-request-URI-invalid"],
  ["two dots at the end", { authority: "api.example.." }, "HTTP-request-URI-invalid"],
  ["an absolute form", { pathWithQuery: "http://other.example/" }, "HTTP-request-URI-invalid"],
  ["an authority as target", { pathWithQuery: "other.example:80" }, "HTTP-request-URI-invalid"],
  ["a star for another method", { pathWithQuery: "*" }, "HTTP-request-URI-invalid"],
  ["a tunnel", { method: "CONNECT" }, "HTTP-protocol-error"],
  ["another scheme", { scheme: "ftp" }, "HTTP-protocol-error"],
  ["a scheme that every object has", { scheme: "constructor" }, "HTTP-protocol-error"],
];
for (const [what, changes, tag] of nowhere) {
  test(`threat 16: nothing is sent to ${what}`, () => {
    assert.throws(
      () => destinationOf(head(changes)),
      (error: { tag: string }) => error.tag === tag,
    );
  });
}

/** Destinations by URL; an address behind `@` is what the name has been found to have. */
const rules: readonly (readonly [rule: string, admitted: readonly string[], denied: readonly string[]])[] = [
  [
    "api.example",
    ["https://api.example", "http://api.example", "https://API.EXAMPLE.", "https://api.example@93.184.216.34"],
    [
      "https://api.example:8443",
      "http://api.example:443",
      "https://a.api.example",
      "https://xapi.example",
      "https://api.example.other",
      "https://93.184.216.34",
      "https://api.example@127.0.0.1",
      "https://api.example@10.0.0.1",
      "https://api.example@169.254.169.254",
      "https://api.example@[::1]",
      "https://api.example@[::ffff:127.0.0.1]",
      "https://api.example@[fd00::1]",
    ],
  ],
  ["https://api.example", ["https://api.example"], ["http://api.example", "http://api.example:443"]],
  ["HTTPS://api.example/", ["https://api.example"], ["http://api.example"]],
  ["https://api.example:8443", ["https://api.example:8443"], ["https://api.example", "http://api.example:8443"]],
  ["api.example:*", ["https://api.example:1", "http://api.example:65535"], ["https://other.example:1"]],
  ["api.example:8000-8010", ["http://api.example:8000", "http://api.example:8010"], ["http://api.example:8011", "http://api.example"]],
  ["*.example.org", ["https://a.example.org", "https://a.b.example.org"], ["https://example.org", "https://aexample.org", "https://a.example.org@127.0.0.1"]],
  ["127.0.0.1:8080", ["http://127.0.0.1:8080", "http://[::ffff:127.0.0.1]:8080"], ["http://127.0.0.1", "http://127.0.0.2:8080", "http://[::1]:8080"]],
  ["[::1]:8080", ["http://[::1]:8080", "http://[0:0:0:0:0:0:0:1]:8080"], ["http://127.0.0.1:8080", "http://[::1]"]],
  ["[::1]", ["http://[::1]", "https://[::1]"], ["http://[::1]:8080", "http://[::2]"]],
  ["10.0.0.0/8:*", ["http://10.1.2.3:99", "http://in.house@10.1.2.3"], ["http://11.0.0.1:99", "http://in.house@93.184.216.34"]],
  [
    "localhost:3000",
    ["http://localhost:3000", "http://localhost:3000@127.0.0.1", "http://localhost:3000@[::1]"],
    ["http://localhost:3000@10.0.0.1", "http://127.0.0.1:3000"],
  ],
  [
    "*",
    ["https://any.example", "https://93.184.216.34", "https://any.example@93.184.216.34"],
    ["https://127.0.0.1", "https://any.example@127.0.0.1", "https://[::ffff:10.0.0.1]"],
  ],
  ["bücher.example", ["https://xn--bcher-kva.example", "https://BÜCHER.example"], ["https://bucher.example"]],
];

function admits(rule: RequestRule, url: string): boolean {
  const [, scheme, authority, found] = /^(\w+):\/\/([^@]*)(?:@(.*))?$/.exec(url)!;
  const destination = destinationOf(head({ scheme: scheme!.toUpperCase(), authority: authority! }));
  if (!rule.admits(destination)) return false;
  return found === undefined || rule.reaches(destination, parseIp(found.replace(/^\[|\]$/g, ""))!);
}

for (const [text, admitted, denied] of rules) {
  const rule = new RequestRule(text);
  for (const url of admitted) test(`${text} admits ${url}`, () => assert.equal(admits(rule, url), true));
  for (const url of denied) test(`threat 16: ${text} does not admit ${url}`, () => assert.equal(admits(rule, url), false));
}

const unreadable = [
  "",
  "http://",
  "ftp://api.example",
  "api.example:http",
  "api.example:99999",
  "user@api.example",
  "api.example/path",
  "10.0.0.1/8",
  "::1:80",
  "a..b",
];
for (const text of unreadable) {
  test(`the rule ${JSON.stringify(text)} can't be read`, () => {
    assert.throws(() => new RequestRule(text), TypeError);
  });
}
