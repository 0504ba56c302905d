import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { asciiName, isLocalhost } from "./host-name.ts";

for (const [text, name] of [
  ["example.com", "example.com"],
  ["Example.COM", "example.com"],
  ["example.com.", "example.com"],
  ["localhost", "localhost"],
  ["_dns.example.com", "_dns.example.com"],
  ["münchen.de", "xn--mnchen-3ya.de"],
  ["例え。jp", "xn--r8jz45g.jp"],
  ["1.example", "1.example"],
] as const) {
  test(`${text} is looked up as ${name}`, () => assert.equal(asciiName(text), name));
}

for (const text of [
  "",
  " ",
  ".",
  "..",
  "a..b",
  ".a",
  "a b",
  "a\tb",
  "a\nb",
  "a\0b",
  "a.b<&>",
  "a:80",
  "a@b",
  "a/b",
  "a\\b",
  "a?b",
  "a#b",
  "%31.example",
  "http://example.com/",
  "[::1]",
  "::1",
  "127.0.0.1",
  "127.0.0.1.",
  "127.1",
  "0x7f.1",
  "0x7f000001",
  "2130706433",
  "0177.0.0.1",
  "１２７.0.0.1",
  "127。0。0。1",
  "example.123",
  `${"a".repeat(64)}.com`,
  `${"a.".repeat(127)}a`,
]) {
  test(`threat 16: ${JSON.stringify(text)} is no name`, () => assert.equal(asciiName(text), undefined));
}

test("a name is a name again, and the same", () => {
  fc.assert(
    fc.property(fc.oneof(fc.domain(), fc.string()), (text) => {
      const name = asciiName(text);
      if (name !== undefined) assert.equal(asciiName(name), name);
    }),
  );
});

test("names of this machine", () => {
  assert.deepEqual(["localhost", "a.localhost", "localhost.com", "notlocalhost"].map(isLocalhost), [true, true, false, false]);
});
